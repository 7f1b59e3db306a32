/**
 * Slow readers and floods through real sockets and a relay of its own process; readers that stop altogether are row 1, in
 * reader-stops.load.test.ts. A flood on a thousand readers, and what the others notice of slow ones, is `npm run bench:outcomes`.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Readers, RelayUnderLoad, Sender } from '../fixtures/relay-under-load.js'

const SMALL = 16 * 1024
const SLOW_CUTS = 'parlance_disconnects_total{reason="slow"}'
const ROOM_PAUSES = 'parlance_pauses_total{cause="room"}'
const RETAINED = 'parlance_retained_bytes'
const MIB = 1024 * 1024

/** Asks every 100 ms; the largest value so far. */
function watch(relay: RelayUnderLoad, series: string) {
  let most = 0
  let last = 0
  let stopped = false
  const done = (async () => {
    while (!stopped) {
      last = await relay.metric(series)
      most = Math.max(most, last)
      await delay(100)
    }
  })()
  return {
    get most() {
      return most
    },
    get last() {
      return last
    },
    async stop() {
      stopped = true
      await done
    },
  }
}

test('M6 a flood is slowed by TCP: nobody is cut off, nothing is lost, and memory is bounded', async (t) => {
  const relay = await RelayUnderLoad.start(t)
  const readers = await Readers.join(t, relay, { count: 50, receiveBytes: SMALL })
  const sender = await Sender.join(t, relay)
  const pauses = watch(relay, ROOM_PAUSES)
  const retained = watch(relay, RETAINED)
  readers.go()
  const begun = performance.now()
  await sender.flood(() => pauses.last >= 3 || performance.now() - begun > 30_000)
  const outcomes = await readers.outcome(sender.sent)
  await Promise.all([pauses.stop(), retained.stop()])
  assert.ok(pauses.most >= 3, 'the sender was paused')
  assert.deepEqual(new Set(outcomes.map(({ messages }) => messages)), new Set([sender.sent]))
  assert.ok(outcomes.every(({ wrong, cut }) => !wrong && !cut))
  assert.equal(await relay.metric(SLOW_CUTS), 0)
  assert.ok(retained.most < 32 * MIB, `${retained.most} bytes retained`)
  await relay.stop()
})

test('a reader that trickles under the minimum rate is cut off, one above it is not', async (t) => {
  // The kernel takes bytes for loopback in lumps of nearly a megabyte, so the rates are well above that a second.
  const minimum = 2 * MIB
  const args = ['--grace-ms', '3000', '--min-drain-bytes-per-second', String(minimum)]
  for (const [rate, cutOff] of [
    [minimum * 0.5, true],
    [minimum * 1.5, false],
  ] as const) {
    const relay = await RelayUnderLoad.start(t, args)
    const readers = await Readers.join(t, relay, {
      // As few as it takes: together they have to read so fast too, whatever else the machine does.
      count: 12,
      receiveBytes: SMALL,
      slow: 1,
      trickleBytesPerSecond: rate,
    })
    const sender = await Sender.join(t, relay)
    const cuts = watch(relay, SLOW_CUTS)
    readers.go()
    const begun = performance.now()
    await sender.flood(() => cuts.last > 0 || performance.now() - begun > (cutOff ? 30_000 : 10_000))
    await cuts.stop()
    assert.equal(cuts.most, cutOff ? 1 : 0, `${rate} bytes a second against ${minimum}`)
  }
})

test('what is retained in all stays bounded when 5,000 readers have all stopped', async (t) => {
  const limit = 4 * MIB
  const relay = await RelayUnderLoad.start(t, ['--retained-limit-bytes', String(limit)])
  const readers = await Readers.join(t, relay, { count: 5000, receiveBytes: SMALL, slow: 5000 })
  const sender = await Sender.join(t, relay)
  const retained = watch(relay, RETAINED)
  readers.go()
  const begun = performance.now()
  await sender.flood(() => performance.now() - begun > 8_000)
  await retained.stop()
  // One turn of one sender may come on top, and chunks are counted whole.
  assert.ok(retained.most < limit + 2 * MIB, `${retained.most} bytes retained`)
})

test('F16 a slow reader of a drop-oldest listener misses whole messages, is told, and stays', async (t) => {
  const relay = await RelayUnderLoad.start(t, [], '?policy=drop-oldest')
  const readers = await Readers.join(t, relay, { count: 20, receiveBytes: SMALL, slow: 1 })
  const sender = await Sender.join(t, relay)
  const dropped = watch(relay, 'parlance_dropped_events_total')
  readers.go()
  const begun = performance.now()
  await sender.steady(20_000, () => dropped.last > 0 || performance.now() - begun > 30_000)
  await dropped.stop()
  assert.ok(dropped.most > 0)
  assert.equal(await relay.metric(SLOW_CUTS), 0)
})
