/** What follows a message: edits, receipts, and blocks; and that what is remembered of it is bounded. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HubEvent } from '../../../src/relay/hub/events.js'
import type { RecentLimits } from '../../../src/relay/hub/recent-messages.js'
import type { Ear } from './model.js'
import { type HubWorld, hubWorld } from './world.js'

const EDIT_MS = 1000

function world(limits: Partial<RecentLimits> = {}): HubWorld {
  return hubWorld({ recent: { ageMs: EDIT_MS, entries: 1000, ...limits } })
}

function kinds(ear: Ear): string[] {
  return ear.heard.map(({ kind }) => kind)
}

function last(ear: Ear): HubEvent {
  return ear.heard.at(-1) as HubEvent
}

test('C8 an edit reaches all who were sent the message, in its room and nobody who came later', () => {
  const { hub, into } = world()
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  const id = hub.messages.say(amy, hub.defaultRoom, 'Hi') as string
  const cyd = into('Cyd', 'general')
  assert.equal(hub.messages.edit(amy, id, 'Hello'), true)
  assert.deepEqual(last(bob.recipient), {
    kind: 'edited',
    id,
    at: 1_700_000_000_000,
    room: 'general',
    name: 'Amy',
    dialect: 'chatty',
    text: 'Hello',
  })
  assert.ok(!kinds(cyd.recipient).includes('edited'))
  assert.ok(!kinds(amy.recipient).includes('edited'))
})

test('C8 only the sender edits, a known message, within the window', () => {
  const { hub, into, pass } = world()
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  const id = hub.messages.say(amy, hub.defaultRoom, 'Hi') as string
  assert.equal(hub.messages.edit(bob, id, 'Ho'), false)
  assert.equal(hub.messages.edit(amy, `${id}0`, 'Ho'), false)
  pass(EDIT_MS)
  assert.equal(hub.messages.edit(amy, id, 'just in time'), true)
  pass(1)
  assert.equal(hub.messages.edit(amy, id, 'too late'), false)
})

test('C8 other limits hold for what is remembered already', () => {
  const { hub, into, pass } = world()
  const amy = into('Amy', 'general')
  const [first, second] = ['one', 'two'].map((text) => hub.messages.say(amy, hub.defaultRoom, text) as string)
  hub.messages.recent.limit({ ageMs: 2 * EDIT_MS, entries: 1 })
  assert.equal(hub.messages.edit(amy, first as string, 'forgotten'), false)
  pass(2 * EDIT_MS)
  assert.equal(hub.messages.edit(amy, second as string, 'in time'), true)
  hub.messages.recent.limit({ ageMs: EDIT_MS, entries: 1 })
  assert.equal(hub.messages.edit(amy, second as string, 'too late'), false)
})

test('C8 a direct message is edited for those whom it went to, as long as they are there', () => {
  const { hub, into } = world()
  const [amy, bob, cyd] = [into('Amy', 'general'), into('Bob', 'general'), into('Cyd', 'tea')]
  const outcome = hub.messages.direct(amy, ['Bob', 'Cyd', 'Bob'], 'psst')
  assert.ok(outcome.kind === 'sent')
  assert.equal(kinds(bob.recipient).filter((kind) => kind === 'direct').length, 1, 'once each')
  const { heard } = bob.recipient
  hub.end(bob, 'left')
  const count = heard.length
  assert.equal(hub.messages.edit(amy, outcome.id, 'psssst'), true)
  assert.equal(heard.length, count)
  const told = last(cyd.recipient)
  assert.ok(told.kind === 'edited')
  assert.deepEqual([told.text, told.room, told.to], ['psssst', null, 'Cyd'])
})

test('C7 the sender and the other receivers hear of a receipt, the first time', () => {
  const { hub, into } = world()
  const [amy, bob, cyd] = [into('Amy', 'general'), into('Bob', 'general'), into('Cyd', 'general')]
  const id = hub.messages.say(amy, hub.defaultRoom, 'Hi') as string
  const dee = into('Dee', 'general')
  for (const round of [1, 2]) {
    assert.equal(hub.messages.acknowledge(bob, id), true, `receipt ${round}`)
    for (const one of [amy, cyd])
      assert.equal(kinds(one.recipient).filter((kind) => kind === 'receipt').length, 1)
  }
  assert.ok(!kinds(bob.recipient).includes('receipt'))
  assert.ok(!kinds(dee.recipient).includes('receipt'), 'Dee was not sent it')
  assert.equal(hub.messages.acknowledge(dee, id), false)
  assert.equal(hub.messages.acknowledge(amy, id), false, 'nobody is sent their own')
})

test('C7 a sender who has left the room hears of receipts all the same', () => {
  const { hub, into } = world()
  const [amy, bob] = [into('Amy', 'tea'), into('Bob', 'tea')]
  const tea = hub.rooms.get('tea')
  assert.ok(tea !== undefined)
  const id = hub.messages.say(amy, tea, 'Hi') as string
  hub.leave(amy, tea, 'left')
  assert.equal(hub.messages.acknowledge(bob, id), true)
  assert.equal(last(amy.recipient).kind, 'receipt')
})

test('C11 nothing that somebody blocked says reaches the blocker: messages, edits and receipts', () => {
  const { hub, into } = world()
  const [amy, bob, cyd] = [into('Amy', 'general'), into('Bob', 'general'), into('Cyd', 'general')]
  const before = hub.messages.say(bob, hub.defaultRoom, 'before') as string
  assert.equal(hub.messages.block(amy, 'Bob'), true)
  assert.deepEqual(last(bob.recipient), {
    kind: 'blocked',
    at: 1_700_000_000_000,
    name: 'Amy',
    dialect: 'chatty',
    to: 'Bob',
  })
  const heard = amy.recipient.heard.length
  const id = hub.messages.say(bob, hub.defaultRoom, 'Hi') as string
  hub.messages.edit(bob, before, 'before, edited')
  hub.messages.edit(bob, id, 'Hi, edited')
  const amys = hub.messages.say(amy, hub.defaultRoom, 'from me') as string
  assert.equal(hub.messages.acknowledge(bob, amys), true)
  assert.equal(amy.recipient.heard.length, heard)
  assert.equal(last(cyd.recipient).kind, 'receipt')
  assert.equal(hub.messages.acknowledge(amy, id), false, 'she was not sent it')
})

test('C11 a direct message with a blocker among its receivers goes to nobody', () => {
  const { hub, into } = world()
  const [amy, bob, cyd] = [into('Amy', 'general'), into('Bob', 'general'), into('Cyd', 'general')]
  hub.messages.block(amy, 'Bob')
  assert.deepEqual(hub.messages.direct(bob, ['Cyd', 'Amy'], 'psst'), { kind: 'blocked', by: ['Amy'] })
  assert.ok(!kinds(cyd.recipient).includes('direct'))
  assert.equal(hub.messages.unblock(amy, 'Bob'), true)
  assert.equal(hub.messages.unblock(amy, 'Bob'), false)
  assert.equal(hub.messages.direct(bob, ['Cyd', 'Amy'], 'psst').kind, 'sent')
})

test('C11 a block holds for whom it was about, whatever they are called, and ends with the session of the blocker', () => {
  const { hub, into } = world()
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  hub.messages.block(amy, 'Bob')
  hub.rename(bob, 'Rob')
  assert.equal(hub.messages.direct(bob, ['Amy'], 'psst').kind, 'blocked')
  hub.end(amy, 'left')
  into('Amy', 'general')
  assert.equal(hub.messages.direct(bob, ['Amy'], 'psst').kind, 'sent')
})

test('C11 when whom it was about has gone, it holds for the name that was written, and for no name they took later', () => {
  const { hub, into } = world()
  const [amy, mallory] = [into('Amy', 'general'), into('mallory', 'general')]
  hub.messages.block(amy, 'mallory')
  hub.rename(mallory, 'Bobby')
  hub.end(mallory, 'left')
  const innocent = into('Bobby', 'general')
  assert.equal(hub.messages.direct(innocent, ['Amy'], 'Hi').kind, 'sent')
  const back = into('mallory', 'general')
  assert.equal(hub.messages.direct(back, ['Amy'], 'Hi').kind, 'blocked')
})

test('C11 a block is told when it begins and not when it is repeated', () => {
  const { hub, into } = world()
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  for (let time = 0; time < 3; time++) assert.equal(hub.messages.block(amy, 'Bob'), true)
  assert.equal(kinds(bob.recipient).filter((kind) => kind === 'blocked').length, 1)
  assert.equal(hub.messages.unblock(amy, 'Bob'), true)
  hub.messages.block(amy, 'Bob')
  assert.equal(kinds(bob.recipient).filter((kind) => kind === 'blocked').length, 2)
})

test('C11 a block is undone by the name that was written, and by the one that whom it was about has now', () => {
  const { hub, into } = world()
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  for (const name of ['Bob', 'Rob']) {
    hub.messages.block(amy, 'Bob')
    hub.rename(bob, 'Rob')
    assert.equal(hub.messages.unblock(amy, name), true, name)
    assert.equal(hub.messages.direct(bob, ['Amy'], 'psst').kind, 'sent')
    hub.rename(bob, 'Bob')
  }
})

test('C11 a thousand names may be blocked, and whoever is blocked cannot reach the blocker by blocking them', () => {
  const { hub, into, claim } = world()
  const amy = into('Amy', 'general')
  for (let n = 0; n < 1000; n++) {
    claim(`p${n}`)
    assert.equal(hub.messages.block(amy, `p${n}`), true)
  }
  claim('onemore')
  assert.equal(hub.messages.block(amy, 'onemore'), false)
  assert.equal(hub.messages.block(amy, 'p7'), true, 'repeated')
  const heard = amy.recipient.heard.length
  const p7 = hub.names().includes('p7') ? into('mallet', 'general') : null
  assert.ok(p7 !== null)
  hub.messages.unblock(amy, 'p7')
  hub.messages.block(amy, 'mallet')
  hub.messages.block(p7, 'Amy')
  hub.setStatus(p7, 'offline')
  assert.deepEqual(
    kinds(amy.recipient).slice(heard),
    ['joined'],
    'neither a notice nor a status of somebody blocked',
  )
})

test('C11 there is nobody to block', () => {
  const { hub, into } = world()
  const amy = into('Amy', 'general')
  for (const name of ['Bob', '', '__proto__']) assert.equal(hub.messages.block(amy, name), false)
})

test('C13 what is remembered is bounded, and the oldest is forgotten first', () => {
  const { hub, into } = world({ entries: 3 })
  const [amy] = [into('Amy', 'general'), into('Bob', 'general')]
  const ids = Array.from({ length: 5 }, () => hub.messages.say(amy, hub.defaultRoom, 'Hi') as string)
  assert.deepEqual(
    ids.map((id) => hub.messages.edit(amy, id, 'Ho')),
    [false, false, true, true, true],
  )
})

test('C13 people who are remembered with a message count', () => {
  const { hub, into } = world({ entries: 4 })
  const [amy, bob, cyd] = [into('Amy', 'general'), into('Bob', 'general'), into('Cyd', 'general')]
  const first = hub.messages.say(amy, hub.defaultRoom, 'one') as string
  const second = hub.messages.say(amy, hub.defaultRoom, 'two') as string
  for (const one of [bob, cyd]) assert.equal(hub.messages.acknowledge(one, second), true)
  assert.equal(hub.messages.edit(amy, first, 'one'), true)
  hub.messages.say(amy, hub.defaultRoom, 'three')
  assert.equal(hub.messages.edit(amy, first, 'one'), false)
  assert.equal(hub.messages.edit(amy, second, 'two'), true)
})

test('C12 what was said in a room is forgotten with it', () => {
  const { hub, into } = world()
  const amy = into('Amy', 'tea')
  const tea = hub.rooms.get('tea')
  assert.ok(tea !== undefined)
  const id = hub.messages.say(amy, tea, 'Hi') as string
  hub.leave(amy, tea, 'left')
  hub.join(amy, 'tea')
  assert.equal(hub.messages.edit(amy, id, 'Ho'), false)
})

test('a message that nobody can refer to is not remembered', () => {
  const { hub, claim } = world()
  const amy = claim('Amy', false)
  hub.join(amy, 'general')
  const id = hub.messages.say(amy, hub.defaultRoom, 'Hi') as string
  assert.equal(hub.messages.edit(amy, id, 'Ho'), false)
})

test('C7 who sends something to themselves was sent it, and the others hear that they received it', () => {
  const { hub, into } = world()
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  const outcome = hub.messages.direct(amy, ['Amy', 'Bob'], 'note')
  assert.ok(outcome.kind === 'sent')
  assert.equal(hub.messages.acknowledge(amy, outcome.id), true)
  assert.equal(last(bob.recipient).kind, 'receipt')
  assert.ok(!kinds(amy.recipient).includes('receipt'))
})

test('N1 somebody is here from their claim to their end; a name that is only held is nobody’s yet', () => {
  const { hub, claim } = world()
  assert.equal(hub.isHere('Amy'), false)
  const amy = claim('Amy')
  assert.equal(hub.isHere('Amy'), true)
  hub.end(amy, 'left')
  assert.equal(hub.hold('Amy', amy.recipient), null)
  assert.equal(hub.isHere('Amy'), false)
})

test('C7 C8 where nearly everybody was sent the message, those who were not hear nothing of edits and receipts', () => {
  const { hub, into } = world()
  const [amy, dee] = [into('Amy', 'general'), into('Dee', 'general')]
  const sent = ['Bob', 'Cyd', 'Eve', 'Fay', 'Gil'].map((name) => into(name, 'general'))
  hub.messages.block(dee, 'Amy')
  const id = hub.messages.say(amy, hub.defaultRoom, 'Hi') as string
  const late = into('Hal', 'general')
  hub.messages.unblock(dee, 'Amy')
  const heard = (kind: string) =>
    [amy, dee, ...sent, late]
      .filter(({ recipient }) => kinds(recipient).includes(kind))
      .map(({ name }) => name)
  assert.equal(hub.messages.edit(amy, id, 'Hello'), true)
  assert.deepEqual(heard('edited'), ['Bob', 'Cyd', 'Eve', 'Fay', 'Gil'])
  assert.equal(hub.messages.acknowledge(dee, id), false, 'it was not sent to whom had blocked the sender')
  const [bob, cyd] = sent as [(typeof sent)[0], (typeof sent)[0]]
  hub.messages.block(cyd, 'Bob')
  assert.equal(hub.messages.acknowledge(bob, id), true)
  assert.deepEqual(heard('receipt'), ['Amy', 'Eve', 'Fay', 'Gil'])
})

test('C11 a block that is repeated when somebody else has the name follows them', () => {
  const { hub, into } = world()
  const amy = into('Amy', 'general')
  const first = into('Mallory', 'general')
  assert.ok(hub.messages.block(amy, 'Mallory'))
  assert.ok(hub.messages.block(amy, 'Mallory'), 'repeated, with whom it was about still here')
  hub.end(first, 'left')
  const second = into('Mallory', 'general')
  assert.ok(hub.messages.block(amy, 'Mallory'))
  assert.equal(hub.rename(second, 'Mal'), null)
  hub.messages.say(second, hub.defaultRoom, 'Hi')
  assert.ok(!kinds(amy.recipient).includes('message'))
})

test('C11 undoing a block of a name that is not blocked undoes none', () => {
  const { hub, into } = world()
  const [amy, mallory] = [into('Amy', 'general'), into('Mallory', 'general')]
  into('Zed')
  hub.messages.block(amy, 'Mallory')
  for (const name of ['Zed', 'Nobody']) assert.equal(hub.messages.unblock(amy, name), false)
  assert.deepEqual([...(hub.messages.blockersOf(mallory) ?? [])], [amy.recipient])
  hub.end(amy, 'left')
  assert.equal(hub.messages.blockersOf(mallory), null, 'it ends with its session')
})

test('C13 what is forgotten makes room again, with the people and receipts that counted with it', () => {
  const { hub, into } = world({ entries: 4 })
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  const say = () => hub.messages.say(amy, hub.defaultRoom, 'Hi') as string
  for (let round = 0; round < 5; round++) {
    const [first, second] = [say(), say()]
    assert.ok(hub.messages.acknowledge(bob, first))
    assert.ok(hub.messages.acknowledge(bob, second))
    // Four now: two messages, a receipt for each. One more takes the place of the first and its receipt.
    say()
    assert.equal(hub.messages.acknowledge(bob, first), false)
    assert.equal(hub.messages.acknowledge(bob, second), true)
  }
})
