/** Of what docs/threat-model.md and SECURITY.md refer to, everything is there: each defence that is claimed has a test that tests something. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const MODEL = 'docs/threat-model.md'

/** What a page links to, with the part of the page. */
function linksOf(page: string): [path: string, part: string][] {
  return Array.from(read(page).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g), ([, path = '', part = '']) => [
    path === '' ? page : normalize(join(dirname(page), path)),
    part,
  ])
}

/** As the renderers of this field make them of headings. */
function partsOf(page: string): string[] {
  return Array.from(read(page).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}

for (const page of [MODEL, 'SECURITY.md']) {
  test(`whatever ${page} links to is there`, () => {
    const links = linksOf(page)
    assert.ok(links.length > 5)
    for (const [path, part] of links) {
      assert.ok(existsSync(join(ROOT, path)), path)
      if (part !== '') assert.ok(partsOf(path).includes(part), `${path}#${part}`)
    }
  })
}

test('each defence names a test, and each of these tests something', () => {
  const rows = read(MODEL)
    .split('\n')
    .filter((line) => /^\| (?!who \||flag \||---|`--)/.test(line))
  assert.ok(rows.length > 20, `${rows.length} rows`)
  for (const row of rows) {
    const cells = row.slice(2, -2).split(' | ')
    assert.equal(cells.length, 4, row)
    const tests = Array.from(
      (cells[3] ?? '').matchAll(/\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g),
      ([, path = '']) => path,
    )
    assert.ok(tests.length > 0, row)
    for (const path of tests) assert.match(read(path), /\b(?:test|it|describe)\(/, path)
  }
})

test('what is not defended is said', () => {
  const section = /^## Not defended\n([\s\S]*)$/m.exec(read(MODEL))?.[1] ?? ''
  assert.ok((section.match(/^- \*\*/gm) ?? []).length >= 10)
})

test('the flags that the page names are those of the container and of the unit', () => {
  const flags = Array.from(read(MODEL).matchAll(/^\| `(--[^`]+)` \|/gm), ([, flag = '']) => flag).sort()
  assert.ok(flags.length > 0)
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(read('Dockerfile'))?.[1] ?? '[]'
  const inContainer = (JSON.parse(entry) as string[]).filter((word) => word.startsWith('--'))
  assert.deepEqual(inContainer.sort(), flags)
  const options =
    /^Environment="NODE_OPTIONS=(.*)"$/m.exec(read('deploy/systemd/parlance.service'))?.[1] ?? ''
  assert.deepEqual(options.split(' ').sort(), flags)
})
