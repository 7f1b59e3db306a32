/** Whose name it is while the past of their room is being read. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recalledFor } from '../../../src/relay/dialects/past.js'
import type { Recipient } from '../../../src/relay/fanout/recipient.js'
import { Hub } from '../../../src/relay/hub/hub.js'

const PAST = { shown: () => null }
const AMY = { receive() {} } as unknown as Recipient
const OTHER = { receive() {} } as unknown as Recipient

function newHub() {
  return new Hub<Recipient>({
    audience: () => ({ add() {}, remove() {}, tell() {}, tellOnly() {}, collect() {} }),
    now: () => 0,
    defaultRoom: 'general',
    announceUpTo: 100,
    recent: { ageMs: 1000, entries: 100 },
    later: () => {},
    observe: () => {},
  })
}

test('N3 whoever is authorized has the name while the past of their room is read, and nobody else', () => {
  const hub = newHub()
  const later: (() => void)[] = []
  const client = { recall: (_room: string, then: () => void) => void later.push(then) }
  let claimed: unknown = null
  recalledFor({ name: 'Amy', recipient: AMY }, hub, PAST, client, 'general', () => {
    claimed = hub.claim('Amy', 'framed', AMY)
  })
  assert.ok(hub.isTakenHere('Amy'), 'a node of a cluster does not give it back')
  assert.equal(hub.claim('Amy', 'framed', OTHER), 'taken')
  later[0]?.()
  assert.equal(hub.session('Amy'), claimed)
})

test('N3 whoever goes while it is read gives the name back', () => {
  const hub = newHub()
  recalledFor({ name: 'Amy', recipient: AMY }, hub, PAST, { recall() {} }, 'general', () => assert.fail())
  hub.release(AMY)
  assert.ok(!hub.isTakenHere('Amy'))
})

test('where rooms keep nothing nobody waits, and nothing is held', () => {
  const hub = newHub()
  let isDone = false
  const client = { recall: () => assert.fail('asked') }
  recalledFor({ name: 'Amy', recipient: AMY }, hub, null, client, 'general', () => {
    isDone = true
    assert.ok(!hub.isTakenHere('Amy'))
  })
  assert.ok(isDone)
})
