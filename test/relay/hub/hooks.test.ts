/** What the hub asks its hooks, when, and what a refusal leaves as it was. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hooks } from '../../../src/relay/hub/hooks.js'
import type { Session } from '../../../src/relay/hub/session.js'
import { Ear } from './model.js'
import { type HubWorld, hubWorld } from './world.js'

type Answers = { name?: boolean; join?: boolean; said?: string | null }

/** A hub whose hooks answer as they are told, and what they were asked and told, and whether the hub was whole then. */
function askedWorld(): { world: HubWorld; answers: Answers; asked: unknown[] } {
  const answers: Answers = {}
  const asked: unknown[] = []
  const note = (...what: unknown[]) => {
    assert.equal(world.hub.isChanging, false)
    asked.push(what)
  }
  const said = (text: string) => (answers.said === undefined ? text : answers.said)
  const hooks: Hooks<Ear> = {
    name: ({ name, dialect, recipient }, formerName) => {
      assert.ok(dialect === 'chatty' && recipient instanceof Ear)
      note('name', name, formerName)
      return answers.name ?? true
    },
    join: ({ name }, room) => {
      note('join', name, room)
      return answers.join ?? true
    },
    message: ({ name }, room, text, saidAt) => {
      note('message', name, room, text, saidAt)
      return said(text)
    },
    direct: ({ name }, to, text, saidAt) => {
      note('direct', name, to, text, saidAt)
      return said(text)
    },
    edit: ({ name }, _id, room, to, text) => {
      note('edit', name, room, to, text)
      return said(text)
    },
    left: ({ name }, room, reason) => note('left', name, room, reason),
    gone: ({ name, recipient }, reason) => {
      assert.ok(recipient instanceof Ear)
      note('gone', name, reason)
    },
  }
  const world = hubWorld({ hooks, isForbiddenName: (name) => name === 'relay' })
  return { world, answers, asked }
}

/** What was noted since the last time. */
function taken(asked: unknown[]): unknown[] {
  return asked.splice(0)
}

test('N3 a name that is refused is free, and nobody was told of anything', () => {
  const { world, answers, asked } = askedWorld()
  const { hub, observed } = world
  answers.name = false
  assert.equal(hub.claim('Bob', 'chatty', new Ear()), 'invalid')
  answers.name = true
  answers.join = false
  assert.equal(hub.claim('Bob', 'chatty', new Ear(), false, 'general'), 'invalid')
  assert.deepEqual([hub.sessionCount, observed.length], [0, 0])
  answers.join = true
  assert.notEqual(typeof hub.claim('Bob', 'chatty', new Ear()), 'string')
  assert.deepEqual(taken(asked), [
    ['name', 'Bob', null],
    ['name', 'Bob', null],
    ['join', 'Bob', 'general'],
    ['name', 'Bob', null],
  ])
  // Nobody could decide otherwise about these.
  assert.equal(hub.claim('Bob', 'chatty', new Ear()), 'taken')
  assert.equal(hub.claim('relay', 'chatty', new Ear()), 'taken')
  assert.equal(hub.hold('relay', new Ear()), 'taken')
  assert.equal(hub.claim('a b', 'chatty', new Ear()), 'invalid')
  assert.deepEqual(taken(asked), [])
})

test('whoever was asked about with the name, or before another room was left, is asked about once', () => {
  const { world, asked } = askedWorld()
  const { hub } = world
  const bob = hub.claim('Bob', 'chatty', new Ear(), false, 'tea') as Session<Ear>
  assert.ok(hub.join(bob, 'tea'))
  assert.equal(hub.admits(bob, 'den'), true)
  assert.ok(hub.join(bob, 'den'))
  assert.ok(hub.join(bob, 'den'), 'again')
  assert.deepEqual(taken(asked), [
    ['name', 'Bob', null],
    ['join', 'Bob', 'tea'],
    ['join', 'Bob', 'den'],
  ])
  // That holds for this one and this room alone.
  const amy = world.claim('Amy')
  assert.equal(hub.admits(bob, 'hall'), true)
  assert.ok(hub.join(amy, 'hall'))
  assert.equal(hub.admits(bob, 'hall'), true)
  assert.ok(hub.join(bob, 'attic'))
  assert.ok(hub.join(bob, 'hall'))
  assert.deepEqual(taken(asked), [
    ['name', 'Amy', null],
    ['join', 'Bob', 'hall'],
    ['join', 'Amy', 'hall'],
    ['join', 'Bob', 'hall'],
    ['join', 'Bob', 'attic'],
    ['join', 'Bob', 'hall'],
  ])
})

test('R2 a room that is refused is neither made nor entered', () => {
  const { world, answers, asked } = askedWorld()
  const { hub } = world
  const bob = world.into('Bob', 'general')
  answers.join = false
  assert.equal(hub.admits(bob, 'den'), false)
  assert.equal(hub.join(bob, 'den'), null)
  assert.deepEqual([hub.rooms.size, bob.rooms.length], [1, 1])
  taken(asked)
  assert.equal(hub.join(bob, 'no room'), null)
  assert.deepEqual(taken(asked), [])
  assert.equal(hubWorld().hub.admits(bob, 'den'), true, 'without hooks')
})

test('X6 a rename that is refused changes nothing', () => {
  const { world, answers, asked } = askedWorld()
  const bob = world.into('Bob', 'general')
  taken(asked)
  answers.name = false
  assert.equal(world.hub.rename(bob, 'Rob'), 'invalid')
  assert.equal(bob.name, 'Bob')
  answers.name = true
  assert.equal(world.hub.rename(bob, 'Rob'), null)
  assert.deepEqual(taken(asked), [
    ['name', 'Rob', 'Bob'],
    ['name', 'Rob', 'Bob'],
  ])
})

test('messages, direct ones and edits: refused they are told to nobody, rewritten they are what everybody gets', () => {
  const { world, answers, asked } = askedWorld()
  const { hub, observed } = world
  const [amy, bob] = [world.into('Amy', 'general'), world.into('Bob', 'general')]
  const id = hub.messages.say(bob, hub.defaultRoom, 'Hi', '1:02 pm') as string
  const alone = hub.messages.direct(bob, ['Amy', 'Amy'], 'psst')
  assert.ok(alone.kind === 'sent')
  const before = observed.length
  taken(asked)
  answers.said = null
  assert.equal(hub.messages.say(bob, hub.defaultRoom, 'Hi', '1:03 pm'), false)
  assert.deepEqual(hub.messages.direct(bob, ['Amy', 'Amy'], 'psst'), { kind: 'refused' })
  assert.equal(hub.messages.edit(bob, id, 'Ho'), false)
  assert.equal(hub.messages.edit(bob, alone.id, 'pssst'), false)
  assert.equal(observed.length, before)
  assert.deepEqual(taken(asked), [
    ['message', 'Bob', 'general', 'Hi', '1:03 pm'],
    ['direct', 'Bob', ['Amy'], 'psst', null],
    ['edit', 'Bob', 'general', [], 'Ho'],
    ['edit', 'Bob', null, ['Amy'], 'pssst'],
  ])
  answers.said = 'other words'
  assert.equal(typeof hub.messages.say(bob, hub.defaultRoom, 'Hi'), 'string')
  assert.equal(hub.messages.direct(bob, ['Amy'], 'psst').kind, 'sent')
  assert.equal(hub.messages.edit(bob, id, 'Ho'), true)
  assert.deepEqual(
    observed.slice(before).map((event) => ('text' in event ? event.text : event.kind)),
    ['other words', 'other words', 'other words'],
  )
  taken(asked)
  // What would be refused anyway.
  hub.messages.direct(bob, ['Cyd'], 'psst')
  hub.messages.edit(amy, id, 'mine')
  hub.messages.block(amy, 'Bob')
  hub.messages.direct(bob, ['Amy'], 'psst')
  assert.deepEqual(taken(asked), [])
})

test('who leaves and who is gone is told once each, when it has happened', () => {
  const { world, asked } = askedWorld()
  const { hub } = world
  const bob = world.into('Bob', 'general', 'tea', 'den')
  taken(asked)
  hub.leave(bob, bob.rooms[1] as never, 'left')
  hub.end(bob, 'reset')
  hub.end(bob, 'reset')
  assert.deepEqual(taken(asked), [
    ['left', 'Bob', 'tea', 'left'],
    ['left', 'Bob', 'general', 'reset'],
    ['left', 'Bob', 'den', 'reset'],
    ['gone', 'Bob', 'reset'],
  ])
})

test('what is announced is a message of somebody who is nowhere, and is not asked about', () => {
  const { world, asked } = askedWorld()
  const { hub, observed } = world
  const amy = world.into('Amy', 'general')
  taken(asked)
  const id = hub.messages.announce('relay', 'none', hub.defaultRoom, 'Hi')
  const event = observed.at(-1)
  assert.ok(event?.kind === 'message')
  assert.deepEqual(
    [event.id, event.name, event.dialect, event.text, event.saidAt],
    [id, 'relay', 'none', 'Hi', null],
  )
  assert.equal(hub.messages.acknowledge(amy, id), true)
  assert.equal(hub.messages.edit(amy, id, 'mine'), false)
  assert.deepEqual(taken(asked), [])
  assert.deepEqual(
    [...hub.sessions()].map(({ name }) => name),
    ['Amy'],
  )
  assert.equal(hub.session('Amy'), amy)
  assert.equal(hub.session('relay'), undefined)
})
