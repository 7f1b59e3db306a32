/** What the page knows, by what it is told: without a browser and without a relay. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Person } from '../../../src/client/library/events.js'
import type { Row } from '../../../src/web/chat/state/log.js'
import { ChatStore, EDIT_MS } from '../../../src/web/chat/state/store.js'

interface Started {
  readonly store: ChatStore
  readonly clock: { now: number }
  readonly announced: string[]
  /** How often something has changed. */
  readonly changes: () => number
}

function start(): Started {
  const clock = { now: new Date(2026, 5, 1, 12).getTime() }
  const announced: string[] = []
  let changes = 0
  const store = new ChatStore(
    () => changes++,
    () => clock.now,
  )
  store.announce = (text) => announced.push(text)
  return { store, clock, announced, changes: () => changes }
}

const all = (...names: string[]): Person[] => names.map((name) => ({ name, status: 'ONLINE' }))

function inside(...others: string[]): Started {
  const started = start()
  started.store.joining('Amy')
  started.store.entered('general', all('Amy', ...others))
  return started
}

function textOf(row: Row): string {
  if (row.kind === 'message') return `${row.from}: ${row.text}`
  return row.kind === 'notice' ? row.text : row.kind
}

const shown = ({ shown }: ChatStore) => (shown?.log.rows ?? []).map(textOf)

const problemOf = (store: ChatStore) => store.problem

function heard(
  store: ChatStore,
  from: string,
  text: string,
  isPrivate = false,
  id: string | null = null,
): void {
  store.heard({ id, from, text, isPrivate })
}

describe('joining', () => {
  test('one is where one has entered, with who is there', () => {
    const { store } = inside('Bob')
    assert.equal(store.phase, 'online')
    assert.equal(store.shown, store.room)
    assert.deepEqual(shown(store), ['You are in general as Amy.'])
    assert.equal(store.people.count, 2)
    assert.deepEqual(store.rooms, ['general'])
  })

  test('of a name that is taken another one is offered, and never one that was taken before', () => {
    const { store } = start()
    store.joining('Amy')
    store.refused('taken', true)
    assert.equal(store.phase, 'welcome')
    assert.equal(problemOf(store)?.suggestion, 'Amy2')
    store.joining('Amy2')
    assert.equal(problemOf(store), null)
    store.refused('taken', true)
    assert.equal(problemOf(store)?.suggestion, 'Amy3')
    store.joining('Amy')
    store.refused('gone', false)
    assert.equal(problemOf(store)?.suggestion, null)
  })

  test('whoever leaves takes everything along', () => {
    const { store } = inside('Bob')
    heard(store, 'Bob', 'Hi', true)
    store.setBlocked('Bob', true)
    store.left()
    assert.deepEqual([store.phase, store.room, store.shown, store.unread], ['welcome', null, null, 0])
    assert.equal(store.blocked.size, 0)
    assert.deepEqual([...store.conversations.all()], [])
  })
})

describe('messages', () => {
  test('what comes where nobody looks is unread, and stands below a line', () => {
    const { store, announced } = inside('Bob')
    heard(store, 'Bob', 'to all')
    heard(store, 'Bob', 'psst', true)
    heard(store, 'Bob', 'hello?', true)
    assert.equal(store.unread, 2)
    const bob = store.conversations.person('Bob')
    assert.equal(bob.newFrom, bob.log.rows[0]?.key)
    store.show(bob)
    assert.equal(store.unread, 0)
    assert.notEqual(bob.newFrom, null)
    store.show(store.room as typeof bob)
    assert.equal(bob.newFrom, null)
    assert.deepEqual(announced, ['Bob: to all', 'Bob, in private: psst', 'Bob, in private: hello?'])
  })

  test('what comes while the page is not in front is unread until it is', () => {
    const { store } = inside('Bob')
    store.setVisible(false)
    heard(store, 'Bob', 'Hi')
    assert.equal(store.unread, 1)
    store.setVisible(true)
    assert.equal(store.unread, 0)
  })

  test('one of our own is sent, received, and changed within its time', () => {
    const { store, clock } = inside('Bob')
    const room = store.room as NonNullable<typeof store.room>
    const row = store.say('Hi', room)
    assert.equal(row.state, 'sending')
    assert.equal(store.mayEdit(row), false)
    store.sent(row, 'x1', room)
    store.received('x1')
    store.received('x1')
    store.received('unknown')
    assert.deepEqual([row.state, row.receivedBy, store.mayEdit(row)], ['sent', 2, true])
    store.edited('x1', 'Ho')
    assert.deepEqual([row.text, row.edited], ['Ho', true])
    clock.now += EDIT_MS
    assert.equal(store.mayEdit(row), false)
  })

  test('what is typed belongs to its conversation, and to the message that is being changed', () => {
    const { store } = inside('Bob')
    const room = store.room as NonNullable<typeof store.room>
    store.type('half a sen', room)
    const row = store.say('Hi', room)
    store.sent(row, 'x1', room)
    store.edit(row)
    assert.equal(store.editedText, 'Hi')
    store.type('Ho', room)
    assert.deepEqual([store.editedText, room.draft], ['Ho', 'half a sen'])
    store.edit(null)
    store.showPerson('Bob')
    assert.equal(store.shown?.draft, '')
    store.show(room)
    assert.equal(store.shown?.draft, 'half a sen')
  })

  test('what failed says why, and once sent again is not sent a third time', () => {
    const { store, announced } = inside('Bob')
    const row = store.say('Hi', store.room as NonNullable<typeof store.room>)
    store.failed(row, 'Bob has blocked you.')
    assert.deepEqual([row.state, row.why], ['failed', 'Bob has blocked you.'])
    assert.deepEqual(announced, ['Not sent: Bob has blocked you.'])
    store.saidAgain(row)
    assert.equal(row.isRepeated, true)
  })

  test('in a large room nobody acknowledges what is said to all', () => {
    const few = inside(...Array.from({ length: 19 }, (_, n) => `p${n}`)).store
    const many = inside(...Array.from({ length: 20 }, (_, n) => `p${n}`)).store
    assert.equal(few.acknowledges({ isPrivate: false }), true)
    assert.equal(many.acknowledges({ isPrivate: false }), false)
    assert.equal(many.acknowledges({ isPrivate: true }), true)
  })
})

describe('the connection', () => {
  test('what was said stays, and can no longer be changed; being back is told', () => {
    const { store, announced } = inside('Bob')
    const room = store.room as NonNullable<typeof store.room>
    const row = store.say('Hi', room)
    store.sent(row, 'x1', room)
    room.draft = 'unsaid'
    store.lost(false)
    store.lost(false)
    assert.deepEqual([store.phase, store.mayEdit(row)], ['reconnecting', false])
    store.entered('general', all('Amy'))
    assert.equal(store.phase, 'online')
    assert.deepEqual(shown(store).slice(1), [
      'Amy: Hi',
      'The connection was lost.',
      'You are connected again. What was said meanwhile is missing here.',
    ])
    assert.equal(store.shown?.draft, 'unsaid')
    assert.deepEqual(announced, ['The connection was lost. Trying again.', 'You are connected again.'])
  })

  test('a private conversation stays in view, and is told what happens to the connection too', () => {
    const { store } = inside('Bob')
    store.showPerson('Bob')
    store.lost(false)
    assert.deepEqual(shown(store), ['The connection was lost.'])
    store.entered('general', all('Amy', 'Bob'))
    assert.equal(store.shown?.name, 'Bob')
  })

  test('that somebody else has the name is told once, and forgotten when one is back', () => {
    const { store, announced } = inside()
    store.lost(false)
    store.lost(true)
    store.lost(true)
    assert.equal(store.isNameTaken, true)
    assert.equal(announced.filter((text) => /is called Amy/.test(text)).length, 1)
    store.entered('general', all('Amy'))
    assert.equal(store.isNameTaken, false)
  })
})

describe('rooms and people', () => {
  test('each room keeps what was said there', () => {
    const { store } = inside('Bob')
    heard(store, 'Bob', 'in general')
    store.entered('den', all('Amy'))
    assert.deepEqual(shown(store), ['You are in den as Amy.'])
    assert.deepEqual(store.rooms, ['den', 'general'])
    store.entered('general', all('Amy', 'Bob'))
    assert.deepEqual(shown(store), [
      'You are in general as Amy.',
      'Bob: in general',
      'You are in general as Amy.',
    ])
  })

  test('a status is kept, whichever room one goes to', () => {
    const { store } = inside()
    store.hasStatus('Amy', 'OFFLINE')
    store.entered('den', all('Amy'))
    assert.equal(store.people.get('Amy')?.status, 'OFFLINE')
  })

  test('blocks are told in the room and in what is looked at', () => {
    const { store } = inside('Bob')
    store.showPerson('Bob')
    store.setBlocked('Bob', true)
    assert.deepEqual(shown(store), ['You have blocked Bob.'])
    store.setBlocked('Bob', false)
    assert.equal(store.blocked.size, 0)
    store.blockedBy('Bob')
    assert.equal(shown(store).filter((text) => text === 'Bob has blocked you.').length, 1)
  })

  test('a conversation that is closed is gone, and the room is in view', () => {
    const { store } = inside('Bob')
    store.showPerson('Bob')
    store.closePerson(store.shown as NonNullable<typeof store.shown>)
    assert.equal(store.shown, store.room)
    assert.deepEqual(store.conversations.persons(), [])
  })

  test('every change is told', () => {
    const { store, changes } = inside()
    let before = changes()
    for (const change of [
      () => store.came('Bob'),
      () => store.went('Bob'),
      () => store.listed(all('Amy')),
      () => store.listedRooms([]),
      () => store.notice('Hi'),
      () => store.hintAt('Hm'),
    ]) {
      change()
      assert.equal(changes(), before + 1)
      before = changes()
    }
  })
})
