/** What is kept on the disk: that it is there again, in order, within its bounds, and who may have it. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LevelStore } from '../../../src/relay/history/level-store.js'
import type { Change, HistoryLimits, SearchQuery } from '../../../src/relay/history/store.js'
import type { MessageEvent } from '../../../src/relay/hub/events.js'
import { MessageIds } from '../../../src/relay/hub/message-ids.js'

const AMPLE: HistoryLimits = { messages: 5000, ageMs: 1e9, bytes: 1e9 }
const START = 1_700_000_000_000

interface World {
  readonly directory: string
  open(limits?: Partial<HistoryLimits>): Promise<LevelStore>
  said(room: string, text: string): Change & { readonly message: MessageEvent }
  pass(ms: number): void
}

function world(t: TestContext): World {
  const directory = join(mkdtempSync(join(tmpdir(), 'parlance-level-')), 'history')
  let now = START
  const ids = new MessageIds(() => now)
  const stores: LevelStore[] = []
  t.after(async () => {
    for (const store of stores) await store.close()
    rmSync(join(directory, '..'), { recursive: true, force: true })
  })
  return {
    directory,
    async open(limits = {}) {
      const store = await LevelStore.open(directory, { ...AMPLE, ...limits }, () => now)
      stores.push(store)
      return store
    },
    said(room, text) {
      const event = { kind: 'message', id: ids.next(), at: now, name: 'amy', dialect: 'chatty' } as const
      return { kind: 'said', message: { ...event, room, text, saidAt: null } }
    },
    pass(ms) {
      now += ms
    },
  }
}

const textsOf = (messages: readonly MessageEvent[]) => messages.map(({ text }) => text).join(' ')
const query = (more: Partial<SearchQuery> = {}): SearchQuery => {
  return { after: '', order: 'oldest', sinceMs: null, untilMs: null, rooms: null, limit: 100, ...more }
}

test('messages are there again as they were, each room by itself, whatever the rooms are called', async (t) => {
  const { open, said } = world(t)
  const store = await open()
  const rooms = ['tea', 'te', 'tea!', '__proto__', '~', 'tea-2']
  const changes = rooms.flatMap((room) => [said(room, `${room}1`), said(room, `${room}2`)])
  await store.append(changes)
  assert.deepEqual(store.totals.messages, 12)
  await store.close()
  const again = await open()
  assert.deepEqual(again.totals, store.totals)
  for (const room of rooms) {
    const own = changes.filter(({ message }) => message.room === room).map(({ message }) => message)
    assert.deepEqual(await again.last(room, 5), own)
    assert.deepEqual(await again.last(room, 1), own.slice(1))
  }
  assert.deepEqual(await again.last('nowhere', 5), [])
})

test('an edit changes what is kept, in the batch of the message or later; of what is not kept it is nothing', async (t) => {
  const { open, said } = world(t)
  const store = await open()
  const [one, two] = [said('tea', 'one'), said('tea', 'two')]
  const edit = (id: string, text: string): Change => ({
    kind: 'edited',
    room: 'tea',
    id,
    text,
    message: null,
  })
  await store.append([one, two, edit(one.message.id, 'uno'), edit('nothing', 'x')])
  await store.append([edit(two.message.id, 'much longer')])
  assert.equal(textsOf(await store.last('tea', 5)), 'uno much longer')
  assert.equal(store.totals.messages, 2)
  assert.equal(store.totals.bytes, 2 * 200 + 'uno'.length + 'much longer'.length)
  // Written once more, as after a failure of which nobody knows how far it came.
  await store.append([one, two])
  assert.equal(store.totals.messages, 2)
})

test('a room keeps its last messages, and lets go of the others by and by, of another process too', async (t) => {
  const { open, said } = world(t)
  const store = await open({ messages: 8 })
  for (let number = 0; number < 100; number++) await store.append([said('tea', `${number}`)])
  await store.append([said('den', 'x')])
  const kept = textsOf(await store.last('tea', 100)).split(' ')
  assert.ok(kept.length >= 8 && kept.length <= 10, kept.join())
  assert.deepEqual(kept.slice(-8), ['92', '93', '94', '95', '96', '97', '98', '99'])
  assert.equal(store.totals.messages, kept.length + 1)
  await store.close()
  const again = await open({ messages: 3 })
  await again.append([said('tea', '100')])
  assert.equal(textsOf(await again.last('tea', 100)), '98 99 100')
  assert.equal(textsOf((await again.search(query())).messages), '98 99 x 100')
})

test('what is too old goes, at the start and when it is asked to', async (t) => {
  const { open, said, pass } = world(t)
  const store = await open({ ageMs: 1000 })
  await store.append([said('tea', 'old'), said('den', 'old')])
  pass(900)
  await store.append([said('tea', 'new')])
  pass(200)
  await store.trim()
  assert.equal(textsOf((await store.search(query())).messages), 'new')
  assert.equal(store.totals.messages, 1)
  await store.close()
  pass(5000)
  assert.deepEqual((await open({ ageMs: 1000 })).totals, { messages: 0, bytes: 0 })
})

test('all rooms together take no more than they may: what was said first goes', async (t) => {
  const { open, said } = world(t)
  const store = await open({ bytes: 1000 })
  for (let number = 0; number < 20; number++) await store.append([said(`room${number % 7}`, `${number}`)])
  assert.ok(store.totals.bytes <= 1000 && store.totals.bytes > 600, `${store.totals.bytes}`)
  assert.equal(textsOf((await store.search(query())).messages), '16 17 18 19')
  store.limits = { ...store.limits, bytes: 450 }
  await store.trim()
  assert.equal(textsOf((await store.search(query())).messages), '18 19')
})

test('a search goes through all rooms in the order of time, both ways, in pages, and takes what is asked for', async (t) => {
  const { open, said, pass } = world(t)
  const store = await open()
  const changes: Change[] = []
  for (let number = 0; number < 2500; number++) {
    changes.push(said(number % 2 === 0 ? 'tea' : 'den', `${number}`))
    pass(10)
  }
  await store.append(changes)
  for (const order of ['oldest', 'newest'] as const) {
    const all: string[] = []
    let after = ''
    for (;;) {
      const { messages, last, hasMore } = await store.search(query({ after, order, limit: 999 }))
      all.push(...messages.map(({ text }) => text))
      if (!hasMore) break
      after = last
    }
    const wanted = Array.from({ length: 2500 }, (_, index) => `${order === 'oldest' ? index : 2499 - index}`)
    assert.deepEqual(all, wanted, order)
  }
  const between = { sinceMs: START + 1000, untilMs: START + 1050, rooms: ['tea'] }
  assert.equal(textsOf((await store.search(query(between))).messages), '100 102 104')
  const last = await store.search(query({ ...between, order: 'newest', limit: 2 }))
  assert.equal(textsOf(last.messages), '104 102')
  assert.equal((await store.search(query({ rooms: ['nowhere'] }))).hasMore, false)
})

test('one process has it at a time, and another one hears so', async (t) => {
  const { open, directory } = world(t)
  await open()
  await assert.rejects(LevelStore.read(directory), { code: 'EBUSY', message: /another process/ })
})
