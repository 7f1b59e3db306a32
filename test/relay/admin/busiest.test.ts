/** Rates of rooms from two looks, and who reads slowest, on a clock of the test's own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Busiest } from '../../../src/relay/admin/busiest.js'
import { SLOWNESS } from '../../../src/relay/fanout/slow-reader.js'
import type { Connection } from '../../../src/relay/net/connection.js'
import { message } from '../../fixtures/framed-bytes.js'
import { startRelay } from '../../fixtures/start-relay.js'

test('a room is as busy as it was between two looks, however often others look', async (t) => {
  const { relay, join } = await startRelay(t)
  let nowMs = 1_000
  const { hub, connections } = relay.parts
  const clock = { wall: () => 0, monotonic: () => nowMs }
  const busiest = new Busiest(() => hub.rooms.all(), connections, clock)
  const amy = await join('Amy')
  const bob = await join('Bob')
  await amy.expect(message('**Bob is joining the chat**'))
  const first = busiest.rooms('messages', 10)
  assert.deepEqual(
    first.map(({ name, members, messagesPerSecond }) => [name, members, messagesPerSecond]),
    [['general', 2, null]],
  )
  for (let index = 0; index < 6; index++) amy.send(message(`${index}`))
  for (let index = 0; index < 6; index++) await bob.expect(message(`[Amy] ${index}`))
  nowMs += 400
  // The same as a moment ago, and no look of its own.
  assert.equal(busiest.rooms('messages', 10)[0]?.messagesPerSecond, null)
  nowMs += 1_600
  const [room] = busiest.rooms('deliveries', 10)
  assert.deepEqual([room?.messages, room?.messagesPerSecond, room?.deliveriesPerSecond], [6, 3, 3])
  nowMs += 1_000
  assert.deepEqual(busiest.rooms('members', 10)[0]?.messagesPerSecond, 0)
  // After a pause it is a first look again.
  nowMs += 60_000
  assert.equal(busiest.rooms('messages', 10)[0]?.messagesPerSecond, null)
})

test('readers come by what is queued for them, or by how long they are behind', () => {
  const reader = (name: string, queuedBytes: number, sinceMs: number | null, slowness = 1) =>
    ({
      name,
      dialect: 'framed',
      remoteAddress: '192.0.2.1',
      remotePort: 1,
      outbox: { queuedBytes, slowReader: sinceMs === null ? null : { sinceMs, slowness } },
    }) as unknown as Connection
  const stuck = SLOWNESS.slow | SLOWNESS.stuck
  const all = [
    reader('fine', 0, null),
    reader('a', 10, null),
    reader('b', 900, 9_000),
    reader('c', 500, 4_000, stuck),
  ]
  const busiest = new Busiest(() => [], all, { wall: () => 0, monotonic: () => 10_000 })
  const queued = busiest.readers('queued', 10)
  assert.deepEqual(
    queued.map(({ name, queuedBytes, behindSeconds, isStuck }) => [
      name,
      queuedBytes,
      behindSeconds,
      isStuck,
    ]),
    [
      ['b', 900, 1, false],
      ['c', 500, 6, true],
      ['a', 10, null, false],
    ],
  )
  assert.deepEqual(
    busiest.readers('behind', 10).map(({ name }) => name),
    ['c', 'b'],
  )
  assert.equal(busiest.readers('queued', 1).length, 1)
})
