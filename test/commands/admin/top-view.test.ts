/** What `parlance admin` shows: figures, columns, and the whole screen at any size. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textWidth } from '../../../src/client/chatmaster/text-width.js'
import { bytes, count, duration, milliseconds, percent, rate } from '../../../src/commands/admin/figures.js'
import { ratesBetween } from '../../../src/commands/admin/rates.js'
import { tableLines } from '../../../src/commands/admin/table.js'
import {
  type Look,
  nextOrders,
  type Orders,
  plainLines,
  type Shown,
  topFrame,
} from '../../../src/commands/admin/top-view.js'
import type { Stats } from '../../../src/relay/admin/stats.js'

const ORDERS: Orders = { rooms: 'messages', readers: 'queued' }

function stats(overrides: Partial<Stats> = {}): Stats {
  const none = { counts: Array.from({ length: 32 }, () => 0) }
  return {
    version: '1.2.3',
    pid: 7,
    state: 'ready',
    atMs: 0,
    monotonicMs: 0,
    uptimeSeconds: 93_784,
    fanout: 'native',
    people: 9_812,
    rooms: 412,
    congestedRooms: 3,
    maxConnections: 65_280,
    connections: {
      framed: { open: 9_000, opened: 20_000, receivedBytes: 0, sentBytes: 0, messages: 0 },
      sendto: { open: 4, opened: 4, receivedBytes: 0, sentBytes: 0, messages: 0 },
    },
    transports: { tcp: 9_004 },
    deliveries: 0,
    disconnects: { left: 3 },
    refusedNames: {},
    queues: {
      queuedBytes: 3 * 1024 * 1024,
      retainedBytes: 1024,
      retainedLimitBytes: 2 ** 28,
      unfinishedRequestBytes: 0,
      behind: 2,
      stuck: 1,
      longestBehindSeconds: 4,
      droppedEvents: 0,
    },
    memory: { rssBytes: 2 ** 28, heapBytes: 2 ** 25, externalBytes: 0 },
    eventLoop: { activeMs: 0, idleMs: 0 },
    flushMicroseconds: none,
    deliveryMicroseconds: none,
    faults: 0,
    logLinesLost: 0,
    ...overrides,
  }
}

const BEFORE = stats()
/** Two seconds later. */
const NOW = stats({
  monotonicMs: 2_000,
  deliveries: 24_000_000,
  eventLoop: { activeMs: 860, idleMs: 1_140 },
  connections: {
    framed: { open: 9_000, opened: 20_010, receivedBytes: 2_048, sentBytes: 4 * 2 ** 20, messages: 2_400 },
    sendto: { open: 4, opened: 4, receivedBytes: 0, sentBytes: 0, messages: 8 },
  },
  flushMicroseconds: { counts: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100] },
})

function look(rooms: number, readers: number, of: Stats = NOW): Look {
  return {
    stats: of,
    rooms: Array.from({ length: rooms }, (_, index) => ({
      name: `room-${index}`,
      members: 1000 - index,
      membersHere: 1000 - index,
      messages: 12_345,
      deliveries: 1,
      isPrivate: index === 1,
      creator: null,
      isCongested: index === 0,
      messagesPerSecond: 1_200 - index,
      deliveriesPerSecond: 1.5e6,
    })),
    readers: Array.from({ length: readers }, (_, index) => ({
      name: index === 0 ? null : `Reader${index}`,
      dialect: 'framed',
      address: '192.0.2.1',
      port: 4711,
      queuedBytes: 2 ** 20,
      behindSeconds: index === 2 ? null : 75,
      isStuck: index === 1,
    })),
  }
}

function shown(rooms: number, readers: number): Shown {
  return {
    now: look(rooms, readers),
    before: look(0, 0, BEFORE),
    orders: ORDERS,
    isPaused: false,
    trouble: null,
  }
}

function rowsOf(of: Shown, columns: number, rows: number): string[] {
  return topFrame(of, { columns, rows }).rows.map(({ left }) => left.map(({ text }) => text).join(''))
}

test('figures are short, and say what they are', () => {
  assert.deepEqual([0, 1, 999, 12_345.6].map(count), ['0', '1', '999', '12,346'])
  assert.deepEqual([null, 0, 0.44, 7, 12.34, 987.6, 1_204, 12_345, 1.2e6, 3e12].map(rate), [
    '-',
    '0',
    '0.4',
    '7',
    '12.3',
    '988',
    '1.20 k',
    '12.3 k',
    '1.20 M',
    '3000 G',
  ])
  assert.deepEqual([0, 1023, 1024, 1.5 * 2 ** 20, 300 * 2 ** 30].map(bytes), [
    '0 B',
    '1023 B',
    '1.00 KiB',
    '1.50 MiB',
    '300 GiB',
  ])
  assert.deepEqual([0, 4.2, 59.9, 200, 18_120, 1_047_600].map(duration), [
    '0s',
    '4.2s',
    '59s',
    '3m 20s',
    '5h 2m',
    '12d 3h',
  ])
  assert.deepEqual([milliseconds(null), milliseconds(1.2345), percent(0.426)], ['-', '1.23 ms', '43 %'])
})

test('rates are what has grown, by the time that has gone', () => {
  const { messages, deliveries, receivedBytes, opened, eventLoopShare, flushP99Ms, deliveryP99Ms } =
    ratesBetween(BEFORE, NOW)
  assert.deepEqual([messages, deliveries, receivedBytes, opened], [1_204, 12e6, 1_024, 5])
  assert.deepEqual([eventLoopShare, deliveryP99Ms], [0.43, null])
  assert.ok((flushP99Ms as number) > 0.5 && (flushP99Ms as number) <= 1.024)
})

test('columns are as wide as what is in them, nothing is empty, and nothing acts on a terminal', () => {
  const rows = [
    { name: 'Bob', bytes: 5 },
    { name: 'esc\x1b[2J', bytes: 12_000 },
    { name: '', bytes: 0 },
  ]
  const lines = tableLines(rows, [
    { title: 'NAME', of: ({ name }) => name },
    { title: 'BYTES', right: true, of: (row) => String(row.bytes) },
  ])
  assert.deepEqual(lines, [
    'NAME          BYTES',
    'Bob               5',
    'esc\\u001b[2J  12000',
    '-                 0',
  ])
})

test('at 80 by 24: the relay, the busiest rooms, the slowest readers and the keys', () => {
  const rows = rowsOf(shown(30, 3), 80, 24)
  assert.equal(rows.length, 24)
  assert.equal(rows[0]?.trimEnd(), 'parlance 1.2.3 · ready · up 1d 2h · 9,812 people')
  assert.deepEqual(rows.slice(1, 5), [
    '1.20 k messages/s  12.0 M deliveries/s  1.00 KiB/s in  2.00 MiB/s out',
    '9,004 connections  412 rooms, 3 congested  2 behind  1 stuck',
    '3.00 MiB queued  1.00 KiB retained  256 MiB resident',
    'loop 43 %  flush p99 1.02 ms  delivery p99 -',
  ])
  assert.match(rows[6] ?? '', /^ROOM +MEMBERS +MSG\/S +DELIV\/S +MESSAGES +STATE$/)
  assert.match(rows[7] ?? '', /^room-0 +1,000 +1\.20 k +1\.50 M +12,345 +congested$/)
  const readers = rows.findIndex((row) => row.startsWith('READER'))
  assert.deepEqual(
    rows.slice(readers + 1, readers + 4).map((row) => row.split(/ {2,}/)),
    [
      ['-', '1.00 MiB', '1m 15s', 'behind', 'framed', '192.0.2.1 4711'],
      ['Reader1', '1.00 MiB', '1m 15s', 'stuck', 'framed', '192.0.2.1 4711'],
      ['Reader2', '1.00 MiB', '-', 'waiting', 'framed', '192.0.2.1 4711'],
    ],
  )
  // What readers leave free is for rooms.
  assert.equal(readers, 24 - 1 - 4)
  assert.equal(rows.at(-1), 'q quit   s rooms by messages   r readers by queued   p pause')
})

test('at 40 by 12 there is less of it, and at any size no row is too wide and none is missing', () => {
  const rows = rowsOf(shown(30, 30), 40, 12)
  assert.equal(rows[1], '1.20 k messages/s  12.0 M deliveries/s')
  assert.equal(rows[2], '2 behind  1 stuck  loop 43 %')
  assert.match(rows[3] ?? '', /^ROOM +MEMBERS +MSG\/S +DELIV\/S$/)
  assert.match(rows[7] ?? '', /^READER +QUEUED +BEHIND +STATE$/)
  assert.equal(rows.at(-1), 'q quit  s messages  r queued  p pause')
  for (const [columns, height] of [
    [80, 24],
    [40, 12],
    [200, 60],
    [59, 15],
    [20, 5],
    [5, 2],
    [1, 1],
  ] as const) {
    for (const of of [shown(30, 30), shown(0, 0), { ...shown(0, 0), now: null, before: null }]) {
      const some = rowsOf(of, columns, height)
      assert.equal(some.length, height, `${columns} × ${height}`)
      for (const row of some) assert.ok(textWidth(row) <= columns, `${columns} × ${height}: ${row}`)
    }
  }
})

test('what is wrong, and that it is paused, is said at the top; keys turn through the orders', () => {
  assert.match(rowsOf({ ...shown(1, 0), isPaused: true }, 80, 24)[0] ?? '', /^paused · parlance 1\.2\.3/)
  assert.match(
    rowsOf({ ...shown(1, 0), trouble: 'the relay does not run' }, 80, 24)[0] ?? '',
    /^the relay does not/,
  )
  const turned = [nextOrders(ORDERS, 's'), nextOrders(ORDERS, 'r'), nextOrders(nextOrders(ORDERS, 'r'), 'r')]
  assert.deepEqual(
    turned.map(({ rooms, readers }) => [rooms, readers]),
    [
      ['deliveries', 'queued'],
      ['messages', 'behind'],
      ['messages', 'queued'],
    ],
  )
  assert.equal(nextOrders(ORDERS, 'x'), ORDERS)
})

test('a pipe gets the same in plain lines', () => {
  const lines = plainLines({ ...shown(30, 2), now: look(30, 2) })
  assert.equal(lines[0], 'parlance 1.2.3 · ready · up 1d 2h · 9,812 people')
  assert.equal(lines.filter((line) => line.startsWith('room-')).length, 20)
  assert.equal(lines.filter((line) => line.startsWith('Reader')).length, 1)
})

test('where the relay is several workers, each is shown, and one that has begun anew harms no rates', () => {
  const worker = (number: number, pid: number, activeMs: number) => {
    const eventLoop = { activeMs, idleMs: 1000 - activeMs }
    return { worker: number, pid, state: 'ready', connections: 1200 * number, rssBytes: 0, eventLoop }
  }
  const before = stats({ deliveries: 500, workers: [worker(1, 11, 0), worker(2, 12, 0)] })
  const now = stats({ monotonicMs: 1000, deliveries: 100, workers: [worker(1, 11, 400), worker(2, 99, 10)] })
  assert.equal(ratesBetween(before, now).deliveries, 0)
  const look = (of: Stats): Look => ({ stats: of, rooms: [], readers: [] })
  const shown = { now: look(now), before: look(before), orders: ORDERS, isPaused: false, trouble: null }
  assert.ok(plainLines(shown).includes('workers  1: 100 %, 1,200  2: -, 2,400'), plainLines(shown).join('\n'))
})
