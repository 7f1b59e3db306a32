/**
 * Holds what an image has in it, unpacked into a folder, against what it should have: `image-contents.mjs FOLDER
 * ARCHITECTURE`. Programs, their architecture, packages, the inventory and the licences; says how large each part is.
 */

import assert from 'node:assert/strict'
import { openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

const [, , folder, architecture] = process.argv
/** `e_machine` of ELF. */
const MACHINES = { amd64: 62, arm64: 183 }
const PARTS = {
  Node: /^usr\/local\/bin\/node$/,
  'its libraries': /^usr\/lib/,
  packages: /^app\/node_modules\//,
  'the relay': /^app\/dist\//,
  'licences and inventory': /licen[cs]e|^usr\/share\/doc\/|^app\/THIRD|cdx\.json$|^var\/lib\/dpkg\//i,
}

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { path: path.slice(folder.length + 1), ...statsOf(path) }
  })

function statsOf(path) {
  const { size, mode } = statSync(path)
  return { size, mode }
}

/** `null` when it is not ELF. */
function machineOf(path) {
  const head = Buffer.alloc(20)
  readSync(openSync(join(folder, path)), head, 0, 20, 0)
  return head.toString('latin1', 0, 4) === '\x7fELF' ? head.readUInt16LE(18) : null
}

const special = files.filter(({ mode }) => mode & 0o6000).map(({ path }) => path)
assert.deepEqual(special, [], 'no program runs as somebody else than who starts it')
const programs = files.filter(
  ({ path }) => /(^|\/)s?bin\/[^/]+$/.test(path) && !path.startsWith('app/node_modules'),
)
assert.deepEqual(
  programs.map(({ path }) => path),
  ['usr/local/bin/node'],
  'no other program than Node',
)
const native = files.filter(({ path }) => /(^usr\/(lib|local\/bin)\/|^app\/dist\/.*\.node$)/.test(path))
const machines = new Set(native.map(({ path }) => machineOf(path)).filter((machine) => machine !== null))
assert.deepEqual(
  [...machines],
  [MACHINES[architecture]],
  `all programs and libraries are for ${architecture}`,
)
const hasFanout = files.some(({ path }) => path === 'app/dist/fanout.node')

const bom = JSON.parse(readFileSync(join(folder, 'app/parlance.cdx.json'), 'utf8'))
const listed = bom.components
  .filter(
    ({ purl, properties }) =>
      purl.startsWith('pkg:npm/') && !properties?.some(({ name }) => name === 'parlance:bundled-in'),
  )
  .map((component) => component['bom-ref'])
const installed = files
  .filter(({ path }) => /^app\/(.*\/)?node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
  .map(({ path }) => JSON.parse(readFileSync(join(folder, path), 'utf8')))
  .map(({ name, version }) => `${name}@${version}`)
assert.deepEqual(
  [...new Set(installed)].sort(),
  listed.sort(),
  'the inventory has the packages that are there',
)
const licences = readFileSync(join(folder, 'app/THIRD-PARTY-LICENSES'), 'utf8')
for (const { name, version } of bom.components)
  assert.ok(licences.includes(`\n${name} ${version}: `), `the licence of ${name} ${version}`)

const sizes = new Map(Object.keys(PARTS).map((part) => [part, 0]))
let rest = 0
for (const { path, size } of files) {
  const part = Object.keys(PARTS).find((name) => PARTS[name].test(path))
  if (part === undefined) rest += size
  else sizes.set(part, sizes.get(part) + size)
}
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const shown = [...sizes].map(([part, bytes]) => `${part} ${megabytes(bytes)}`)
console.log(
  `contents: ${shown.join(', ')}, all else ${megabytes(rest)}; for ${architecture}, no program but Node`,
)
console.log(`fan-out: ${hasFanout ? 'native' : 'portable, there was no compiler'}`)
console.log(
  `inventory: ${bom.components.length} components in CycloneDX ${bom.specVersion}, among them ${listed.length} packages as they are in the image; the licence of each`,
)
