/**
 * Says in docs/client/reference.md from which declarations it was made; `--check` says whether they are still the same. So a
 * test need not install what writes it. The declarations are those of the build (`npm run build`), in which only what is public changes.
 */

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)
const PAGE = fileURLToPath(new URL('docs/client/reference.md', ROOT))
const SOURCES = ['chat', 'errors', 'events', 'node', 'options', 'protocol'].map(
  (name) => `dist/client/library/${name}.d.ts`,
)
const SETTINGS = ['scripts/docs/typedoc.json', 'scripts/docs/package-lock.json']

const hash = createHash('sha256')
for (const path of [...SOURCES, ...SETTINGS]) hash.update(readFileSync(new URL(path, ROOT)))
const stamp = `<!-- Made by scripts/client-docs from ${hash.digest('hex')}. -->\n`

const page = readFileSync(PAGE, 'utf8')
if (process.argv[2] === '--check') {
  if (!page.endsWith(stamp)) {
    console.error('docs/client/reference.md is of other types than there are: run `npm run docs`')
    process.exitCode = 1
  }
} else writeFileSync(PAGE, `${page.trimEnd()}\n\n${stamp}`)
