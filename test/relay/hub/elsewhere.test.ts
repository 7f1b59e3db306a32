/** People of other nodes, as this node's hub is told of them; and what it tells of its own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Hooks } from '../../../src/relay/hub/hooks.js'
import type { Hub } from '../../../src/relay/hub/hub.js'
import type { Session } from '../../../src/relay/hub/session.js'
import { LinkedNodes } from './linked.js'
import type { Ear } from './model.js'
import { RecordingAudience } from './model.js'
import { type HubWorld, hubWorld } from './world.js'

const OLD = { founding: 1, isFounder: false, isPrivate: false }

/** Somebody of the node `far`, in these rooms. */
function come(hub: Hub<Ear>, name: string, ...rooms: string[]): Session<Ear> {
  const session = hub.elsewhere.came({ name, dialect: 'distant', refersToMessages: true, node: 'far' })
  assert.ok(session !== null)
  for (const room of rooms) assert.equal(hub.elsewhere.joined(session, room, OLD), true)
  return session
}

/** Nodes that tell each other, at once unless `isSlow`. */
function nodes(count: number, isSlow = false): { linked: LinkedNodes; worlds: HubWorld[] } {
  const linked = new LinkedNodes(count, isSlow)
  const worlds = linked.nodes.map((node) => {
    const world = hubWorld({ replication: node, idSuffix: node.id })
    node.hub = world.hub
    return world
  })
  return { linked, worlds }
}

function kinds({ recipient }: Session<Ear>): string[] {
  return recipient.heard.map(({ kind }) => kind)
}

test('N1 N3 the name of somebody elsewhere is taken here, until they are gone', () => {
  const { hub, claim } = hubWorld()
  const bob = claim('Bob')
  const amy = come(hub, 'Amy', 'general')
  assert.equal(hub.claim('Amy', 'chatty', bob.recipient), 'taken')
  assert.equal(hub.hold('Amy', bob.recipient), 'taken')
  assert.equal(hub.rename(bob, 'Amy'), 'taken')
  assert.deepEqual([hub.names(), hub.sessionCount, hub.elsewhere.size], [['Amy', 'Bob'], 1, 1])
  hub.elsewhere.gone(amy, 'left')
  assert.equal(hub.rename(bob, 'Amy'), null)
  assert.equal(hub.elsewhere.size, 0)
})

test('N1 somebody of this node keeps a name that another node says is one of its own, until that is settled', () => {
  const { hub, claim } = hubWorld()
  const amy = claim('Amy')
  const far = { name: 'Amy', dialect: 'distant', refersToMessages: false, node: 'far' }
  assert.equal(hub.elsewhere.came(far), null)
  const bob = come(hub, 'Bob')
  assert.equal(hub.elsewhere.renamed(bob, 'Amy'), false)
  assert.equal(bob.name, 'Bob')
  hub.end(amy, 'left')
  assert.equal(hub.elsewhere.renamed(bob, 'Amy'), true)
  assert.equal(hub.elsewhere.renamed(bob, 'Amy'), true, 'said again')
  assert.equal(hub.session('Amy'), bob)
})

test('N3 who has a name at one node was given it after another was gone: that one leaves now, and does nothing later', () => {
  const { hub, into } = hubWorld()
  const bob = into('Bob', 'general')
  const first = come(hub, 'Amy', 'general')
  const second = come(hub, 'Amy')
  assert.deepEqual(kinds(bob), ['joined', 'left'])
  assert.equal(hub.session('Amy'), second)
  assert.equal(hub.elsewhere.size, 1)
  assert.equal(hub.elsewhere.joined(first, 'general', OLD), false)
  assert.equal(hub.elsewhere.renamed(first, 'Ann'), false)
  hub.elsewhere.left(first, 'general', 'left')
  hub.elsewhere.left(second, 'nowhere', 'left')
  hub.elsewhere.statusSet(first, 'offline')
  hub.elsewhere.blocked(first, 'Bob')
  hub.elsewhere.gone(first, 'left')
  assert.deepEqual(kinds(bob), ['joined', 'left'])
  assert.deepEqual([hub.elsewhere.size, hub.names()], [1, ['Amy', 'Bob']])
})

test('what people elsewhere do is neither recorded here nor asked of hooks', () => {
  const never = () => assert.fail('nobody is asked')
  const hooks: Hooks<Ear> = {
    name: never,
    join: never,
    message: never,
    direct: never,
    edit: never,
    left: never,
    gone: never,
  }
  const { hub, observed } = hubWorld({ hooks })
  const { elsewhere } = hub
  const [amy, bob] = [come(hub, 'Amy', 'general', 'tea'), come(hub, 'Bob', 'tea')]
  elsewhere.renamed(amy, 'Ann')
  elsewhere.statusSet(amy, 'offline')
  const about = { id: 'm1', at: 5, name: 'Ann', dialect: 'distant', text: 'Hi', saidAt: null }
  elsewhere.said(amy, { kind: 'message', room: 'tea', ...about })
  elsewhere.direct(amy, [bob], { kind: 'direct', to: 'Bob', ...about })
  elsewhere.blocked(bob, 'Ann')
  elsewhere.unblocked(bob, 'Ann')
  elsewhere.left(amy, 'general', 'left')
  elsewhere.gone(amy, 'left')
  assert.deepEqual(observed, [])
  assert.equal(hub.isChanging, false)
})

test('a message from elsewhere is told with its own id, also of an author who is gone or was never here', () => {
  const { hub, into } = hubWorld()
  const bob = into('Bob', 'general')
  const amy = come(hub, 'Amy', 'general')
  const event = {
    kind: 'message',
    id: 'far1',
    at: 5,
    room: 'general',
    name: 'Amy',
    dialect: 'distant',
    text: 'Hi',
    saidAt: 'noon',
  } as const
  hub.elsewhere.said(amy, event)
  hub.elsewhere.gone(amy, 'left')
  hub.elsewhere.said(amy, event)
  hub.elsewhere.said({ name: 'relay', dialect: 'none' }, event)
  hub.elsewhere.said(amy, { ...event, room: 'nowhere' })
  const heard = bob.recipient.heard.filter(({ kind }) => kind === 'message')
  assert.deepEqual(heard, [event, event, event])
})

test('C11 blocks hold for what comes from elsewhere: by name and by session, also of who is gone', () => {
  const { hub, into } = hubWorld()
  const [bob, cyd] = [into('Bob', 'general'), into('Cyd', 'general')]
  const amy = come(hub, 'Amy', 'general')
  hub.messages.block(bob, 'Amy')
  const about = { at: 5, name: 'Amy', dialect: 'distant', text: 'Hi', saidAt: null }
  const say = (author: Parameters<typeof hub.elsewhere.said>[0], id: string) =>
    hub.elsewhere.said(author, { kind: 'message', id, room: 'general', ...about })
  hub.elsewhere.renamed(amy, 'Ann')
  say(amy, 'one')
  hub.elsewhere.direct(amy, [bob, cyd], { kind: 'direct', id: 'two', to: 'Bob', ...about })
  assert.equal(hub.messages.acknowledge(bob, 'two'), false, 'he was not sent it')
  hub.elsewhere.statusSet(amy, 'offline')
  hub.elsewhere.edited(amy, 'one', 'Ho', 6)
  hub.elsewhere.gone(amy, 'left')
  say({ name: 'Amy', dialect: 'distant' }, 'three')
  assert.deepEqual(kinds(bob), ['joined', 'joined', 'renamed', 'left'])
  assert.deepEqual(kinds(cyd), [
    'joined',
    'renamed',
    'message',
    'direct',
    'status',
    'edited',
    'left',
    'message',
  ])
})

test('C11 somebody elsewhere who is blocked, or whose block ends, notices it at their own node', () => {
  const { worlds } = nodes(2)
  const [here, there] = worlds as [HubWorld, HubWorld]
  const [amy, bob] = [here.into('Amy', 'general'), there.into('Bob', 'general')]
  assert.equal(here.hub.messages.block(amy, 'Bob'), true)
  assert.equal(here.hub.messages.block(amy, 'Bob'), true)
  assert.deepEqual(
    bob.recipient.heard.filter(({ kind }) => kind === 'blocked').map(({ name }) => name),
    ['Amy'],
    'told once',
  )
  assert.deepEqual(there.hub.messages.direct(bob, ['Amy'], 'psst'), { kind: 'blocked', by: ['Amy'] })
  const far = there.hub.session('Amy') as Session<Ear>
  assert.deepEqual([...there.hub.messages.blocks.madeBy(far)], ['Bob'])
  assert.equal(here.hub.messages.unblock(amy, 'Bob'), true)
  assert.equal(here.hub.messages.unblock(amy, 'Bob'), false)
  assert.equal(there.hub.messages.direct(bob, ['Amy'], 'psst').kind, 'sent')
  assert.deepEqual([...there.hub.messages.blocks.madeBy(far)], [])
})

test('C11 a block moves to who has the name now at each node, and one of a name that is gone holds for the name', () => {
  const { worlds } = nodes(2)
  const [here, there] = worlds as [HubWorld, HubWorld]
  const amy = here.into('Amy', 'general')
  const first = there.claim('Mallory')
  here.hub.messages.block(amy, 'Mallory')
  there.hub.end(first, 'left')
  const second = there.claim('Mallory')
  here.hub.messages.block(amy, 'Mallory')
  assert.equal(there.hub.rename(second, 'Mal'), null)
  assert.equal(there.hub.messages.direct(second, ['Amy'], 'psst').kind, 'blocked')
  const bob = there.hub.elsewhere.came({
    name: 'Bob',
    dialect: 'distant',
    refersToMessages: true,
    node: 'far',
  })
  there.hub.elsewhere.blocked(bob as Session<Ear>, 'Zed')
  const zed = there.claim('Zed')
  assert.deepEqual(there.hub.messages.direct(zed, ['Bob'], 'psst'), { kind: 'blocked', by: ['Bob'] })
})

test('C7 C8 a message to people of three nodes is edited for each, and each hears of the others’ receipts', () => {
  const { worlds } = nodes(3)
  const [here, there, far] = worlds as [HubWorld, HubWorld, HubWorld]
  const [amy, bob, cyd] = [here.claim('Amy'), there.claim('Bob'), far.claim('Cyd')]
  const dan = there.claim('Dan')
  const outcome = here.hub.messages.direct(amy, ['Bob', 'Cyd', 'Dan'], 'psst')
  assert.ok(outcome.kind === 'sent')
  const { id } = outcome
  for (const person of [bob, cyd, dan]) {
    const event = person.recipient.heard[0]
    assert.ok(event?.kind === 'direct')
    assert.deepEqual([event.to, event.id, person.recipient.heard.length], [person.name, id, 1])
  }
  assert.equal(there.hub.messages.acknowledge(bob, id), true)
  assert.equal(here.hub.messages.edit(amy, id, 'psssst'), true)
  const expected = { amy: ['receipt'], bob: ['direct', 'edited'], cyd: ['direct', 'receipt', 'edited'] }
  assert.deepEqual({ amy: kinds(amy), bob: kinds(bob), cyd: kinds(cyd) }, expected)
  assert.equal(there.hub.messages.edit(bob, id, 'mine'), false, 'it is not his')
  assert.equal(here.observed.filter(({ kind }) => kind === 'direct').length, 3)
  assert.deepEqual(
    there.observed.map(({ kind, name }) => [kind, name]),
    [['receipt', 'Bob']],
    'each node records what its own people do',
  )
})

test('C7 a sender elsewhere who has left the room hears of receipts, and who came later does not', () => {
  const { worlds } = nodes(2)
  const [here, there] = worlds as [HubWorld, HubWorld]
  const [amy, bob] = [here.into('Amy', 'tea'), there.into('Bob', 'tea')]
  const tea = here.hub.rooms.get('tea')
  assert.ok(tea !== undefined)
  const id = here.hub.messages.say(amy, tea, 'Hi') as string
  const late = there.into('Cyd', 'tea')
  here.hub.leave(amy, tea, 'left')
  assert.equal(there.hub.messages.acknowledge(late, id), false)
  assert.equal(there.hub.messages.acknowledge(bob, id), true)
  assert.ok(kinds(amy).includes('receipt'))
  assert.ok(!kinds(late).includes('receipt'))
})

test('R4 of a room that two nodes make at once the first one’s creator counts everywhere, with what they made it', () => {
  for (const isLate of [false, true]) {
    const { worlds, linked } = nodes(3, true)
    const [here, there, third] = worlds as [HubWorld, HubWorld, HubWorld]
    const drain = () => {
      while (linked.deliver());
    }
    const [amy, bob] = [here.claim('Amy'), there.claim('Bob')]
    drain()
    if (isLate) there.pass(1)
    const tea = here.hub.join(amy, 'tea')
    const theirs = there.hub.join(bob, 'tea')
    assert.ok(tea !== null && theirs !== null)
    // Each of them is the creator at their own node, until they hear of the other.
    assert.equal(there.hub.setPrivate(bob, theirs, true), true)
    drain()
    for (const { hub } of worlds) {
      const room = hub.rooms.get('tea')
      assert.deepEqual([room?.creator?.name, room?.isPrivate, room?.members.size], ['Amy', false, 2])
      assert.deepEqual(hub.rooms.publicNames(), ['general', 'tea'])
    }
    assert.equal(kinds(bob).at(-1), 'visibility', 'Bob hears that it is public')
    assert.equal(there.hub.setPrivate(bob, theirs, true), false)
    assert.equal(here.hub.setPrivate(amy, tea, true), true)
    drain()
    assert.deepEqual(third.hub.rooms.publicNames(), ['general'])
    // Who made it as well is the next one, and has it as they wanted.
    assert.equal(here.hub.setPrivate(amy, tea, false), true)
    here.hub.end(amy, 'left')
    drain()
    for (const { hub } of worlds) {
      const room = hub.rooms.get('tea')
      assert.deepEqual([room?.creator?.name, room?.isPrivate], ['Bob', true])
    }
    there.hub.end(bob, 'left')
  }
})

test('R4 a room that is private is private at a node that hears of it when its creator has left', () => {
  const { hub } = hubWorld()
  const amy = hub.elsewhere.came({ name: 'Amy', dialect: 'distant', refersToMessages: true, node: 'far' })
  hub.elsewhere.joined(amy as Session<Ear>, 'den', { founding: 5, isFounder: false, isPrivate: true })
  assert.deepEqual(hub.rooms.publicNames(), ['general'])
  assert.equal(hub.rooms.get('den')?.creator, null)
  const bob = come(hub, 'Bob')
  hub.elsewhere.joined(bob, 'den', { founding: 9, isFounder: true, isPrivate: false })
  assert.equal(hub.rooms.get('den')?.creator, bob, 'he made it, not knowing that it was there')
  hub.elsewhere.visibilitySet(bob, 'nowhere', false)
  hub.elsewhere.visibilitySet(amy as Session<Ear>, 'den', true)
  assert.equal(hub.rooms.get('den')?.isPrivate, false)
})

test('R2 a room is there while somebody is in it anywhere, and says how many are of this node', () => {
  const { hub, into } = hubWorld()
  const bob = into('Bob', 'tea')
  const amy = come(hub, 'Amy', 'tea')
  const tea = hub.rooms.get('tea')
  assert.deepEqual([tea?.here, tea?.members.size], [1, 2])
  hub.end(bob, 'left')
  assert.deepEqual([hub.rooms.get('tea')?.here, hub.rooms.get('tea')?.members.size], [0, 1])
  hub.elsewhere.gone(amy, 'left')
  assert.equal(hub.rooms.get('tea'), undefined)
})

test('crowds count people of all nodes, and no clock runs for a room that nobody of this node is in', () => {
  const crowds: unknown[] = []
  const later: (() => void)[] = []
  class Crowded extends RecordingAudience {
    override tell(...[event, actor, except]: Parameters<RecordingAudience['tell']>): void {
      if (event.kind === 'crowd') crowds.push(event)
      else super.tell(event, actor, except)
    }
  }
  const { hub, into } = hubWorld({
    announceUpTo: 1,
    audience: () => new Crowded(),
    later: (callback) => later.push(callback),
  })
  for (let index = 0; index < 3; index++) come(hub, `p${index}`, 'general', 'tea')
  assert.equal(later.length, 0)
  into('Bob', 'general')
  hub.elsewhere.gone(come(hub, 'Amy', 'general'), 'left')
  assert.equal(later.length, 1)
  later[0]?.()
  assert.deepEqual(crowds, [{ kind: 'crowd', at: 1_700_000_000_000, room: 'general', joined: 2, left: 1 }])
})

test('C1 a name that was held is released for all nodes when nobody took it, and when another one was taken', () => {
  const { linked, worlds } = nodes(1)
  const { hub, claim } = worlds[0] as HubWorld
  const [freed, amy] = [linked.nodes[0]?.freed, claim('Amy')]
  const [first, second, third] = [amy, amy, amy].map(() => new (amy.recipient.constructor as new () => Ear)())
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  hub.hold('One', first)
  hub.hold('One', first)
  hub.hold('Two', first)
  hub.release(first)
  hub.release(first)
  hub.hold('Three', second)
  hub.claim('Four', 'chatty', second)
  hub.hold('Five', third)
  hub.claim('Five', 'chatty', third)
  hub.hold('Six', amy.recipient)
  hub.rename(amy, 'Seven')
  assert.deepEqual(freed, ['One', 'Two', 'Three', 'Six'])
})

test('the end of a node is told as people who are gone, and nothing of each of their rooms', () => {
  const told: string[] = []
  const linked = new LinkedNodes(1)
  const node = linked.nodes[0]
  assert.ok(node !== undefined)
  const world = hubWorld({ replication: node })
  node.hub = world.hub
  node.left = (session, room) => told.push(`left ${room.name} ${session.name}`)
  node.gone = (session, reason) => told.push(`gone ${session.name} ${reason}`)
  const [amy, bob] = [world.into('Amy', 'general', 'tea'), world.into('Bob', 'general', 'tea')]
  world.hub.end(amy, 'reset')
  assert.deepEqual(told.splice(0), ['left general Amy', 'left tea Amy', 'gone Amy reset'])
  world.hub.endQuietly()
  world.hub.end(bob, 'shutdown')
  assert.deepEqual(told, ['gone Bob shutdown'])
})

test('what the relay itself says in a room is heard at every node, and what it says to those here only here', () => {
  const { worlds } = nodes(2)
  const [here, there] = worlds as [HubWorld, HubWorld]
  const [amy, bob] = [here.into('Amy', 'general'), there.into('Bob', 'general')]
  here.hub.messages.announce('relay', 'none', here.hub.defaultRoom, 'Hi')
  here.hub.messages.announceHere('relay', 'none', here.hub.defaultRoom, 'you', null)
  const texts = ({ recipient }: Session<Ear>) =>
    recipient.heard.flatMap((event) => (event.kind === 'message' ? [event.text] : []))
  assert.deepEqual([texts(amy), texts(bob)], [['Hi', 'you'], ['Hi']])
})

test('N1 R4 C10 M5 whatever is under way, nodes agree once it has arrived, and each has heard everybody in order', () => {
  const step = fc.tuple(
    fc.constantFrom(
      'join',
      'join',
      'leave',
      'private',
      'status',
      'rename',
      'say',
      'end',
      'deliver',
      'deliver',
    ),
    fc.nat(5),
    fc.nat(8),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const { linked, worlds } = nodes(3, true)
      const people = Array.from({ length: 6 }, (_, index) => {
        const world = worlds[index % 3] as HubWorld
        return { world, session: world.claim(`p${index}`), isHere: true }
      })
      let count = 0
      for (const [what, who, which] of steps) {
        const { world, session, isHere } = people[who] as (typeof people)[0]
        const { hub } = world
        const room = session.rooms[which % Math.max(session.rooms.length, 1)]
        count++
        if (what === 'deliver') linked.deliver(which)
        else if (!isHere) continue
        else if (what === 'join') hub.join(session, ['general', 'tea', 'den'][which % 3] as string)
        else if (what === 'rename') assert.equal(hub.rename(session, `p${who}x${count}`), null)
        else if (what === 'status') hub.setStatus(session, which % 2 === 0 ? 'online' : 'offline')
        else if (what === 'end') {
          hub.end(session, 'left')
          ;(people[who] as (typeof people)[0]).isHere = false
        } else if (room === undefined) continue
        else if (what === 'leave') hub.leave(session, room, 'left')
        else if (what === 'private') hub.setPrivate(session, room, which % 2 === 0)
        else hub.messages.say(session, room, `${who} ${count}`)
        world.pass(1)
      }
      while (linked.deliver());
      const views = worlds.map(({ hub }) => {
        return {
          names: hub.names(),
          rooms: Array.from(hub.rooms.all(), (room) => ({
            name: room.name,
            board: hub.rooms.board(room),
            creator: room.creator?.name ?? null,
            // Of a room whose makers have all left it is as each node has seen it last.
            isPrivate: room.creator !== null && room.isPrivate,
          })).sort((a, b) => (a.name < b.name ? -1 : 1)),
        }
      })
      for (const view of views) assert.deepEqual(view, views[0])
      for (const { session, isHere } of people) {
        if (!isHere) continue
        const said = session.recipient.heard.flatMap((event) =>
          event.kind === 'message' ? [event.text] : [],
        )
        for (let who = 0; who < 6; who++) {
          const theirs = said
            .filter((text) => text.startsWith(`${who} `))
            .map((text) => Number(text.slice(2)))
          assert.deepEqual(
            theirs,
            [...theirs].sort((a, b) => a - b),
            'M5',
          )
        }
      }
    }),
    { numRuns: 300 },
  )
})
