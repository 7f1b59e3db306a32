/** Several nodes of a cluster, over an engine that is simulated: what their people hear of each other. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryObjects } from 'node:v8'
import type { Subject } from '../../../../src/relay/backplane/bus.js'
import { Channel } from '../../../../src/relay/backplane/cluster/outgoing.js'
import { type Body, packetBytes, readPacket } from '../../../../src/relay/backplane/cluster/packets.js'
import { Peer } from '../../../../src/relay/backplane/cluster/peer.js'
import { MAX_NODES } from '../../../../src/relay/backplane/cluster/peers.js'
import { AWAITED_MS, FORGET_EVERY_MS } from '../../../../src/relay/backplane/cluster/timing.js'
import type { Session } from '../../../../src/relay/hub/session.js'
import { Engine } from '../../../fixtures/cluster-simulation/engine.js'
import { type Login, SimulatedNode } from '../../../fixtures/cluster-simulation/simulated-node.js'
import { WorldClock } from '../../../fixtures/cluster-simulation/world-clock.js'
import { Ear } from '../../hub/model.js'

interface World {
  readonly engine: Engine
  readonly nodes: readonly SimulatedNode[]
  pass(ms: number): Promise<void>
  /** Somebody who is here once it has passed. */
  here(node: SimulatedNode, name: string, ...rooms: string[]): Promise<{ session: Session<Ear>; ear: Ear }>
}

async function world(ids: readonly string[]): Promise<World> {
  const clock = new WorldClock()
  const engine = new Engine(clock)
  const nodes = ids.map((id) => new SimulatedNode(engine, id, () => 1))
  for (const node of nodes) void node.start()
  await clock.pass(3000)
  for (const node of nodes) assert.equal(node.cluster.state, 'joined', node.id)
  return {
    engine,
    nodes,
    pass: (ms) => clock.pass(ms),
    here: async (node, name, ...rooms) => {
      const login = node.login(name, ...rooms)
      await clock.pass(20)
      return { session: sessionOf(login), ear: login.ear }
    },
  }
}

function sessionOf({ session, refusal }: Login): Session<Ear> {
  assert.ok(session !== null, `refused: ${refusal}`)
  return session
}

function heard(ear: Ear): string[] {
  return ear.heard.map((event) => {
    if (event.kind === 'message' || event.kind === 'direct' || event.kind === 'edited') {
      return `${event.kind} ${event.name}: ${event.text}`
    }
    return event.kind === 'renamed'
      ? `renamed ${event.formerName} ${event.name}`
      : `${event.kind} ${event.name}`
  })
}

test('people of two nodes hear each other in rooms and alone', async () => {
  const { nodes, here, pass } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'hi all')
  one.hub.messages.direct(amy.session, ['Bob'], 'hi Bob')
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'again')
  await pass(20)
  assert.deepEqual(heard(bob.ear), ['message Amy: hi all', 'direct Amy: hi Bob', 'message Amy: again'])
  assert.deepEqual(heard(amy.ear), ['joined Bob'])
  two.hub.end(bob.session, 'left')
  await pass(20)
  assert.deepEqual(heard(amy.ear), ['joined Bob', 'left Bob'])
  assert.deepEqual(one.view(), two.view())
})

test('N1 N3 of two nodes that claim one name at once, one has it', async () => {
  const { nodes, pass } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const logins = [one.login('Amy'), two.login('Amy'), one.login('Amy')]
  await pass(100)
  assert.equal(logins.filter(({ session }) => session !== null).length, 1)
  assert.deepEqual(
    logins.map(({ refusal }) => refusal).filter((refusal) => refusal !== null),
    ['taken', 'taken'],
  )
  assert.deepEqual(one.view(), two.view())
})

test('N3 a name is free for other nodes once they know that its owner has left', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  const early = two.login('Amy')
  await pass(20)
  assert.equal(early.refusal, 'taken')
  one.hub.end(amy.session, 'left')
  await pass(20)
  await here(two, 'Amy', 'general')
  await here(one, 'Cid', 'general')
  assert.deepEqual(heard(bob.ear), ['left Amy', 'joined Amy', 'joined Cid'])
  assert.equal(engine.names.get('Amy')?.node, 'n2')
})

test('N3 a name is free for other nodes the moment its owner has left, also while that is still on its way', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  one.hub.end(amy.session, 'left')
  const heir = two.login('Amy', 'general')
  await pass(100)
  sessionOf(heir)
  assert.equal(engine.names.get('Amy')?.node, 'n2')
  assert.deepEqual(one.view(), two.view())
})

test('a name that was granted and not taken up is given back, one that is held is not', async () => {
  const { nodes, pass, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  one.cluster.claim('Amy', () => {})
  const holder = new Ear()
  one.cluster.claim('Bob', (refusal) => {
    assert.equal(refusal, null)
    one.hub.hold('Bob', holder)
  })
  await pass(20)
  assert.deepEqual([...engine.names.keys()], ['Bob'])
  const bob = two.login('Bob')
  // Nobody there knows whose it is: it might become free.
  await pass(300)
  assert.equal(bob.refusal, 'taken')
  one.hub.release(holder)
  await pass(20)
  assert.deepEqual([...engine.names.keys()], [])
})

test('N1 a name changes hands within its node, and nobody else gets it in between', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  one.hub.end(amy.session, 'left')
  const again = one.login('Amy', 'general')
  await pass(50)
  assert.ok(again.session)
  assert.equal(engine.names.get('Amy')?.node, 'n1')
  assert.deepEqual(two.hub.rooms.memberNames(two.hub.defaultRoom), ['Amy'])
})

test('X6 somebody who is renamed is so everywhere, and the former name is free', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  one.rename(amy.session, 'Zoe')
  await pass(20)
  assert.deepEqual(heard(bob.ear), ['renamed Amy Zoe'])
  assert.deepEqual([...engine.names.keys()].sort(), ['Bob', 'Zoe'])
})

test('C7 C8 C11 edits, receipts and blocks reach whom they concern, on whichever node', async () => {
  const { nodes, pass, here } = await world(['n1', 'n2', 'n3'])
  const [one, two, three] = nodes as [SimulatedNode, SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob')
  const cid = await here(three, 'Cid')
  const { messages } = one.hub
  const outcome = messages.direct(amy.session, ['Bob', 'Cid'], 'hi')
  assert.ok(outcome.kind === 'sent')
  await pass(20)
  assert.ok(two.hub.messages.acknowledge(bob.session, outcome.id))
  await pass(20)
  assert.ok(messages.edit(amy.session, outcome.id, 'hello'))
  await pass(20)
  assert.deepEqual(heard(bob.ear), ['direct Amy: hi', 'edited Amy: hello'])
  assert.deepEqual(heard(cid.ear), ['direct Amy: hi', 'receipt Bob', 'edited Amy: hello'])
  assert.deepEqual(heard(amy.ear), ['receipt Bob'])
  assert.ok(three.hub.messages.block(cid.session, 'Amy'))
  await pass(20)
  assert.deepEqual(heard(amy.ear), ['receipt Bob', 'blocked Cid'])
  assert.deepEqual(messages.direct(amy.session, ['Cid'], 'hi'), { kind: 'blocked', by: ['Cid'] })
})

test('what is said in a room that nobody else is in stays on its node', async () => {
  const { nodes, pass, here } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'tea')
  await here(two, 'Bob', 'general')
  const { opsOut } = one.cluster.stats
  one.hub.messages.say(amy.session, amy.session.rooms[0] as never, 'hi')
  await pass(20)
  assert.equal(one.cluster.stats.opsOut, opsOut)
})

test('a node that comes later knows everybody, and what rooms are like', async () => {
  const { nodes, pass, here, engine } = await world(['n1'])
  const [one] = nodes as [SimulatedNode]
  const amy = await here(one, 'Amy', 'tea', 'general')
  one.hub.setStatus(amy.session, 'do-not-disturb')
  one.hub.setPrivate(amy.session, amy.session.rooms[0] as never, true)
  for (let number = 0; number < 1500; number++) one.login(`p${number}`, 'general')
  await pass(50)
  const two = new SimulatedNode(engine, 'n2', () => 1)
  void two.start()
  await pass(600)
  assert.equal(two.cluster.state, 'joined')
  assert.deepEqual(two.view(), one.view())
  assert.deepEqual(
    two.cluster.nodes().map(({ id, sessions }) => [id, sessions]),
    [['n1', 1501]],
  )
})

test('N3 the names of a node that is gone are free within ten seconds, and its people have left', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  engine.clock.pause('n1')
  await pass(4000)
  const early = two.login('Amy')
  await pass(20)
  assert.equal(early.refusal, 'taken')
  await pass(5980)
  assert.deepEqual(heard(bob.ear), ['left Amy'])
  const left = bob.ear.heard[0]
  assert.equal(left?.kind === 'left' && left.reason, 'node-lost')
  await here(two, 'Amy')
})

test('N1 a node that stood still and was declared dead: who lost their name is sent away, the others join anew', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const cid = await here(one, 'Cid', 'general')
  const bob = await here(two, 'Bob', 'general')
  engine.clock.pause('n1')
  await pass(12_000)
  await here(two, 'Amy', 'general')
  bob.ear.heard.length = 0
  engine.clock.resume('n1')
  // Nobody has told the node yet: nobody hears what is said for the name that is somebody else's.
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'still me')
  await pass(4000)
  assert.deepEqual(one.expelled, ['Amy'])
  assert.deepEqual(heard(bob.ear), ['joined Cid'])
  assert.ok(one.isLive(cid.session))
  assert.equal(one.cluster.stats.fenced, 1)
  assert.equal(two.lostOf('n1', 'general'), 1)
  assert.deepEqual(one.view(), two.view())
})

test('cut off, people go on; after ten seconds those of other nodes have left, and come back with the link', async () => {
  const { nodes, pass, here } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  await here(two, 'Bob', 'general')
  amy.ear.heard.length = 0
  one.link.cut()
  two.link.cut()
  await pass(10)
  assert.equal(one.cluster.state, 'cut-off')
  const taken = one.login('Bob')
  assert.equal(taken.refusal, 'taken')
  const cid = one.login('Cid', 'general')
  assert.ok(cid.session, 'a name that nobody known here has is granted on trial')
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'are you there?')
  await pass(11_000)
  assert.deepEqual(heard(amy.ear), ['joined Cid', 'left Bob'])
  one.link.mend()
  two.link.mend()
  await pass(4000)
  assert.deepEqual(heard(amy.ear), ['joined Cid', 'left Bob', 'joined Bob'])
  assert.equal(one.cluster.state, 'joined')
  assert.equal(two.lostOf('n1', 'general'), 1)
  assert.deepEqual(one.view(), two.view())
  assert.deepEqual(one.expelled, [])
})

test('N1 of two people who got one name on trial, one keeps it', async () => {
  const { nodes, pass } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  one.link.cut()
  two.link.cut()
  await pass(10)
  assert.ok(one.login('Amy', 'general').session)
  assert.ok(two.login('Amy', 'general').session)
  one.link.mend()
  await pass(2000)
  two.link.mend()
  await pass(4000)
  assert.deepEqual([one.expelled, two.expelled], [[], ['Amy']])
  assert.deepEqual(one.view(), two.view())
})

test('what a node has said before it was declared dead is counted as missing once, also by who leaves the room and comes back', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'heard')
  await pass(20)
  engine.clock.pause('n1')
  await pass(12_000)
  engine.clock.resume('n1')
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'not heard')
  await pass(4000)
  assert.equal(two.lostOf('n1', 'general'), 1)
  two.hub.end(bob.session, 'left')
  await pass(20)
  await here(two, 'Bob', 'general')
  await pass(4000)
  assert.equal(two.lostOf('n1', 'general'), 1)
})

test('what is said while nodes have lost sight of each other is counted as missing once they are back', async () => {
  const { nodes, pass, here } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  await here(two, 'Bob', 'general')
  for (const { link } of nodes) link.cut()
  for (let second = 0; second < 25; second++) {
    one.hub.messages.say(amy.session, one.hub.defaultRoom, `during second ${second}`)
    await pass(1000)
  }
  assert.deepEqual(Object.keys(two.view()), ['name Bob', 'room general'])
  for (const { link } of nodes) link.mend()
  await pass(5000)
  assert.deepEqual(one.view(), two.view())
  assert.equal(two.lostOf('n1', 'general'), 25)
})

test('what is said while a node that begins anew is cut off before it has told of its people is counted there', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  await here(two, 'Bob', 'general')
  engine.clock.pause('n2')
  await pass(12_000)
  engine.onPublish = (_subject, bytes) => {
    const { node, body } = readPacket(bytes)
    if (node === 'n2' && body.kind === 'hello') two.link.cut()
  }
  engine.clock.resume('n2')
  await pass(1000)
  // For this long neither is taken for dead: there is nobody who could.
  one.link.cut()
  await pass(9000)
  one.link.mend()
  await pass(6500)
  assert.deepEqual(
    one.cluster.nodes().map(({ id, sessions }) => [id, sessions]),
    [['n2', 0]],
  )
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'is anybody there?')
  engine.onPublish = () => {}
  two.link.mend()
  await pass(4000)
  assert.deepEqual(one.view(), two.view())
  assert.equal(two.lostOf('n1', 'general'), 1)
})

test('what a node said before it was declared dead is counted, also when many answers that say so get lost at once', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  await here(two, 'Bob', 'general')
  engine.clock.pause('n1')
  await pass(12_000)
  // It hears of the new lease, and of nothing else.
  two.link.loses = () => true
  engine.clock.resume('n1')
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'not heard')
  await pass(2000)
  assert.equal(one.cluster.stats.fenced, 1)
  two.link.cut()
  engine.clock.pause('n1')
  two.link.loses = () => false
  two.link.mend()
  // It asks again and again.
  await pass(2600)
  const { snapshotsOut } = one.cluster.stats
  two.link.cut()
  engine.clock.resume('n1')
  await pass(20)
  assert.ok(one.cluster.stats.snapshotsOut > snapshotsOut + 3)
  two.link.mend()
  await pass(5000)
  assert.deepEqual(one.view(), two.view())
  assert.equal(two.lostOf('n1', 'general'), 1)
})

test('a stranger who speaks as a node does not silence it for good', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  const stranger = engine.link('stranger', () => 1)
  const hello = { kind: 'hello', next: 0, people: 0, isNew: false } as const
  engine.route(stranger, 'all', packetBytes('n1', '999999', hello))
  await pass(20)
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'unheard')
  await pass(10_000)
  assert.deepEqual(one.view(), two.view())
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'heard')
  await pass(20)
  assert.deepEqual(heard(bob.ear), ['left Amy', 'joined Amy', 'message Amy: heard'])
  assert.equal(two.lostOf('n1', 'general'), 1)
})

test('of nodes that do not come back nothing is remembered after a while', async () => {
  const { nodes, pass, here, engine } = await world(['n1'])
  const [one] = nodes as [SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const stranger = engine.link('stranger', () => 1)
  const say = (node: string, subject: Subject, body: Body) =>
    engine.route(stranger, subject, packetBytes(node, 'i1', body))
  const alive = (kind: typeof Peer | typeof Channel) =>
    queryObjects(kind, { format: 'count' }) as unknown as number
  const [peers, channels] = [alive(Peer), alive(Channel)]
  const came = { kind: 'came', who: 1, dialect: 'chatty', refersToMessages: true } as const
  const joined = {
    kind: 'joined',
    who: 1,
    room: 'general',
    founding: 1,
    isFounder: false,
    isPrivate: false,
  } as const
  const talk = { kind: 'receipt', who: 1, id: 'x', at: 1 } as const
  for (let number = 0; number < 20; number++) {
    const node = `s${number}`
    const lease = engine.putLease(node, 'i1')
    say(node, 'all', { kind: 'hello', next: 0, people: 0, isNew: true })
    const ops = [{ ...came, name: node }, ...(number % 2 === 0 ? [joined] : [])]
    say(node, 'all', { kind: 'batch', first: 0, ops })
    await pass(5)
    one.hub.messages.say(amy.session, one.hub.defaultRoom, 'welcome')
    await pass(5)
    engine.endLease(lease)
    await pass(5)
    // Of a dead one, and of one that nobody has ever heard of.
    for (const id of [node, `unheard-of-${number}`])
      say(id, 'room.general', { kind: 'batch', first: 5, ops: [talk] })
    await pass(5)
  }
  assert.ok(alive(Peer) >= peers + 20)
  assert.equal(alive(Channel), channels + 21)
  await pass(AWAITED_MS + 2 * FORGET_EVERY_MS + 20_000)
  // The room is listened to.
  assert.deepEqual([alive(Peer), alive(Channel)], [peers, channels + 1])
  assert.deepEqual(one.cluster.nodes(), [])
})

test('of the nodes that were declared dead, the last thousand are known to be', async () => {
  const { nodes, pass, engine } = await world(['n1'])
  const [one] = nodes as [SimulatedNode]
  const stranger = engine.link('stranger', () => 1)
  for (let number = 0; number <= 1000; number++) engine.endLease(engine.putLease(`s${number}`, 'i1'))
  await pass(5)
  const from = async (node: string) => {
    engine.route(stranger, 'all', packetBytes(node, 'i1', { kind: 'resync' }))
    await pass(5)
    return [one.cluster.stats.fromDead, one.cluster.nodes().length]
  }
  assert.deepEqual(await from('s1'), [1, 0])
  assert.deepEqual(await from('s1000'), [2, 0])
  assert.deepEqual(await from('s0'), [2, 1])
  // It is silent, and has no lease.
  await pass(10_000)
  assert.deepEqual(one.cluster.nodes(), [])
})

test('of nodes that a stranger makes up, so many are known at once and no more; a node that is there goes on', async () => {
  const { nodes, pass, here, engine } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  const stranger = engine.link('stranger', () => 1)
  one.hearsStrangers = two.hearsStrangers = true
  const { damaged } = one.cluster.stats
  for (let number = 0; number < MAX_NODES + 100; number++)
    engine.route(stranger, 'all', packetBytes(`s${number}`, 'i1', { kind: 'resync' }))
  await pass(20)
  assert.equal(one.cluster.nodes().length, MAX_NODES)
  assert.equal(one.cluster.stats.damaged, damaged + 101)
  one.hub.messages.say(amy.session, one.hub.defaultRoom, 'heard')
  await pass(20)
  assert.equal(heard(bob.ear).at(-1), 'message Amy: heard')
  // They are silent, and have no lease.
  await pass(AWAITED_MS + 2 * FORGET_EVERY_MS + 20_000)
  assert.deepEqual(
    one.cluster.nodes().map(({ id }) => id),
    ['n2'],
  )
})

test('a node that ends is gone at once, with its people and names', async () => {
  const { nodes, pass, here } = await world(['n1', 'n2'])
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  const amy = await here(one, 'Amy', 'general')
  const bob = await here(two, 'Bob', 'general')
  one.hub.endQuietly()
  one.hub.end(amy.session, 'shutdown')
  const stopped = one.cluster.stop()
  await pass(20)
  await stopped
  assert.deepEqual(heard(bob.ear), ['left Amy'])
  assert.deepEqual(two.cluster.nodes(), [])
  await here(two, 'Amy')
})

test('a node without an engine starts all the same, after a while', async () => {
  const clock = new WorldClock()
  const node = new SimulatedNode(new Engine(clock), 'n1', () => 1)
  node.link.cut()
  let isStarted = false
  void node.start().then(() => {
    isStarted = true
  })
  await clock.pass(4000)
  assert.equal(isStarted, false)
  await clock.pass(2000)
  assert.equal(isStarted, true)
  assert.ok(node.login('Amy').session)
  node.link.mend()
  await clock.pass(3000)
  assert.equal(node.cluster.state, 'joined')
  assert.equal(node.hub.sessionCount, 1)
})
