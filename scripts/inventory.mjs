/**
 * Says what is in the container image: `inventory.mjs NPM IMAGE OUT` takes from the file NPM (`npm sbom`) which packages the relay has,
 * from the folder IMAGE the system below it (scripts/image-root), from build/web-packages.json what is bundled with the pages, and
 * writes OUT/parlance.cdx.json (CycloneDX, checked against its schema) and OUT/THIRD-PARTY-LICENSES. Ends with words
 * and exit code 1 where a licence is unknown or not permissive.
 */

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { licenceText, permissive, systemLicence } from './licences.mjs'

const [, , npmList, image, out] = process.argv
const json = (path) => JSON.parse(readFileSync(path, 'utf8'))
const licensed = (expression) => ({ licenses: [{ expression }] })

/** Where the packages are that npm names by `name@version`. */
function packageFolders() {
  const folders = new Map()
  for (const [folder, { version, dev }] of Object.entries(json('package-lock.json').packages)) {
    if (folder === '' || dev) continue
    folders.set(`${folder.replace(/^.*node_modules\//, '')}@${version}`, folder)
  }
  return folders
}

/** npm's own list, without where this machine had each package from. */
function fromNpm(components) {
  const folders = packageFolders()
  return components.map((component) => {
    const id = component['bom-ref']
    const [said] = component.licenses ?? []
    const licence = permissive(id, said?.expression ?? said?.license?.id)
    return {
      text: licenceText(id, folders.get(id)),
      component: {
        ...component,
        ...licensed(licence),
        externalReferences: component.externalReferences.filter(({ type }) => type !== 'distribution'),
      },
    }
  })
}

/** What only the browser gets, bundled: it has no folder in the image. */
function fromPages(isThere) {
  return json('build/web-packages.json')
    .map((bundled) => ({ id: `${bundled.name}@${bundled.version}`, ...bundled }))
    .filter(({ id }) => !isThere(id))
    .map(({ id, name, version, licence, text }) => ({
      text,
      component: {
        'bom-ref': id,
        type: 'library',
        name,
        version,
        purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
        properties: [{ name: 'parlance:bundled-in', value: 'the web pages' }],
        ...licensed(permissive(id, licence)),
      },
    }))
}

/** As the binary itself says it, in the address of its headers: it may be for another architecture, and is not asked to run. */
function versionOf(binary) {
  const end = binary.indexOf('-headers.tar.gz')
  const [, version] =
    /node-v(\d+\.\d+\.\d+)$/.exec(binary.toString('latin1', Math.max(0, end - 40), end)) ?? []
  if (version === undefined) throw new Error('expected a Node that its project has released')
  return version
}

/** Node, with what it was built from: advisories are for OpenSSL as often as for Node. */
function node() {
  const binary = readFileSync(join(image, 'usr/local/bin/node'))
  const version = versionOf(binary)
  // Known of the one that runs this, which for another architecture may be another version.
  const parts = version === process.versions.node ? Object.entries(process.versions) : []
  return {
    text: readFileSync(join(image, 'usr/local/LICENSE'), 'utf8'),
    component: {
      'bom-ref': `node@${version}`,
      type: 'platform',
      name: 'node',
      version,
      cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
      purl: `pkg:generic/node@${version}`,
      hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(binary).digest('hex') }],
      ...licensed('MIT'),
      components: parts
        .filter(([name, part]) => part !== '' && !['node', 'modules', 'napi'].includes(name))
        .map(([name, part]) => ({
          'bom-ref': `node@${version}#${name}`,
          type: 'library',
          name,
          version: part,
        })),
    },
  }
}

/** Debian's packages, as `scripts/image-root` has noted them. */
function fromDebian() {
  const { VERSION_ID } = Object.fromEntries(
    [...readFileSync(join(image, 'etc/os-release'), 'utf8').matchAll(/^(\w+)="?(.*?)"?$/gm)].map(
      ([, key, value]) => [key, value],
    ),
  )
  return readdirSync(join(image, 'var/lib/dpkg/status.d')).map((name) => {
    const status = readFileSync(join(image, 'var/lib/dpkg/status.d', name), 'utf8')
    const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(status)?.[1]
    const version = field('Version')
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}`
    return {
      text: readFileSync(join(image, 'usr/share/doc', name, 'copyright'), 'utf8'),
      component: {
        'bom-ref': `debian:${name}@${version}`,
        type: 'library',
        name,
        version,
        description: field('Description'),
        purl: `${purl}?arch=${field('Architecture')}&distro=debian-${VERSION_ID}`,
        ...licensed(systemLicence(name)),
      },
    }
  })
}

/** The texts that Debian's copyright files only name. */
function commonLicences() {
  const folder = join(image, 'usr/share/common-licenses')
  return readdirSync(folder).map((name) => [
    `/usr/share/common-licenses/${name}`,
    readFileSync(join(folder, name), 'utf8'),
  ])
}

const line = '='.repeat(80)
const section = ([title, text]) => `${line}\n${title}\n${line}\n\n${text.trim()}\n`

try {
  const bom = json(npmList)
  // npm names it after the folder that it is in.
  bom.metadata.component.name = json('package.json').name
  const refs = (some) => some.map(({ component }) => component['bom-ref'])
  const npm = fromNpm(bom.components)
  const pages = fromPages((id) => refs(npm).includes(id))
  const [platform, debian] = [[node()], fromDebian()]
  const parts = [...npm, ...pages, ...platform, ...debian]
  bom.components = parts.map(({ component }) => component)
  const root = bom.dependencies.find(({ ref }) => ref === bom.metadata.component['bom-ref'])
  root.dependsOn.push(...refs(pages), ...refs(platform))
  bom.dependencies.push({ ref: refs(platform)[0], dependsOn: refs(debian) })
  const text = `${JSON.stringify(bom, null, 1)}\n`

  const problem = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text)
  if (problem !== null) throw new Error(`no valid CycloneDX 1.5: ${JSON.stringify(problem)}`)
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'parlance.cdx.json'), text)
  writeFileSync(
    join(out, 'THIRD-PARTY-LICENSES'),
    [
      'The container image of parlance has these in it, each under its own licence:\n',
      ...parts.map(({ component, text }) =>
        section([`${component.name} ${component.version}: ${component.licenses[0].expression}`, text]),
      ),
      ...commonLicences().map(section),
    ].join('\n'),
  )
} catch (error) {
  console.error(`inventory: ${error.message}`)
  process.exit(1)
}
