/** Pages of names, the largest of many, and what may be asked. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { largest } from '../../../src/relay/admin/largest.js'
import { type Page, pageOf } from '../../../src/relay/admin/pages.js'
import { BODIES, QUERIES, Refusal, valuesOf } from '../../../src/relay/admin/requests.js'

const NAMES = ['Amy', 'Bob', 'Bobby', 'Boris', 'Cyd', '__proto__', 'bob']
const ALL = { prefix: '', after: '', limit: 100 }
const itself = (name: string) => name

test('pages one after the other are all names, once each and in order', () => {
  for (const limit of [1, 2, 3, 7, 8]) {
    const seen: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const page: Page<string> = pageOf(NAMES, { ...ALL, after, limit }, itself)
      assert.ok(page.items.length <= limit)
      assert.equal(page.total, 7)
      seen.push(...page.items)
      after = page.next
    }
    assert.deepEqual(seen, NAMES)
  }
})

test('a prefix is looked up and not looked for, and a name that has gone is no hindrance', () => {
  const page = (request: object) => pageOf(NAMES, { ...ALL, ...request }, itself)
  assert.deepEqual(page({ prefix: 'Bo' }).items, ['Bob', 'Bobby', 'Boris'])
  assert.deepEqual(page({ prefix: 'Bob', limit: 1 }), { items: ['Bob'], next: 'Bob', total: 7 })
  assert.deepEqual(page({ prefix: 'Bob', after: 'Bob' }), { items: ['Bobby'], next: null, total: 7 })
  assert.deepEqual(page({ after: 'Bobbi' }).items, ['Bobby', 'Boris', 'Cyd', '__proto__', 'bob'])
  assert.deepEqual(page({ prefix: 'x' }), { items: [], next: null, total: 7 })
  assert.deepEqual(page({ after: '~' }).items, [])
  // Who went while the page was made is left out, and the next page begins behind them.
  assert.deepEqual(
    pageOf(NAMES, { ...ALL, limit: 2 }, (name) => (name === 'Bob' ? null : name)),
    { items: ['Amy', 'Bobby'], next: 'Bobby', total: 7 },
  )
})

test('the largest of many are those, largest first, and nothing of nothing', () => {
  const values = Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1000)
  assert.deepEqual(
    largest(values, 3, (value) => value),
    [999, 998, 997],
  )
  assert.deepEqual(
    largest([0, -1], 3, (value) => value),
    [],
  )
  assert.deepEqual(
    largest([3, 1], 5, (value) => value),
    [3, 1],
  )
  const equal = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
  assert.deepEqual(
    largest(equal, 2, () => 1),
    equal.slice(0, 2),
  )
})

test('what may be asked is taken, with what it is without being said', () => {
  assert.deepEqual(valuesOf(QUERIES.who, {}), { prefix: '', after: '', limit: 100, room: null })
  assert.deepEqual(valuesOf(QUERIES.who, { limit: '1000', room: '__proto__' }), {
    prefix: '',
    after: '',
    limit: 1000,
    room: '__proto__',
  })
  assert.deepEqual(valuesOf(BODIES.kick, { name: 'Bob' }), { name: 'Bob', reason: null, by: null })
})

test('everything that is wrong is said at once, with its key, its value and what was expected', () => {
  const problems = (fields: Parameters<typeof valuesOf>[0], given: unknown) => {
    try {
      valuesOf(fields, given)
    } catch (error) {
      assert.ok(error instanceof Refusal)
      assert.equal(error.status, 400)
      return error.message.split('; ')
    }
    return []
  }
  assert.deepEqual(problems(QUERIES.who, { limit: '0', room: 'two words', page: '1' }), [
    'limit: "0": expected a whole number from 1 to 1000',
    'room: "two words": expected 1 to 64 printable ASCII characters without a space',
    '"page": expected only prefix, after, limit, room',
  ])
  assert.deepEqual(problems(QUERIES.top, { roomsBy: 'x', rooms: '1e3' }), [
    'rooms: "1e3": expected a whole number from 1 to 200',
    'roomsBy: "x": expected one of messages, deliveries, members',
  ])
  assert.deepEqual(problems(BODIES.kick, { reason: 'a\x1b[2J' }), [
    'name: not given: expected 1 to 32 printable ASCII characters without a space',
    'reason: "a\\u001b[2J": expected 1 to 200 characters without control characters',
  ])
  assert.deepEqual(problems(BODIES.say, { text: 7 }), [
    'text: 7: expected 1 to 65535 bytes of text without control characters but tab',
  ])
  assert.deepEqual(problems(BODIES.logLevel(['warn', 'info']), { level: 'loud' }), [
    'level: "loud": expected one of warn, info',
  ])
  let deep: unknown = 'x'
  for (let depth = 0; depth < 50_000; depth++) deep = [deep]
  assert.match(problems(BODIES.kick, { name: deep })[0] ?? '', /^name: a list: expected 1 to 32/)
  assert.deepEqual(problems(BODIES.kick, [1]), ['a list: expected a JSON object'])
  assert.deepEqual(problems(BODIES.plain, null), ['null: expected a JSON object'])
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1]))
  assert.ok(problems(BODIES.plain, many).length < 20)
  assert.deepEqual(problems(BODIES.plain, JSON.parse('{"__proto__": 1}')), ['"__proto__": expected only by'])
})
