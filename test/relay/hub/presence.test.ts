/** Names that are held and changed, rooms that are private, and how people say they are to be found. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ear } from './model.js'
import { hubWorld } from './world.js'

test('C1 a held name is taken for others, claimed by its holder, and free when it is released', () => {
  const { hub } = hubWorld()
  const [bob, other] = [new Ear(), new Ear()]
  assert.equal(hub.hold('Bob', bob), null)
  assert.equal(hub.hold('Bob', bob), null, 'again')
  assert.equal(hub.hold('Bob', other), 'taken')
  assert.equal(hub.claim('Bob', 'chatty', other), 'taken')
  assert.deepEqual(hub.names(), [], 'who holds a name is not here yet')
  assert.notEqual(typeof hub.claim('Bob', 'chatty', bob), 'string')
  assert.deepEqual(hub.names(), ['Bob'])
  assert.equal(hub.hold('Cyd', other), null)
  hub.release(other)
  assert.equal(hub.hold('Cyd', new Ear()), null)
})

test('C1 somebody holds one name at a time, and none after a claim', () => {
  const { hub } = hubWorld()
  const bob = new Ear()
  hub.hold('Bob', bob)
  hub.hold('Rob', bob)
  assert.notEqual(typeof hub.claim('Bob', 'chatty', new Ear()), 'string')
  assert.notEqual(typeof hub.claim('Amy', 'chatty', bob), 'string')
  assert.notEqual(typeof hub.claim('Rob', 'chatty', new Ear()), 'string')
  assert.equal(hub.hold('not a name', bob), 'invalid')
})

test('X6 who is renamed has the new name before the old one is free, and every room is told', () => {
  const { hub, into, observed } = hubWorld()
  const bob = into('Bob', 'general', 'tea')
  const amy = into('Amy', 'tea')
  observed.length = 0
  assert.equal(hub.rename(bob, 'Rob'), null)
  assert.deepEqual(hub.names(), ['Amy', 'Rob'])
  assert.deepEqual(amy.recipient.heard.at(-1), {
    kind: 'renamed',
    at: 1_700_000_000_000,
    room: 'tea',
    name: 'Rob',
    formerName: 'Bob',
    dialect: 'chatty',
  })
  assert.deepEqual(
    observed.map((event) => 'room' in event && event.room),
    ['general', 'tea'],
  )
  into('Bob')
  assert.equal(hub.rename(bob, 'Bob'), 'taken')
  assert.equal(hub.rename(bob, 'Rob'), 'taken')
  assert.equal(hub.rename(bob, ''), 'invalid')
  hub.end(bob, 'left')
  assert.equal(hub.rename(bob, 'Zed'), 'invalid', 'somebody who has ended')
  assert.deepEqual(hub.names(), ['Amy', 'Bob'])
})

test('R4 a private room is in no listing, and who knows its name may join it', () => {
  const { hub, into } = hubWorld()
  const amy = into('Amy', 'den')
  const den = hub.rooms.get('den')
  assert.ok(den !== undefined)
  assert.deepEqual(hub.rooms.publicNames(), ['den', 'general'])
  assert.equal(hub.setPrivate(amy, den, true), true)
  assert.deepEqual(hub.rooms.publicNames(), ['general'])
  const bob = into('Bob', 'den')
  assert.equal(hub.setPrivate(bob, den, false), false, 'only its creator may')
  assert.equal(hub.setPrivate(amy, den, false), true)
  assert.deepEqual(hub.rooms.publicNames(), ['den', 'general'])
  assert.equal(bob.recipient.heard.at(-1)?.kind, 'visibility')
})

test('R4 general is always public, and a room made again has another creator', () => {
  const { hub, into } = hubWorld()
  const [amy, bob] = [into('Amy', 'general', 'den'), into('Bob')]
  assert.equal(hub.setPrivate(amy, hub.defaultRoom, true), false)
  const den = hub.rooms.get('den')
  assert.ok(den !== undefined)
  hub.setPrivate(amy, den, true)
  hub.leave(amy, den, 'left')
  const again = hub.join(bob, 'den')
  assert.ok(again !== null)
  assert.deepEqual(hub.rooms.publicNames(), ['den', 'general'])
  hub.join(amy, 'den')
  assert.equal(hub.setPrivate(amy, again, true), false)
  assert.equal(hub.setPrivate(bob, again, true), true)
})

test('C10 a status is told once for each change', () => {
  const { hub, into } = hubWorld()
  const [amy, bob] = [into('Amy', 'general'), into('Bob', 'general')]
  for (const status of ['do-not-disturb', 'do-not-disturb', 'online'] as const) hub.setStatus(bob, status)
  assert.deepEqual(
    amy.recipient.heard.flatMap((event) => (event.kind === 'status' ? [event.status] : [])),
    ['do-not-disturb', 'online'],
  )
})

test('the names of the members of a room are sorted by byte', () => {
  const { hub, into } = hubWorld()
  for (const name of ['bob', 'Bob', '__proto__', 'amy']) into(name, 'tea')
  const tea = hub.rooms.get('tea')
  assert.ok(tea !== undefined)
  assert.deepEqual(hub.rooms.memberNames(tea), ['Bob', '__proto__', 'amy', 'bob'])
  assert.equal(hub.rooms.get('coffee'), undefined)
})

test('R4 a private room is there for its members alone', () => {
  const { hub, into } = hubWorld()
  const [amy, bob] = [into('Amy', 'den'), into('Bob', 'general')]
  const den = hub.rooms.get('den')
  assert.ok(den !== undefined)
  for (const session of [null, amy, bob]) assert.equal(hub.rooms.visible(session, 'den'), den)
  assert.equal(hub.setPrivate(amy, den, true), true)
  assert.deepEqual(
    [null, amy, bob].map((session) => hub.rooms.visible(session, 'den')),
    [undefined, den, undefined],
  )
  assert.equal(hub.rooms.visible(bob, 'nowhere'), undefined)
  hub.join(bob, 'den')
  hub.leave(amy, den, 'left')
  assert.equal(hub.join(amy, 'den'), den)
  assert.equal(
    hub.setPrivate(amy, den, false),
    false,
    'whoever made it has left it, and is not its creator any more',
  )
})
