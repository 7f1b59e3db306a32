/** docs/dependencies.md: which packages come with the relay, under which licences, for whom, and what they would run when they are installed. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Licences {
  permissive(id: string, declared?: string): string
}
const { permissive }: Licences = await import(new URL('../licences.mjs', import.meta.url).href)

/** As package-lock.json has it. */
interface Locked {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly peer?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly isOptional: boolean
  /** Who asks for it; the relay itself is `parlance-relay`. */
  readonly neededBy: readonly string[]
  /** What npm would run to install it, such as `install: node-gyp-build`. */
  readonly scripts: readonly string[]
  /** Whether its binary is in the package already, so that these have nothing to do. */
  readonly isPrebuilt: boolean
  /** In node_modules. */
  readonly folder: string
}

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'] as const
const FOLDER = 'node_modules/'

function locked(): [folder: string, one: Locked][] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  return Object.entries(packages as Record<string, Locked>)
}

/** All that `npm install parlance-relay` brings along, by name. */
export function shippedPackages(): Package[] {
  const all = locked()
  return all
    .filter(([folder, { dev, peer }]) => folder !== '' && dev !== true && peer !== true)
    .map(([folder, one]) => packageOf(folder, one, all))
    .sort((a, b) => (a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1))
}

/** What the pages have in them, and no relay loads. */
export function bundledPackages(): Package[] {
  const web = join(ROOT, 'src/web')
  const sources = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  )
  const names = new Set<string>()
  for (const source of sources) {
    const text = readFileSync(join(web, source), 'utf8')
    for (const [, name = ''] of text.matchAll(/(?:from|import) '((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^']*)?'/g))
      names.add(name)
  }
  const all = locked()
  const shipped = new Set(shippedPackages().map(({ name }) => name))
  return all
    .filter(([folder]) => names.has(folder.replace(FOLDER, '')) && !shipped.has(folder.replace(FOLDER, '')))
    .map(([folder, one]) => packageOf(folder, one, all))
}

function packageOf(folder: string, one: Locked, all: readonly (readonly [string, Locked])[]): Package {
  const name = folder.slice(folder.lastIndexOf(FOLDER) + FOLDER.length)
  const { version, license, optional = false, hasInstallScript = false } = one
  return {
    name,
    version,
    licence: permissive(`${name}@${version}`, license),
    isOptional: optional,
    neededBy: all
      .filter(([other, { dependencies, optionalDependencies, dev, peer }]) => {
        if (dev === true || peer === true) return false
        return (
          (dependencies?.[name] ?? optionalDependencies?.[name]) !== undefined &&
          finds(other, folder, name, all)
        )
      })
      .map(([other]) =>
        other === '' ? 'parlance-relay' : other.slice(other.lastIndexOf(FOLDER) + FOLDER.length),
      ),
    scripts: hasInstallScript ? scriptsOf(folder) : [],
    isPrebuilt: existsSync(join(ROOT, folder, 'prebuilds')),
    folder,
  }
}

/** Whether it is this one that Node finds for `other`, and not one that is nearer. */
function finds(
  other: string,
  folder: string,
  name: string,
  all: readonly (readonly [string, Locked])[],
): boolean {
  for (let at = other; ; ) {
    const nearest = `${at === '' ? '' : `${at}/`}${FOLDER}${name}`
    if (all.some(([one]) => one === nearest)) return nearest === folder
    if (at === '') return false
    at = at.slice(0, Math.max(0, at.lastIndexOf(`/${FOLDER}`)))
  }
}

function scriptsOf(folder: string): string[] {
  const path = join(ROOT, folder, 'package.json')
  if (!existsSync(path)) return ['unknown: it is not installed here']
  const { scripts = {} } = JSON.parse(readFileSync(path, 'utf8')) as { scripts?: Record<string, string> }
  return INSTALL_SCRIPTS.flatMap((name) => (scripts[name] === undefined ? [] : [`${name}: ${scripts[name]}`]))
}

/** The whole page. */
export function dependenciesPage(): string {
  const shipped = shippedPackages()
  const own = shipped.filter(({ neededBy }) => neededBy.includes('parlance-relay'))
  const others = shipped.filter((one) => !own.includes(one))
  const running = shipped.filter(({ scripts }) => scripts.length > 0)
  return `# Dependencies

What \`npm install parlance-relay\` brings along, made from package-lock.json and from what is installed (\`npm run docs:dependencies\`; a test holds it true). Why each of
those that the relay asks for itself is there is in [architecture.md](architecture.md#dependencies-and-why-each). All ${shipped.length} are under licences that ask for no more than that their
text goes along: \`scripts/licences.mjs\` has the list, and no other passes. \`scripts/audit\` asks the registry what is known against them.

## Asked for by the relay

${table(['package', 'version', 'licence', ''], own.map(rowOf))}
## Brought along by these

${table(
  ['package', 'version', 'licence', 'needed by', ''],
  others.map((one) => [...rowOf(one).slice(0, 3), one.neededBy.join(', '), noteOf(one)]),
)}
## Bundled into the pages

No relay loads these: browsers get them, as a part of the pages.

${table(
  ['package', 'version', 'licence'],
  bundledPackages().map((one) => rowOf(one).slice(0, 3)),
)}
## What runs when they are installed

${running.length} of them have scripts that npm runs to install them. Both are optional, and have their binaries for common machines in the package: then the script looks for that and does nothing else. Nothing depends
on its being run: \`npm install --ignore-scripts\` gives the same relay, and the image is built so. On a machine for which there is no binary the script compiles one, where there are the tools; without it WebSocket frames
are unmasked by Node, and there is no history on the disk.

${table(
  ['package', 'script', 'binary in the package'],
  running.map(({ name, scripts, isPrebuilt }) => [
    code(name),
    scripts.map(code).join(', '),
    isPrebuilt ? 'yes' : 'no',
  ]),
)}`
}

function rowOf(one: Package): string[] {
  return [code(one.name), one.version, one.licence, noteOf(one)]
}

function noteOf({ isOptional, scripts }: Package): string {
  return [...(isOptional ? ['optional'] : []), ...(scripts.length > 0 ? ['install script'] : [])].join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function code(text: string): string {
  return `\`${text}\``
}
