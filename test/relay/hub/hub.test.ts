/** The rules of the hub one by one, where the moment matters and not only the outcome. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HubEvent, RoomEvent } from '../../../src/relay/hub/events.js'
import type { Room, Session } from '../../../src/relay/hub/session.js'
import { Ear, RecordingAudience } from './model.js'
import { hubWorld } from './world.js'

test('N1 N3 of many claims of one name one wins, and it is free again once that one has ended', () => {
  const { hub } = hubWorld()
  for (let round = 0; round < 3; round++) {
    const outcomes = Array.from({ length: 100 }, () => hub.claim('Bob', 'framed', new Ear()))
    const winners = outcomes.filter((outcome) => typeof outcome !== 'string')
    assert.equal(winners.length, 1)
    assert.equal(outcomes.filter((outcome) => outcome === 'taken').length, 99)
    hub.end(winners[0] as Session<Ear>, 'left')
  }
})

test('N1 names differ by case', () => {
  const { claim, hub } = hubWorld()
  claim('bob')
  claim('Bob')
  assert.deepEqual(hub.names(), ['Bob', 'bob'])
})

test('N2 a name is 1 to 32 characters from ! to ~', () => {
  const { hub } = hubWorld()
  for (let code = 0; code <= 0x3000; code++) {
    const name = `a${String.fromCharCode(code)}`
    const valid = code > 0x20 && code < 0x7f
    assert.equal(typeof hub.claim(name, 'framed', new Ear()) !== 'string', valid, `U+${code.toString(16)}`)
  }
  for (const name of ['', ' ', 'x'.repeat(33), 'Bob\n', '\nBob', '😀']) {
    assert.equal(hub.claim(name, 'framed', new Ear()), 'invalid', JSON.stringify(name))
  }
  assert.notEqual(hub.claim('x'.repeat(32), 'framed', new Ear()), 'invalid')
})

test('N3 a name is still taken while the leave is announced, to the room and to the records', () => {
  const claims: unknown[] = []
  const { hub, into } = hubWorld({
    observe: (event) => {
      if (event.kind === 'left') claims.push(hub.claim(event.name, 'framed', new Ear()))
    },
  })
  const bob = into('Bob', 'general', 'tea')
  hub.end(bob, 'reset')
  assert.deepEqual(claims, ['taken', 'taken'])
  assert.notEqual(hub.claim('Bob', 'framed', new Ear()), 'taken')
})

test('N3 ending an old session does not end the new one of the same name', () => {
  const { hub, into } = hubWorld()
  const old = into('Bob', 'general')
  hub.end(old, 'left')
  const young = into('Bob', 'general')
  hub.end(old, 'left')
  assert.deepEqual(hub.names(), ['Bob'])
  assert.ok(hub.defaultRoom.members.has(young))
})

test('R2 a room comes with the first and goes with the last, except the default one', () => {
  const { hub, into, audiencesMade } = hubWorld()
  const amy = into('Amy', 'tea')
  const bob = into('Bob', 'tea')
  assert.equal(hub.rooms.size, 2)
  const [tea] = amy.rooms
  assert.ok(tea !== undefined)
  hub.leave(amy, tea, 'left')
  assert.equal(hub.rooms.size, 2)
  hub.end(bob, 'left')
  assert.equal(hub.rooms.size, 1)
  hub.join(amy, 'tea')
  assert.equal(audiencesMade(), 3, 'a new room and not the old one')
  assert.equal(hub.messages.say(amy, tea, 'to the room that is gone'), null)
})

test('R3 a room name is 1 to 64 visible ASCII characters', () => {
  const { hub, claim } = hubWorld()
  const amy = claim('Amy')
  for (const name of ['', ' ', 'a b', 'x'.repeat(65), 'tea\n', 'thé', '\0']) {
    assert.equal(hub.join(amy, name), null, JSON.stringify(name))
  }
  assert.equal(hub.rooms.size, 1)
  assert.equal(amy.rooms.length, 0)
  for (const name of ['!', '~', 'x'.repeat(64), '__proto__']) assert.equal(hub.join(amy, name)?.name, name)
  assert.equal(hub.rooms.size, 5)
})

test('joining twice is joining once', () => {
  const events: HubEvent[] = []
  const { hub, into } = hubWorld({ observe: (event) => events.push(event) })
  const amy = into('Amy', 'tea', 'tea')
  assert.equal(events.length, 1)
  assert.equal(amy.rooms.length, 1)
  hub.end(amy, 'left')
  assert.equal(hub.rooms.size, 1)
})

test('leaving a room that one is not in does nothing', () => {
  const events: HubEvent[] = []
  const { hub, claim, into } = hubWorld({ observe: (event) => events.push(event) })
  into('Amy', 'tea')
  const bob = claim('Bob')
  events.length = 0
  hub.leave(bob, hub.defaultRoom, 'left')
  assert.deepEqual(events, [])
})

test('a direct message reaches its one receiver, also oneself, and carries an id and a time', () => {
  const { hub, into } = hubWorld()
  const amy = into('Amy')
  const bob = into('Bob', 'general')
  assert.deepEqual(hub.messages.direct(amy, ['Cyd'], 'psst'), { kind: 'missing', name: 'Cyd' })
  const outcome = hub.messages.direct(amy, ['Bob'], 'psst')
  assert.ok(outcome.kind === 'sent')
  const { id } = outcome
  assert.deepEqual(bob.recipient.heard.at(-1), {
    kind: 'direct',
    id,
    at: 1_700_000_000_000,
    name: 'Amy',
    dialect: 'chatty',
    to: 'Bob',
    text: 'psst',
    saidAt: null,
  })
  assert.equal(hub.messages.direct(bob, ['Bob'], 'note').kind, 'sent')
  assert.equal(bob.recipient.heard.length, 2)
  assert.equal(amy.recipient.heard.length, 0)
})

test('the list of names is the same array until somebody comes or goes', () => {
  const { hub, claim } = hubWorld()
  const amy = claim('Amy')
  const names = hub.names()
  hub.join(amy, 'tea')
  assert.equal(hub.names(), names)
  claim('~last')
  const longer = hub.names()
  assert.notEqual(longer, names)
  assert.deepEqual(names, ['Amy'], 'one that was handed out does not change')
  hub.end(amy, 'left')
  assert.deepEqual(hub.names(), ['~last'])
})

test('ending everybody tells nobody of each other, records every leave and leaves nothing behind', () => {
  const events: HubEvent[] = []
  const { hub, into } = hubWorld({ observe: (event) => events.push(event) })
  const sessions = Array.from({ length: 200 }, (_, index) => into(`p${index}`, 'general', `room${index % 7}`))
  const ears = sessions.map(({ recipient }) => recipient)
  const heard = ears.map((ear) => ear.heard.length)
  events.length = 0
  hub.endQuietly()
  for (const session of sessions) hub.end(session, 'shutdown')
  assert.deepEqual(
    ears.map((ear) => ear.heard.length),
    heard,
  )
  assert.equal(events.length, 400)
  assert.ok(events.every((event) => event.kind === 'left' && event.reason === 'shutdown'))
  assert.equal(hub.sessionCount, 0)
  assert.equal(hub.rooms.size, 1)
  assert.equal(hub.defaultRoom.members.size, 0)
  assert.deepEqual(hub.names(), [])
})

test('whoever is told of a change sees that it is under way, and afterwards it is over', () => {
  const seen: string[] = []
  const { hub, into } = hubWorld({ observe: ({ kind }) => seen.push(`${kind} ${hub.isChanging}`) })
  const changes: [string, () => unknown][] = []
  const [amy, bob] = [into('Amy', 'tea'), into('Bob', 'tea')]
  const [tea] = amy.rooms as [Room<Ear>]
  let id = ''
  changes.push(
    ['joined', () => hub.join(amy, 'general')],
    ['left', () => hub.leave(amy, hub.defaultRoom, 'left')],
    ['visibility', () => hub.setPrivate(amy, tea, true)],
    ['status', () => hub.setStatus(amy, 'do-not-disturb')],
    ['renamed', () => hub.rename(amy, 'Ann')],
    ['message', () => (id = hub.messages.say(amy, tea, 'Hi') as string)],
    ['edited', () => hub.messages.edit(amy, id, 'Ho')],
    ['receipt', () => hub.messages.acknowledge(bob, id)],
    ['direct', () => hub.messages.direct(amy, ['Bob'], 'psst')],
    ['blocked', () => hub.messages.block(amy, 'Bob')],
    ['left', () => hub.end(amy, 'left')],
  )
  for (const [kind, change] of changes) {
    seen.length = 0
    change()
    assert.deepEqual(seen, [`${kind} true`])
    assert.equal(hub.isChanging, false)
  }
})

test('a change that threw in the middle is under way for good', () => {
  for (const kind of ['joined', 'message']) {
    let armed = false
    const { hub, into } = hubWorld({
      observe: (event) => {
        if (armed && event.kind === kind) throw new Error('the disk is gone')
      },
    })
    const amy = into('Amy', 'general')
    armed = true
    assert.throws(() => {
      if (kind === 'joined') hub.join(amy, 'tea')
      else hub.messages.say(amy, hub.defaultRoom, 'Hi')
    }, /the disk is gone/)
    assert.equal(hub.isChanging, true)
  }
})

test('a crowd hears who came once a second, and less often the more there are above 20,000', () => {
  const waits: number[] = []
  const later: (() => void)[] = []
  const { into } = hubWorld({
    announceUpTo: 2,
    audience: () => ({ add() {}, remove() {}, tell() {}, tellOnly() {}, collect() {} }),
    later: (callback, delayMs) => {
      later.push(callback)
      waits.push(delayMs)
    },
  })
  for (let n = 1; n <= 50_000; n++) {
    into(`p${n}`, 'general')
    if (n === 20_000 || n === 49_999) for (const callback of later.splice(0)) callback()
  }
  assert.deepEqual(waits.map(Math.round), [1000, 1000, 2500])
})

test('above announceUpTo members joins and leaves are told as a crowd, once for all of a while', () => {
  const crowds: RoomEvent[] = []
  const later: (() => void)[] = []
  class Crowded extends RecordingAudience {
    override tell(event: RoomEvent, actor: Ear | null, except: ReadonlySet<Ear> | null = null): void {
      if (event.kind === 'crowd') crowds.push(event)
      else super.tell(event, actor, except)
    }
  }
  const { hub, into } = hubWorld({
    announceUpTo: 2,
    audience: () => new Crowded(),
    later: (callback) => later.push(callback),
  })
  const amy = into('Amy', 'general')
  const bob = into('Bob', 'general')
  assert.deepEqual(
    amy.recipient.heard.map(({ kind }) => kind),
    ['joined'],
    'two are announced one by one',
  )
  const cyd = into('Cyd', 'general')
  into('Dee', 'general')
  hub.end(cyd, 'left')
  assert.equal(later.length, 1)
  assert.deepEqual(amy.recipient.heard.length, 1)
  later.shift()?.()
  const expected = { kind: 'crowd', at: 1_700_000_000_000, room: 'general', joined: 2, left: 1 }
  assert.deepEqual(crowds, [expected])
  into('Eve', 'general')
  later.shift()?.()
  assert.deepEqual(crowds[1], { ...expected, joined: 1, left: 0 })
  assert.deepEqual(bob.recipient.heard, [])
})
