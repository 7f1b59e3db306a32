/** Everything of which the relay keeps many has a bound: its own, which docs/operations.md tells, or that of something else. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SETTING_KEYS } from '../../src/relay/config/settings.js'
import { BOUNDED_BY_ANOTHER } from '../fixtures/bounded-collections.js'
import { collectionsIn, collectionsOf } from '../fixtures/collections.js'

const PAGE = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
const SECTION = /^## What is kept in memory\n([\s\S]*?)^## /m.exec(PAGE)?.[1] ?? ''
const ROWS = SECTION.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what |'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

const listed = ROWS.flatMap(([, , , names = '']) =>
  Array.from(names.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
)
const others = Object.values(BOUNDED_BY_ANOTHER).flat()
const found = collectionsIn('relay', 'workers')

test('a field or a constant that holds many of something is seen in the sources', () => {
  const source = `
const cache = new Map<string, number>()
const TABLE: ReadonlyMap<string, number> = new Map([['a', 1]])
const WORDS: readonly string[] = ['a']
export interface Options {
  readonly peers: ReadonlySet<string>
  readonly wanted: ((answer: string) => void)[]
  readonly heard: (names: string[]) => void
}
export class Keeper<R> {
  static readonly SEEN: Set<string> = new Set()
  readonly #held = new Map<R, Set<string>>()
  #later: readonly string[] = []
  #waiting: R[] | null = null
  #families: Readonly<Record<'a', Map<string, R>>> = { a: new Map() }
  readonly #long: Map<string, number> =
    new Map()
  readonly #weak = new WeakMap<object, string>()
  readonly #name: string
  readonly given: readonly string[]
  names(): readonly string[] {
    const local = new Set<string>()
    return [...local]
  }
}
`
  assert.deepEqual(collectionsOf(source), [
    'cache',
    'Options.wanted',
    'Keeper.SEEN',
    'Keeper.#held',
    'Keeper.#later',
    'Keeper.#waiting',
    'Keeper.#families',
    'Keeper.#long',
  ])
})

test('each has a bound of its own on the page, or is bounded by another', () => {
  const known = new Set([...listed, ...others])
  const missing = found.filter(({ name }) => !known.has(name))
  assert.deepEqual(
    missing.map(({ name, file }) => `${name} in src/${file}`),
    [],
    'give it a bound, and a row in docs/operations.md; or name in test/fixtures/bounded-collections.ts what bounds it',
  )
  assert.ok(found.length > 100)
})

test('whatever is listed is there, once, and of one class alone', () => {
  const names = [...listed, ...others]
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
    'listed twice',
  )
  const inSources = found.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name) => !inSources.includes(name)),
    [],
    'not in the sources',
  )
  assert.deepEqual(
    inSources.filter((name, index) => inSources.indexOf(name) !== index),
    [],
    'the name of several',
  )
})

test('each row says what the bound is, and every setting in it is one', () => {
  assert.ok(ROWS.length > 30)
  for (const [what, most, ...more] of ROWS) {
    if (what?.startsWith('---')) continue
    assert.ok(most !== undefined && most !== '' && more.length === 2, `${what}`)
    for (const [, name = ''] of most.matchAll(/`([a-z]\w+)`/g))
      assert.ok((SETTING_KEYS as readonly string[]).includes(name) || name === 'durable', `${what}: ${name}`)
  }
})

test('the numbers on the page are those in the sources', () => {
  const read = (file: string) => readFileSync(new URL(`../../src/relay/${file}`, import.meta.url), 'utf8')
  const constants: readonly (readonly [file: string, constant: string, value: string, shown: string])[] = [
    ['net/admission.ts', 'MAX_REFUSALS_UNDER_WAY', '64', '64, and 64 over HTTP'],
    ['fanout/chunk.ts', 'MAX_KEPT_BYTES', '8 * 1024 * 1024', '8 MiB'],
    ['addresses/rate-limits.ts', 'MAX_KEYS', '32 * 1024', '32,768'],
    ['access/wrong-attempts.ts', 'MAX_ADDRESSES', '10_000', '10,000'],
    ['access/access.ts', 'PASSWORDS_WAITING', '400', '400, and 1,000'],
    ['access/access.ts', 'TOKENS_WAITING', '1000', '400, and 1,000'],
    ['hub/blocks.ts', 'MAX_BLOCKS', '1000', '1,000'],
    ['hub/sorted-names.ts', 'MAX_CHANGES', '64', '64'],
    ['history/room-history.ts', 'MAX_SHOWN_BYTES', '128 * 1024', '128 KiB a room, 32 MiB in all'],
    ['history/room-history.ts', 'MAX_VIEWS_BYTES', '32 * 1024 * 1024', '128 KiB a room, 32 MiB in all'],
    ['history/history-writer.ts', 'MAX_WAITING_BYTES', '8 * 1024 * 1024', '8 MiB'],
    ['history/level-store.ts', 'MAX_GROWING_ROOMS', '10_000', '10,000'],
    ['observe/log-file.ts', 'MAX_PENDING_BYTES', '16 * 1024 * 1024', '16 MiB'],
    ['observe/stdout-writer.ts', 'MAX_PENDING_BYTES', '1024 * 1024', '1 MiB'],
    ['observe/refusals.ts', 'MAX_ADDRESSES', '64', '64 in ten seconds'],
    ['observe/live-samples.ts', 'MOST_SAMPLES', '600', '600, and 32'],
    ['web/live-feed.ts', 'MAX_VIEWERS', '32', '600, and 32'],
    ['admin/admin-server.ts', 'MAX_CONNECTIONS', '16', '16, and 4'],
    ['admin/drain-progress.ts', 'MOST_WATCHERS', '4', '16, and 4'],
    ['backplane/cluster/peers.ts', 'MAX_NODES', '1000', '1,000'],
    ['backplane/cluster/peers.ts', 'MAX_PIECES', '1000', '1,000, each of 2,000 records'],
    ['backplane/cluster/introductions.ts', 'MAX_RECORDS', '2000', '1,000, each of 2,000 records'],
    ['backplane/cluster/peers.ts', 'MAX_DEAD', '1000', '1,000, and 10,000 of their incarnations'],
    ['backplane/nats/suspicions.ts', 'MOST_DEAD_KEPT', '10_000', '1,000, and 10,000 of their incarnations'],
    ['backplane/cluster/claims.ts', 'MAX_WAITING', '50_000', '50,000, 256 of them at once'],
    ['backplane/cluster/claims.ts', 'MAX_ASKED', '256', '50,000, 256 of them at once'],
    ['backplane/cluster/replicator.ts', 'MAX_HELD', '64', '64 messages; with `durable` 10,000'],
    ['backplane/cluster/replicator.ts', 'MAX_HELD_DURABLE', '10_000', '64 messages; with `durable` 10,000'],
    ['backplane/cluster/incoming.ts', 'MAX_WAITING_OPS', '100_000', '100,000 records'],
    ['backplane/cluster/introductions.ts', 'MAX_FAREWELLS', '4', '4 times'],
    ['backplane/nats/stream-marks.ts', 'KEPT', '1_000', '1,000 seconds'],
    ['backplane/nats/stream-marks.ts', 'MOST_DOWNS', '100', '100 times'],
    ['backplane/nats/subject-names.ts', 'MOST_KEPT', '10_000', '10,000'],
    ['backplane/shared-congestion.ts', 'MAX_ROOMS', '4096', '4,096 for each node'],
    ['backplane/slow-people.ts', 'MAX_PEOPLE', '1024', 'and 1,024'],
    ['backplane/cluster/outgoing.ts', 'MAX_SPARE_WRITERS', '8', '8'],
  ]
  for (const [file, constant, value, shown] of constants) {
    assert.ok(
      new RegExp(`const ${constant} = ${value.replaceAll('*', '\\*')}$`, 'm').test(read(file)),
      `${file}: ${constant}`,
    )
    assert.ok(
      ROWS.some(([, most = '']) => most.includes(shown)),
      shown,
    )
  }
})
