/** Two relays that are nodes of one cluster over NATS: what operators see and do of people of the other one, and M6 between them. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { createRelay } from '../../src/embedding/create-relay.js'
import { loadConfig } from '../../src/relay/config/load.js'
import { Relay } from '../../src/relay/relay.js'
import { adminSocketIn, ask } from '../fixtures/admin-socket.js'
import { ACCEPTED, direct, join, joining, leave, leaving, message, textOf } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { type NatsServer, noNats, startNats } from '../fixtures/nats-server.js'
import { until } from '../fixtures/until.js'

interface Node {
  readonly relay: Relay
  readonly path: string
  readonly said: { event?: string; msg?: string }[]
  connect(options?: object): Promise<FramedPeer>
  join(name: string, options?: object): Promise<FramedPeer>
}

async function startNode(node: string, { url }: NatsServer, path: string): Promise<Node> {
  const said: Node['said'] = []
  const flags = {
    listen: ['framed://127.0.0.1:0'],
    ops: 'off',
    logDir: 'off',
    nats: [url],
    node,
    adminSocket: path,
    softLimitBytes: '20000',
    hardLimitBytes: '100000',
    minDrainBytesPerSecond: '20000',
  }
  const log = pino({ level: 'warn' }, { write: (line: string) => said.push(JSON.parse(line)) })
  const relay = await Relay.start(loadConfig({ environment: {}, flags }), log)
  const { port } = relay.listeningAt[0] as { port: number }
  const connect = async (options: object = {}) => {
    const peer = await FramedPeer.connect({ port, ...options })
    await peer.frame('the greeting')
    return peer
  }
  return {
    relay,
    path,
    said,
    connect,
    join: async (name, options) => {
      const peer = await connect(options)
      peer.send(join(name))
      await peer.expect(ACCEPTED, joining(name))
      return peer
    },
  }
}

describe('two nodes over NATS', { skip: noNats() ?? false }, () => {
  const ends: (() => unknown)[] = []
  let [here, there]: Node[] = []
  let url = ''
  const both = () => [here, there] as [Node, Node]

  before(async () => {
    const nats = await startNats({ after: (end) => ends.push(end) })
    url = nats.url
    const path = () => adminSocketIn({ after: (end: () => unknown) => ends.push(end) } as never)
    ;[here, there] = await Promise.all(['here', 'there'].map((node) => startNode(node, nats, path())))
    await untilPeers(...both())
  })
  after(async () => {
    await Promise.all(both().map(({ relay }) => relay.stop()))
    for (const end of ends) await end()
  })

  test('operators see people of both nodes, and at which they are', async () => {
    const [one, two] = both()
    const amy = await one.join('Amy')
    await untilIn(two, 'Amy')
    const bob = await two.join('Bob')
    await amy.expect(joining('Bob'))
    const { json: who } = await ask(one.path, 'GET', '/who')
    const [first, second] = who.items
    assert.deepEqual([first.name, first.node, first.address], ['Amy', null, '127.0.0.1'])
    assert.deepEqual(second, {
      name: 'Bob',
      dialect: 'framed',
      node: 'there',
      address: null,
      port: null,
      since: null,
      status: 'online',
      rooms: ['general'],
      roomCount: 1,
      queuedBytes: null,
      idleSeconds: null,
    })
    const { json: rooms } = await ask(one.path, 'GET', '/rooms')
    assert.deepEqual([rooms.items[0].members, rooms.items[0].membersHere], [2, 1])
    const { json: stats } = await ask(one.path, 'GET', '/stats')
    assert.equal(stats.people, 1, 'figures are of this node')
    await leaveAll(amy, bob)
  })

  test('somebody of another node is kicked, and told why', async () => {
    const [one, two] = both()
    const amy = await one.join('Amy')
    await untilIn(two, 'Amy')
    const bob = await two.join('Bob')
    await amy.expect(joining('Bob'))
    const body = { name: 'Bob', reason: 'be kind', by: 'root' }
    const { status, json } = await ask(one.path, 'POST', '/kick', body)
    assert.equal(status, 200)
    assert.deepEqual(json.kicked, { name: 'Bob', dialect: 'framed', address: '', port: 0, node: 'there' })
    await bob.expectEnd(leave('you were kicked: be kind'))
    await amy.expect(leaving('Bob'))
    const again = await ask(one.path, 'POST', '/kick', body)
    assert.equal(again.status, 404)
    assert.deepEqual(
      one.said.filter(({ event }) => event === 'admin.kick').map(({ msg }) => msg),
      ['Bob was kicked'],
    )
    await leaveAll(amy)
  })

  test('what is said to everybody, and to a room, is heard at both nodes once', async () => {
    const [one, two] = both()
    const amy = await one.join('Amy')
    await untilIn(two, 'Amy')
    const bob = await two.join('Bob')
    await amy.expect(joining('Bob'))
    const everybody = await ask(one.path, 'POST', '/say', { text: 'to all' })
    assert.deepEqual(everybody.json, { told: 2 })
    const room = await ask(one.path, 'POST', '/say', { text: 'to general', room: 'general' })
    assert.deepEqual(room.json, { told: 2 })
    for (const peer of [amy, bob]) await peer.expect(message('[relay] to all'), message('[relay] to general'))
    await leaveAll(amy, bob)
  })

  test('who is banned at one node is sent away from the other, and may come back when it is undone', async () => {
    const [one, two] = both()
    const bob = await two.join('Bob')
    const banned = await ask(one.path, 'POST', '/ban', { who: 'name:Bob', reason: 'spam' })
    assert.deepEqual([banned.status, banned.json.sentAway], [200, 0])
    await bob.expectEnd(leave('you are banned'))
    const bans = await ask(two.path, 'GET', '/bans')
    assert.deepEqual(bans.json.bans, [{ subject: 'name:Bob', until: null, reason: 'spam' }])
    assert.equal((await ask(one.path, 'POST', '/unban', { who: 'name:Bob' })).status, 200)
    while ((await ask(two.path, 'GET', '/bans')).json.bans.length > 0) await delay(10)
    const events = two.said.flatMap(({ event }) => (event?.startsWith('admin.') ? [event] : []))
    assert.deepEqual(events, ['admin.ban', 'admin.unban'])
    await leaveAll(await two.join('Bob'))
  })

  test('a program with a node inside sees everybody, sends people of other nodes away, and its hooks are for its own', async () => {
    const [one] = both()
    const asked: string[] = []
    const embedded = createRelay({
      listen: ['framed://127.0.0.1:0'],
      nats: [url],
      node: 'embedded',
      hooks: {
        onName: ({ name }) => void asked.push(`name ${name}`),
        onMessage: ({ text }) => void asked.push(`message ${text}`),
        onGone: ({ name }) => void asked.push(`gone ${name}`),
      },
    })
    const [at] = await embedded.listen()
    const amy = await one.join('Amy')
    while (embedded.people().length === 0) await delay(10)
    const bob = await FramedPeer.connect({ port: at?.port as number })
    bob.send(join('Bob'))
    await amy.expect(joining('Bob'))
    const expected = { dialect: 'framed', status: 'online', rooms: ['general'] }
    const [first, second] = embedded.people()
    assert.deepEqual(first, { name: 'Amy', ...expected, node: 'here', address: '', port: 0 })
    assert.deepEqual([second?.name, second?.node, second?.address], ['Bob', null, '127.0.0.1'])
    assert.deepEqual(embedded.rooms()[0]?.members, ['Amy', 'Bob'])
    embedded.say('general', 'Hi')
    await amy.expect(message('[relay] Hi'))
    amy.send(message('hello'))
    await bob.skipTo(message('[Amy] hello'))
    assert.deepEqual([embedded.disconnect('Zed'), embedded.disconnect('Amy')], [false, true])
    await amy.expectEnd(leave('you were removed'))
    await bob.skipTo(leaving('Amy'))
    assert.deepEqual(asked, ['name Bob'])
    bob.destroy()
    await embedded.close()
    await leaveAll()
  })

  test('M1 messages of two nodes have different ids', async () => {
    const [one, two] = both()
    const ids = [one, two].map(({ relay }) =>
      relay.parts.hub.messages.announceHere('x', 'x', relay.parts.hub.defaultRoom, 'x', null),
    )
    assert.notEqual(ids[0]?.slice(14), ids[1]?.slice(14))
    assert.deepEqual(
      ids.map((id) => id.length),
      [22, 22],
    )
  })

  test('M6 a flood from one node gets no healthy reader of the other cut off: it is slowed down where it comes from', async () => {
    const [one, two] = both()
    const amy = await one.join('Amy')
    await untilIn(two, 'Amy')
    const healthy = await two.join('Bob')
    await amy.expect(joining('Bob'))
    // Reads, but slower than the flood.
    const slow = await two.join('Slow')
    await Promise.all([amy, healthy].map((peer) => peer.expect(joining('Slow'))))
    slow.socket.pause()
    const text = 'x'.repeat(8000)
    let sent = 0
    const room = one.relay.parts.hub.defaultRoom
    const isSlowed = () => one.relay.parts.pressure.stats.pauses.room.active > 0
    while (!isSlowed() && sent < 20_000) {
      amy.send(message(`${sent++} ${text}`))
      if (sent % 20 === 0) await new Promise(setImmediate)
    }
    assert.ok(isSlowed(), 'the sender is paused at the other node')
    assert.equal(room.members.size, 3)
    slow.socket.resume()
    for (const peer of [healthy, slow]) {
      for (let next = 0; next < sent; next++) {
        const said = textOf(await peer.frame())
        assert.equal(said.slice('[Amy] '.length, said.indexOf(' ', 6)), `${next}`, 'all of it, in order')
      }
    }
    while (isSlowed()) await delay(20)
    assert.equal(two.relay.parts.pressure.stats.congestedRooms, 0)
    await leaveAll(amy, healthy, slow)
  })

  test('M6 who floods somebody of the other node alone is slowed down where they are', async () => {
    const [one, two] = both()
    const amy = await one.join('Amy')
    await untilIn(two, 'Amy')
    const bob = await two.join('Bob')
    await amy.expect(joining('Bob'))
    bob.socket.pause()
    const text = 'x'.repeat(8000)
    let sent = 0
    const { direct: pauses } = one.relay.parts.pressure.stats.pauses
    while (pauses.active === 0 && sent < 20_000) {
      amy.send(direct(`Bob ${sent++} ${text}`))
      if (sent % 20 === 0) await new Promise(setImmediate)
    }
    assert.equal(pauses.active, 1)
    bob.socket.resume()
    for (let next = 0; next < sent; next++) {
      const said = textOf(await bob.frame())
      assert.equal(said.slice('[Amy] '.length, said.indexOf(' ', 6)), `${next}`)
    }
    while (pauses.active > 0) await delay(20)
    await leaveAll(amy, bob)
  })

  async function leaveAll(...peers: FramedPeer[]): Promise<void> {
    for (const peer of peers) peer.destroy()
    const isEmpty = ({ relay }: Node) => relay.parts.hub.sessionCount + relay.parts.hub.elsewhere.size === 0
    while (!both().every(isEmpty)) await delay(10)
  }
})

/** Until who has come is in the room at this node too: whoever comes later does not hear of it. */
async function untilIn({ relay }: Node, name: string): Promise<void> {
  await until(() => (relay.parts.hub.session(name)?.rooms.length ?? 0) > 0)
}

async function untilPeers(...nodes: Node[]): Promise<void> {
  const isJoined = ({ relay }: Node) => {
    const { backplane } = relay.parts
    return backplane.state === 'joined' && backplane.nodes().length === nodes.length - 1
  }
  while (!nodes.every(isJoined)) await delay(10)
}
