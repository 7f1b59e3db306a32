/** That what several workers answer reads as one relay's. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BusyRoom } from '../../src/relay/admin/busiest.js'
import type { Page } from '../../src/relay/admin/pages.js'
import type { PersonRow } from '../../src/relay/admin/people.js'
import type { Stats } from '../../src/relay/admin/stats.js'
import { mergedPeople, mergedRooms, mergedTop } from '../../src/workers/merged-answers.js'

const ELSEWHERE = { address: null, port: null, since: null, queuedBytes: null, idleSeconds: null }
const HERE = { address: '192.0.2.1', port: 7, since: '2026-01-01T00:00:00Z', queuedBytes: 0, idleSeconds: 0 }

function person(name: string, node: string | null): PersonRow {
  const known = node === null ? HERE : ELSEWHERE
  return { name, dialect: 'framed', node, ...known, status: 'online', rooms: ['general'], roomCount: 1 }
}

function page<Item>(items: Item[], next: string | null = null): Page<Item> {
  return { items, next, total: 5 }
}

test('whoever is connected to one of them is shown as that one knows them', () => {
  const pages = [
    page([person('Amy', null), person('Bob', 'b')]),
    page([person('Amy', 'a'), person('Bob', null)]),
  ]
  const { items, next, total } = mergedPeople(pages, 10)
  assert.deepEqual(items, [person('Amy', null), person('Bob', null)])
  assert.deepEqual([next, total], [null, 5])
})

test('pages of all of them follow each other without a gap', () => {
  const names = ['A', 'B', 'C', 'D', 'E']
  const has: string[][] = [
    ['A', 'D', 'E'],
    ['B', 'C'],
  ]
  const pageFor = (own: string[], after: string): Page<PersonRow> => {
    const behind = own.filter((name) => name > after)
    const items = behind.slice(0, 2).map((name) => person(name, null))
    return page(items, behind.length > 2 ? (items.at(-1)?.name ?? null) : null)
  }
  const seen: string[] = []
  for (let after: string | null = ''; after !== null; ) {
    const from: string = after
    const merged: Page<PersonRow> = mergedPeople(
      has.map((own) => pageFor(own, from)),
      2,
    )
    seen.push(...merged.items.map(({ name }) => name))
    after = merged.next
  }
  assert.deepEqual(seen, names)
})

function room(name: string, more: Partial<BusyRoom> = {}): BusyRoom {
  return {
    name,
    members: 4,
    membersHere: 2,
    messages: 10,
    deliveries: 20,
    isPrivate: false,
    creator: null,
    isCongested: false,
    messagesPerSecond: null,
    deliveriesPerSecond: null,
    ...more,
  }
}

test('a room is there once: its members are known to all, and what was delivered is added up', () => {
  const congested = room('tea', { isCongested: true, messages: 12, creator: 'Amy' })
  const [merged] = mergedRooms([page([room('tea')]), page([congested])], 10).items
  const { members, membersHere, messages, deliveries, isCongested, creator } = merged as BusyRoom
  assert.deepEqual(
    [members, membersHere, messages, deliveries, isCongested, creator],
    [4, 4, 12, 40, true, 'Amy'],
  )
})

test('the busiest rooms and the slowest readers are those of all', () => {
  const reader = (name: string, queuedBytes: number) => {
    return { name, dialect: 'framed', address: '', port: 0, queuedBytes, behindSeconds: null, isStuck: false }
  }
  const stats = {} as Stats
  const busy = room('busy', { messagesPerSecond: 9, deliveriesPerSecond: 5 })
  const answers = [
    { stats, rooms: [room('calm', { messagesPerSecond: 1 }), busy], readers: [reader('Amy', 5)] },
    { stats, rooms: [{ ...busy, messagesPerSecond: 8 }], readers: [reader('Bob', 50), reader('Cat', 1)] },
  ]
  const wanted = { rooms: 2, roomsBy: 'messages', readers: 2, readersBy: 'queued' } as const
  const { rooms, readers } = mergedTop(answers, stats, wanted)
  assert.deepEqual(
    rooms.map(({ name, messagesPerSecond, deliveriesPerSecond }) => [
      name,
      messagesPerSecond,
      deliveriesPerSecond,
    ]),
    [
      ['busy', 9, 10],
      ['calm', 1, null],
    ],
  )
  assert.deepEqual(
    readers.map(({ name }) => name),
    ['Bob', 'Amy'],
  )
})
