/** One sample a second of plain counters: rates, quantiles, ten minutes of them, and nothing but numbers. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { Magnitudes } from '../../../src/relay/fanout/magnitudes.js'
import type { PauseClocks } from '../../../src/relay/fanout/pauses.js'
import {
  LIVE_FIELDS,
  type LiveSample,
  LiveSamples,
  type LiveSources,
} from '../../../src/relay/observe/live-samples.js'
import { Tally } from '../../../src/relay/observe/tally.js'

function world() {
  const clock = { now: 1_000_000 }
  const framed = { opened: 0, closed: 0, bytesIn: 0, bytesOut: 0 }
  const chatroom = { opened: 0, closed: 0, bytesIn: 0, bytesOut: 0 }
  const fanout = {
    deliveries: 0,
    batchEvents: new Magnitudes(),
    batchBytes: new Magnitudes(),
    flushMicroseconds: new Magnitudes(),
    deliveryMicroseconds: new Magnitudes(),
  }
  const pressure = {
    behind: 0,
    stuck: 0,
    congestedRooms: 0,
    congestions: 0,
    droppedEvents: 0,
    pauses: {} as PauseClocks,
  }
  const tally = new Tally()
  const sources: LiveSources = {
    connections: new Map([
      ['framed', framed],
      ['chatroom', chatroom],
    ]),
    fanout,
    pressure,
    tally,
    sessions: () => 7,
    rooms: () => 3,
    retainedBytes: () => 4096,
    memory: () => ({ rss: 50_000_000, heapUsed: 9_000_000 }),
  }
  const samples = new LiveSamples(sources, () => clock.now)
  const take = (afterMs = 1000): Record<string, number | null> => {
    clock.now += afterMs
    samples.take()
    return named(samples.samples.at(-1) as LiveSample)
  }
  return { clock, framed, chatroom, fanout, pressure, tally, sources, samples, take }
}

function named(sample: LiveSample): Record<string, number | null> {
  return Object.fromEntries(LIVE_FIELDS.map((field, index) => [field, sample[index] ?? null]))
}

test('rates are of the time since the sample before, over all dialects', () => {
  const { framed, chatroom, fanout, tally, take } = world()
  Object.assign(framed, { opened: 5, closed: 2, bytesIn: 1000, bytesOut: 3000 })
  Object.assign(chatroom, { opened: 1, bytesIn: 500 })
  fanout.deliveries = 300
  tally.messages.set('framed', 20).set('chatroom', 10)
  const first = take()
  assert.equal(first.connections, 4)
  assert.equal(first.messagesPerSecond, 30)
  assert.equal(first.deliveriesPerSecond, 300)
  assert.equal(first.receivedBytesPerSecond, 1500)
  assert.equal(first.sentBytesPerSecond, 3000)
  tally.messages.set('framed', 50)
  const second = take(2000)
  assert.equal(second.messagesPerSecond, 15, 'the event loop was busy: it was two seconds')
  assert.equal(second.deliveriesPerSecond, 0)
})

test('what there was before the first sample is no rate', () => {
  const { sources, clock, fanout } = world()
  fanout.deliveries = 1_000_000
  fanout.flushMicroseconds.add(1_000_000, 50)
  const samples = new LiveSamples(sources, () => clock.now)
  clock.now += 1000
  samples.take()
  const sample = named(samples.samples[0] as LiveSample)
  assert.equal(sample.deliveriesPerSecond, 0)
  assert.equal(sample.flushP99Ms, null)
})

test('what is so at the moment is told as it is', () => {
  const { pressure, take } = world()
  Object.assign(pressure, { behind: 4, stuck: 2, congestedRooms: 1 })
  const { at, sessions, rooms, behind, stuck, congestedRooms, retainedBytes, rssBytes, heapBytes } = take()
  assert.deepEqual(
    { at, sessions, rooms, behind, stuck, congestedRooms, retainedBytes, rssBytes, heapBytes },
    {
      at: 1_001_000,
      sessions: 7,
      rooms: 3,
      behind: 4,
      stuck: 2,
      congestedRooms: 1,
      retainedBytes: 4096,
      rssBytes: 50_000_000,
      heapBytes: 9_000_000,
    },
  )
})

test('quantiles are of the last second alone, within the bucket that they fall into', () => {
  const { fanout, take } = world()
  fanout.flushMicroseconds.add(100, 99)
  fanout.flushMicroseconds.add(5000, 1)
  fanout.deliveryMicroseconds.add(700, 10)
  const first = take()
  assert.ok((first.flushMedianMs as number) > 0.064 && (first.flushMedianMs as number) <= 0.128)
  assert.ok((first.flushP99Ms as number) > 0.064 && (first.flushP99Ms as number) <= 0.128, 'the 99th of 100')
  assert.ok((first.deliveryP99Ms as number) > 0.512 && (first.deliveryP99Ms as number) <= 1.024)
  fanout.flushMicroseconds.add(5000, 3)
  const second = take()
  assert.ok((second.flushMedianMs as number) > 4.096 && (second.flushMedianMs as number) <= 8.192)
  assert.equal(second.deliveryP99Ms, null, 'nothing was delivered')
  assert.equal(take().flushMedianMs, null)
})

test('the last ten minutes are kept, oldest first', () => {
  const { samples, take } = world()
  for (let second = 0; second < 605; second++) take()
  assert.equal(samples.samples.length, 600)
  assert.equal(samples.samples[0]?.[0], 1_006_000)
  assert.equal(samples.samples.at(-1)?.[0], 1_605_000)
})

test('who listens is told of each sample until they have enough', () => {
  const { samples, take } = world()
  const heard: LiveSample[] = []
  const stop = samples.onSample((sample) => heard.push(sample))
  take()
  take()
  stop()
  take()
  assert.deepEqual(heard, samples.samples.slice(0, 2))
})

test('a sample is taken each second, and none when that is over', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { samples } = world()
  samples.start()
  samples.start()
  t.mock.timers.tick(3000)
  assert.equal(samples.samples.length, 3)
  samples.stop()
  t.mock.timers.tick(3000)
  assert.equal(samples.samples.length, 3)
})

test('a sample has a number for each field, or null where there was none, and nothing else', () => {
  const { samples, take } = world()
  take()
  const [sample] = samples.samples as [LiveSample]
  assert.equal(sample.length, LIVE_FIELDS.length)
  assert.ok(sample.every((value) => value === null || Number.isFinite(value)))
})
