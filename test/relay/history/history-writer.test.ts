/** Batches for the store: one at a time, in order, kept while it takes none, and counted where they cannot be. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { HistoryWriter } from '../../../src/relay/history/history-writer.js'
import type { Change, HistoryStore } from '../../../src/relay/history/store.js'

const said = (id: number, text = `${id}`): Change => {
  const event = {
    kind: 'message',
    id: `${id}`.padStart(6, '0'),
    at: 0,
    name: 'amy',
    dialect: 'chatty',
  } as const
  return { kind: 'said', message: { ...event, room: 'tea', text, saidAt: null } }
}

/** A disk that can be full: what reaches it is remembered. */
function disk(t: TestContext) {
  const batches: string[][] = []
  const events: (string | number)[] = []
  let isFull = false
  let isBusy = false
  let closed = 0
  const store: HistoryStore = {
    isShared: false,
    totals: { messages: 0, bytes: 0 },
    limits: { messages: 1, ageMs: 1, bytes: 1 },
    async append(changes) {
      assert.ok(!isBusy, 'one at a time')
      isBusy = true
      await new Promise((resolve) => setImmediate(resolve))
      isBusy = false
      if (isFull) throw new Error('no space')
      batches.push(changes.map((change) => (change.kind === 'said' ? change.message.text : change.id)))
    },
    last: async () => [],
    search: async () => ({ messages: [], last: '', newest: '', hasMore: false }),
    trim: async () => {},
    async close() {
      closed++
    },
  }
  const trouble = {
    failed: (error: Error) => events.push(error.message),
    recovered: (lost: number) => events.push(lost),
  }
  const writer = new HistoryWriter(store, trouble, { batchMs: 1, retryMs: 5 })
  t.after(() => writer.close())
  const until = async (there: () => boolean) => {
    while (!there()) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return { writer, batches, events, until, fill: (full: boolean) => (isFull = full), closes: () => closed }
}

test('what is said in a while is one batch, and what is said meanwhile the next', async (t) => {
  const { writer, batches, until } = disk(t)
  for (let id = 0; id < 10; id++) writer.push(said(id))
  assert.equal(writer.firstWaitingId, '000000')
  await until(() => batches.length === 1)
  writer.push(said(10))
  await until(() => writer.firstWaitingId === null)
  assert.deepEqual(batches, [Array.from({ length: 10 }, (_, id) => `${id}`), ['10']])
  for (let id = 0; id < 1200; id++) writer.push(said(id, 'x'.repeat(100)))
  await until(() => writer.firstWaitingId === null)
  assert.deepEqual(
    batches.slice(2).map(({ length }) => length),
    [500, 500, 200],
  )
})

test('while the disk is full it is said once, nothing is lost that there is room for, and all of it is written afterwards, in order', async (t) => {
  const { writer, batches, events, until, fill } = disk(t)
  fill(true)
  for (let id = 0; id < 5; id++) {
    writer.push(said(id))
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  await until(() => events.length > 0)
  assert.equal(writer.lost, 0)
  fill(false)
  await until(() => writer.firstWaitingId === null)
  assert.deepEqual(batches.flat(), ['0', '1', '2', '3', '4'])
  assert.deepEqual(events, ['no space', 0])
})

test('what there is no room for is lost, oldest first, counted, and said when it is over', async (t) => {
  const { writer, batches, events, until, fill } = disk(t)
  fill(true)
  const text = 'x'.repeat(64 * 1024)
  for (let id = 0; id < 300; id++) {
    writer.push(said(id, text))
    if (id % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await until(() => events.length > 0)
  fill(false)
  await until(() => writer.firstWaitingId === null)
  assert.ok(writer.lost > 100, `${writer.lost}`)
  assert.equal(batches.flat().length + writer.lost, 300)
  assert.equal(events.length, 2)
})

test('at the end what waits is written, and what the disk does not take is lost and counted', async (t) => {
  const { writer, batches, closes, fill } = disk(t)
  writer.push(said(0))
  await writer.close()
  assert.deepEqual(batches, [['0']])
  assert.equal(closes(), 1)
  const other = disk(t)
  other.fill(true)
  other.writer.push(said(0))
  await other.writer.close()
  assert.equal(other.writer.lost, 1)
  fill(false)
})
