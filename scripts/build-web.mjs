/**
 * Bundles the web pages into dist/web/public: `src/web/NAME/NAME.html` is a page, and what it refers to beside itself
 * (a script, a stylesheet, an icon) is an entry point. Scripts and styles go to `assets/` under a name with the hash of
 * what is in them, so that browsers may keep them for good. Each file is compressed here once (`.br`, `.gz`). Which packages are
 * in the pages is noted in build/web-packages.json.
 */

import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { build } from 'esbuild'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const SOURCES = join(ROOT, 'src/web')
const OUT = join(ROOT, 'dist/web/public')
/** What a page refers to that is no address of another server and no path of this one. */
const REFERENCE = /\b(href|src)="(\.[^"]+)"/g
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/
/** The packages that are in the pages: their names, versions, and licences. */
const bundled = new Map()

/** The pages' names and templates, and the files that they refer to. */
async function readPages() {
  const pages = []
  for (const entry of await readdir(SOURCES, { withFileTypes: true })) {
    const path = join(SOURCES, entry.name, `${entry.name}.html`)
    const html = entry.isDirectory() ? await readFile(path, 'utf8').catch(() => null) : null
    if (html === null) continue
    const references = [...html.matchAll(REFERENCE)].map(([, , target]) => resolve(dirname(path), target))
    pages.push({ name: entry.name, path, html, references })
  }
  return pages
}

/** @returns where each entry point went, as a browser asks for it */
async function bundle(entryPoints, outdir) {
  const { metafile } = await build({
    entryPoints,
    outdir,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  const places = new Map()
  for (const [output, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
    const source = entryPoint ?? Object.keys(inputs)[0]
    await addLicences(resolve(ROOT, output), Object.keys(inputs))
    if (source !== undefined) places.set(resolve(ROOT, source), `/${relative(outdir, resolve(ROOT, output))}`)
  }
  return places
}

/** What is bundled is also distributed: each file ends with the licences of the packages that are in it. */
async function addLicences(output, inputs) {
  const folders = new Set(inputs.map((input) => PACKAGE.exec(input)?.[0]).filter(Boolean))
  const licences = []
  for (const folder of [...folders].sort()) {
    const names = await readdir(join(ROOT, folder))
    const file = names.find((one) => /^licen[cs]e(\.|$)/i.test(one))
    if (file === undefined) throw new Error(`${folder} has no file with its licence`)
    const { name, version, license } = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'))
    const text = await readFile(join(ROOT, folder, file), 'utf8')
    licences.push(`${name}\n\n${text}`)
    bundled.set(name, { name, version, licence: license, text })
  }
  if (licences.length > 0) await appendFile(output, `/*!\n${licences.join('\n').replaceAll('*/', '* /')}*/\n`)
}

async function compressAll(folder) {
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    const bytes = await readFile(path).catch((error) => {
      if (error.code === 'EISDIR') return null
      throw error
    })
    if (bytes === null) continue
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes))
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }))
  }
}

// Beside it first: a relay that starts meanwhile reads a whole set.
const made = `${OUT}.new`
await rm(made, { recursive: true, force: true })
await mkdir(made, { recursive: true })
const pages = await readPages()
const places = await bundle([...new Set(pages.flatMap(({ references }) => references))], made)
for (const { name, path, html } of pages) {
  const built = html.replaceAll(REFERENCE, (_, attribute, target) => {
    const place = places.get(resolve(dirname(path), target))
    if (place === undefined)
      throw new Error(`${relative(ROOT, path)} refers to ${target}, which was not built`)
    return `${attribute}="${place}"`
  })
  await writeFile(join(made, `${name}.html`), built)
}
await compressAll(made)
await rm(OUT, { recursive: true, force: true })
await rename(made, OUT)
await mkdir(join(ROOT, 'build'), { recursive: true })
await writeFile(join(ROOT, 'build/web-packages.json'), JSON.stringify([...bundled.values()], null, 1))
