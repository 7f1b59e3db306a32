import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { DeadNode } from '../../../../src/relay/backplane/bus.js'
import { NatsBus } from '../../../../src/relay/backplane/nats/nats-bus.js'
import { NatsRefused } from '../../../../src/relay/backplane/nats/nats-error.js'
import { NatsLeases } from '../../../../src/relay/backplane/nats/nats-leases.js'
import { NatsNames } from '../../../../src/relay/backplane/nats/nats-names.js'
import { NatsStore } from '../../../../src/relay/backplane/nats/nats-store.js'
import { Sweep } from '../../../../src/relay/backplane/nats/sweep.js'
import { type NatsServer, noNats, startNats } from '../../../fixtures/nats-server.js'
import { tcpHose } from '../../../fixtures/tcp-hose.js'
import { until } from '../../../fixtures/until.js'

const silent = { linkUp() {}, linkDown() {}, linkFailed() {}, slow() {} }

interface Node {
  readonly bus: NatsBus
  readonly store: Promise<NatsStore>
  readonly leases: NatsLeases
  readonly names: NatsNames
  readonly died: DeadNode[]
  readonly lost: string[]
}

describe('names and leases in NATS', { skip: noNats() ?? false }, () => {
  let nats: NatsServer
  const ends: (() => Promise<void>)[] = []
  const nodes: Node[] = []
  let cluster = 0
  before(async () => {
    nats = await startNats({ after: (end) => ends.push(end) })
  })
  afterEach(async () => {
    for (const { names, leases, bus } of nodes.splice(0)) {
      names.stop()
      await leases.end()
      await bus.close()
    }
    cluster++
  })
  after(async () => {
    for (const end of ends) await end()
  })

  const node = async (id: string, servers = nats.url): Promise<Node> => {
    const prefix = `test${cluster}`
    const faulted = (error: unknown) => {
      throw error
    }
    const bus = await NatsBus.open({ connection: { servers }, prefix, observer: { ...silent, faulted } })
    const failed = () => {}
    const store = NatsStore.open({ bus, prefix, replicas: 1, failed })
    const leases = new NatsLeases({ bus, store, node: id, takesOver: false, failed })
    const died: DeadNode[] = []
    const lost: string[] = []
    const made = { bus, store, leases, names: new NatsNames({ bus, store, leases, node: id }), died, lost }
    nodes.push(made)
    await leases.take(false)
    await leases.start({ died: (dead) => died.push(dead), lost: () => lost.push(leases.incarnation) })
    return made
  }

  it('N1 of 500 claims of one name by two nodes at once, one node has it', async () => {
    const [a, b] = [await node('a'), await node('b')]
    const claims: { node: string; claim: Promise<string> }[] = []
    for (let i = 0; i < 250; i++) {
      claims.push({ node: 'a', claim: a.names.claim('Alice') }, { node: 'b', claim: b.names.claim('Alice') })
    }
    const granted = new Set<string>()
    for (const { node, claim } of claims) {
      const outcome = await claim
      if (outcome === 'granted') granted.add(node)
      else assert.equal(outcome, 'taken')
    }
    assert.equal(granted.size, 1)
  })

  it('N1 of 500 names that two nodes want at once, each is had by one of them', async () => {
    const [a, b] = [await node('a'), await node('b')]
    const claims = Array.from({ length: 500 }, (_, i) =>
      Promise.all([a.names.claim(`name ${i}`), b.names.claim(`name ${i}`)]),
    )
    for (const outcomes of await Promise.all(claims)) assert.deepEqual(outcomes.sort(), ['granted', 'taken'])
  })

  it('a name that was given back is free for another node, also while it is claimed again and again', async () => {
    const [a, b] = [await node('a'), await node('b')]
    assert.equal(await a.names.claim('Ünï·cöde >.* '), 'granted')
    assert.equal(await a.names.claim('Ünï·cöde >.* '), 'granted')
    assert.equal(await b.names.claim('Ünï·cöde >.* '), 'taken')
    a.names.release('Ünï·cöde >.* ')
    const again = a.names.claim('Ünï·cöde >.* ')
    a.names.release('Ünï·cöde >.* ')
    assert.equal(await again, 'granted')
    await a.names.settled()
    assert.equal(await b.names.claim('Ünï·cöde >.* '), 'granted')
    // Not its to give back.
    a.names.release('Ünï·cöde >.* ')
    await a.names.settled()
    assert.equal(await a.names.claim('Ünï·cöde >.* '), 'taken')
  })

  it('a node that gives its lease back leaves its names free at once, and the others hear of it', async () => {
    const [a, b] = [await node('a'), await node('b')]
    assert.equal(await a.names.claim('Alice'), 'granted')
    const { incarnation } = a.leases
    await until(() => b.leases.others().some(({ node }) => node === 'a'))
    await a.leases.end()
    assert.equal(a.leases.isFresh, false)
    assert.equal(await a.names.claim('Bob'), 'unreachable')
    assert.equal(await b.names.claim('Alice'), 'granted')
    await until(() => b.died.length > 0)
    assert.deepEqual(b.died, [{ node: 'a', incarnation }])
    assert.deepEqual(b.lost, [])
    // The next of that id comes behind it, also where its clock is late.
    const next = await node('a')
    assert.ok(next.leases.incarnation > incarnation)
  })

  it('names of a node that is no more are removed, and those of others are not', async () => {
    const [a, b] = [await node('a'), await node('b')]
    const sweep = new Sweep({ ...b, store: b.store, node: 'b', failed: assert.ifError, afterMs: 100 })
    for (const name of ['Alice', 'Bob', 'Carol']) assert.equal(await a.names.claim(name), 'granted')
    assert.equal(await b.names.claim('Dave'), 'granted')
    const { jetStream, names } = await b.store
    const count = async () => (await jetStream.manager.streams.info(names.streamName)).state.messages
    assert.equal(await count(), 4)
    await a.leases.end()
    await until(async () => (await count()) === 1)
    sweep.stop()
    assert.equal(await a.names.claim('Dave'), 'unreachable')
  })

  it('a node that goes on renewing its lease is not declared dead, however often it is suspected', async () => {
    const [a, b] = [await node('a'), await node('b')]
    b.leases.suspect('a')
    await new Promise((resolve) => setTimeout(resolve, 3_500))
    assert.deepEqual(b.died, [])
    assert.equal(a.leases.isFresh, true)
    assert.deepEqual(a.lost, [])
  })

  it('a lease is renewed the moment that the link is back, whenever its turn is', async (t) => {
    // Its turn never comes.
    t.mock.timers.enable({ apis: ['setInterval'] })
    const hose = await tcpHose({ after: (end) => t.after(end) }, nats.port)
    const a = await node('a', `127.0.0.1:${hose.port}`)
    hose.cut()
    await until(() => !a.bus.isUp && !a.leases.isFresh)
    hose.clear()
    await until(() => a.leases.isFresh)
    assert.deepEqual(a.lost, [])
  })

  for (const [how, isWatched] of [
    ['again and again', true],
    ['faster than anything can be asked', false],
  ] as const) {
    it(`a link that comes and goes ${how} leaves one reader of leases for each node, and a node that ends leaves none`, async (t) => {
      const hose = await tcpHose({ after: (end) => t.after(end) }, nats.port)
      const [a, b] = [await node('a', `127.0.0.1:${hose.port}`), await node('b')]
      const { jetStream, leases } = await b.store
      const readers = async () => {
        const { state } = await jetStream.manager.streams.info(leases.streamName)
        return state.consumer_count
      }
      await until(async () => (await readers()) === 2)
      for (let times = 0; times < 3; times++) {
        hose.cut()
        await until(() => !a.bus.isUp)
        hose.clear()
        await until(() => a.bus.isUp)
        if (isWatched) await until(async () => (await a.names.claim(`Alice${times}`)) === 'granted')
      }
      await until(async () => (await readers()) === 2, 10_000)
      await until(async () => (await a.names.claim('Bob')) === 'granted')
      await a.leases.end()
      await until(async () => (await readers()) === 1, 10_000)
    })
  }

  it('a second node of the same id does not begin, and one after a crash does', async () => {
    const a = await node('a')
    await assert.rejects(node('a'), (error) => error instanceof NatsRefused && error.code === 'node-in-use')
    const { incarnation } = a.leases
    const b = await node('b')
    assert.equal(await a.names.claim('Alice'), 'granted')
    // As in a crash: the lease stays.
    await a.bus.close()
    const next = await node('a')
    assert.ok(next.leases.incarnation > incarnation)
    assert.equal(await b.names.claim('Alice'), 'granted')
    await until(() => b.died.length > 0)
    assert.deepEqual(b.died, [{ node: 'a', incarnation }])
  })

  it('a server that has lost everything has it again from the nodes, in new incarnations', async (t) => {
    const mortal = await startNats(t)
    const a = await node('a', mortal.url)
    const { incarnation } = a.leases
    assert.equal(await a.names.claim('Alice'), 'granted')
    await mortal.kill()
    await until(() => !a.leases.isFresh)
    assert.equal(await a.names.claim('Alice'), 'unreachable')
    const successor = await startNats(t, ['-js'], mortal.port)
    await until(() => a.lost.length > 0)
    assert.ok((a.lost[0] as string) > incarnation)
    assert.equal(await a.names.claim('Alice'), 'granted')
    await successor.kill()
  })

  it('without JetStream the start ends, and says what to change', async (t) => {
    const plain = await startNats(t, [])
    await assert.rejects(node('a', plain.url), (error) => {
      assert.ok(error instanceof NatsRefused)
      assert.equal(error.code, 'jetstream')
      assert.match(error.message, /nats-server with -js/)
      return true
    })
  })

  // A minute of two cores: for before a release.
  const release = process.env.ALL === '1' ? it : () => {}
  release('50,000 claims at once are all granted', async () => {
    const a = await node('a')
    const claims = Array.from({ length: 50_000 }, (_, i) => a.names.claim(`name ${i}`))
    for (const claim of claims) assert.equal(await claim, 'granted')
    assert.deepEqual(a.lost, [])
  })
})
