/** The rules that the pages of the protocols define are those that the kit tries and prints, and that the tests name. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { SUITES } from '../../src/conform/suites.js'
import { webSocketSuite } from '../../src/conform/websocket/suite.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The text of each file in a folder whose name ends so, by its path from the top. */
function filesIn(folder: string, end: string): [path: string, text: string][] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith(end))
    .map((name) => [join(folder, name), readFileSync(join(ROOT, folder, name), 'utf8')])
}

/** Rule to the page that says what it is. */
const DEFINED = new Map<string, string>()
for (const [path, page] of filesIn('docs/protocol', '.md')) {
  for (const [, rule = ''] of page.matchAll(/^- ([A-Z]\d+) \S/gm)) {
    assert.ok(!DEFINED.has(rule), `${rule} is defined in ${DEFINED.get(rule)} and in ${path}`)
    DEFINED.set(rule, path)
  }
}
const LETTERS = new Set([...DEFINED.keys()].map((rule) => rule.slice(0, 1)))

/** Whatever looks like a rule of these pages. */
function rulesIn(text: string): string[] {
  return (text.match(/\b[A-Z]\d+\b/g) ?? []).filter((rule) => LETTERS.has(rule.slice(0, 1)))
}

function assertDefined(rules: Iterable<string>, where: string): void {
  for (const rule of rules) assert.ok(DEFINED.has(rule), `${where} names ${rule}, which no page defines`)
}

/** Those of WebSocket itself are numbered as in Autobahn's suite, and are on no page. */
const TRIED = new Set(
  [...SUITES.values(), webSocketSuite]
    .flatMap(({ checks }) => checks.map(({ rule }) => rule))
    .filter((rule) => /^[A-Z]/.test(rule)),
)

test('every rule that the kit prints is defined on a page', () => {
  assertDefined(TRIED, 'a suite')
  for (const [path, text] of filesIn('src/conform', '.ts')) {
    const literals = [...text.matchAll(/'([A-Z]\d+)'/g)].map(([, literal = '']) => literal)
    assertDefined(rulesIn(literals.join(' ')), path)
  }
})

test('every rule that the title of a conformance test names is defined on a page', () => {
  for (const [path, text] of filesIn('test/conformance', '.test.ts')) {
    const titles = [...text.matchAll(/\btest\(\s*(['"`])([\s\S]*?)\1/g)].map(([, , title = '']) => title)
    assertDefined(rulesIn(titles.join('\n')), path)
  }
})

test('every rule on a page is tried by the kit, or listed as not tried with a reason', () => {
  const page = readFileSync(join(ROOT, 'docs/conformance.md'), 'utf8')
  const section = /^## What it does not try\n([\s\S]*?)^## /m.exec(page)?.[1] ?? ''
  const rows = [...section.matchAll(/^\| ([A-Z]\d+(?:, [A-Z]\d+)*) \| \S.* \|$/gm)]
  const listed = new Set(rows.flatMap(([, rules = '']) => rules.split(', ')))
  assertDefined(listed, 'the list of what is not tried')
  for (const [rule, path] of DEFINED)
    assert.ok(
      TRIED.has(rule) || listed.has(rule),
      `${rule} (${path}) is neither tried nor in docs/conformance.md`,
    )
  for (const rule of listed)
    assert.ok(!TRIED.has(rule), `${rule} is tried: docs/conformance.md need not list it as not tried`)
})
