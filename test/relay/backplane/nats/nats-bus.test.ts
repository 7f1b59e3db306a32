import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type BusObserver, NatsBus } from '../../../../src/relay/backplane/nats/nats-bus.js'
import { NatsRefused } from '../../../../src/relay/backplane/nats/nats-error.js'
import { type NatsServer, noNats, startNats } from '../../../fixtures/nats-server.js'
import { freePort } from '../../../fixtures/relay-process.js'
import { tcpHose } from '../../../fixtures/tcp-hose.js'
import { until } from '../../../fixtures/until.js'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const bytes = (words: string) => Buffer.from(words)

describe('a bus over NATS', { skip: noNats() ?? false }, () => {
  let nats: NatsServer
  const ends: (() => Promise<void>)[] = []
  before(async () => {
    nats = await startNats({ after: (end) => ends.push(end) })
  })
  after(async () => {
    for (const end of ends) await end()
  })

  const said: string[] = []
  const observer: BusObserver = {
    linkUp: (_, isFirst) => said.push(isFirst ? 'up' : 'up again'),
    linkDown: () => said.push('down'),
    linkFailed: () => said.push('failed'),
    slow: () => said.push('slow'),
    faulted: (error) => said.push(`fault: ${(error as Error).message}`),
  }
  const open = async (t: { after(end: () => Promise<void>): void }, servers: string = nats.url) => {
    said.length = 0
    const bus = await NatsBus.open({ connection: { servers }, prefix: 'test', observer })
    t.after(() => bus.close())
    return bus
  }

  it('M5 what one node publishes comes in its order over all subjects, and not back to itself', async (t) => {
    const [sender, receiver] = [await open(t), await open(t)]
    const heard: string[] = []
    for (const subject of ['all', 'node.b', 'room.a b.>*'] as const) {
      receiver.subscribe(subject, (data) => heard.push(text(data)))
      sender.subscribe(subject, () => heard.push('echo'))
    }
    const other = receiver.subscribe('room.other', () => heard.push('other'))
    other.end()
    await Promise.all([receiver.flush(), sender.flush()])
    const expected: string[] = []
    for (let i = 0; i < 3000; i++) {
      const subject = (['all', 'node.b', 'room.a b.>*', 'room.other', 'room.a'] as const)[i % 5]
      sender.publish(subject as 'all', bytes(String(i)))
      if (i % 5 < 3) expected.push(String(i))
    }
    await sender.flush()
    await until(() => heard.length >= expected.length)
    assert.deepEqual(heard, expected)
    assert.equal(sender.stats.messagesOut, 3000)
    assert.equal(receiver.stats.messagesIn, expected.length)
  })

  it('what a receiver throws is told, and the next message is received', async (t) => {
    const [sender, receiver] = [await open(t), await open(t)]
    let count = 0
    receiver.subscribe('all', () => {
      count++
      if (count === 1) throw new Error('a fault')
    })
    await receiver.flush()
    sender.publish('all', bytes('one'))
    sender.publish('all', bytes('two'))
    await until(() => count === 2)
    assert.ok(said.includes('fault: a fault'))
  })

  it('what is published while NATS is gone is refused and counted, and it is back soon after NATS is', async (t) => {
    const [sender, receiver] = [await open(t), await open(t)]
    const heard: string[] = []
    const links: boolean[] = []
    sender.onLink((isUp) => links.push(isUp))
    receiver.subscribe('all', (data) => heard.push(text(data)))
    await receiver.flush()
    await nats.kill()
    await until(() => !sender.isUp && !receiver.isUp)
    sender.publish('all', bytes('lost'))
    assert.equal(sender.stats.refused, 1)
    // Nothing to wait for.
    await sender.flush()
    // Subscriptions of that time hold as well.
    receiver.subscribe('room.late', (data) => heard.push(text(data)))
    await nats.start()
    await until(() => sender.isUp && receiver.isUp)
    await receiver.flush()
    sender.publish('all', bytes('one'))
    sender.publish('room.late', bytes('two'))
    await until(() => heard.length >= 2)
    assert.deepEqual(heard, ['one', 'two'])
    assert.deepEqual(links, [false, true])
    assert.equal(sender.stats.reconnects, 1)
  })

  it('a link that swallows everything is found in seconds, however much has been written to it', async (t) => {
    const hose = await tcpHose(t, nats.port)
    const bus = await open(t, `nats://127.0.0.1:${hose.port}`)
    hose.stopUp()
    const begun = performance.now()
    const batch = Buffer.alloc(256 * 1024)
    // More than the kernel takes, so that the client has something that it waits for.
    for (let i = 0; i < 64; i++) bus.publish('all', batch)
    await until(() => bus.pendingBytes > 1_000_000)
    await until(() => !bus.isUp)
    assert.ok(performance.now() - begun < 5000, 'found after 5 s or later')
    assert.ok(said.includes('slow'))
    hose.clear()
    await until(() => bus.isUp)
    assert.equal(bus.pendingBytes < 10_000, true)
  })

  it('NATS may come later than the node', async (t) => {
    const port = await freePort()
    const bus = await open(t, `nats://127.0.0.1:${port}`)
    assert.equal(bus.isUp, false)
    const heard: string[] = []
    bus.subscribe('all', (data) => heard.push(text(data)))
    assert.ok(said.includes('failed'))
    const late = await startNats(t, [], port)
    await until(() => bus.isUp)
    assert.ok(said.includes('up'))
    const sender = await open(t, `nats://127.0.0.1:${port}`)
    sender.publish('all', bytes('heard'))
    await until(() => heard.length === 1)
    await late.kill()
  })

  it('a password that is not right ends the start, and is said without it', async (t) => {
    const closed = await startNats(t, ['--user', 'relay', '--pass', 'right'])
    const connection = { servers: closed.url, user: 'relay', pass: 'wrong-secret' }
    const opening = NatsBus.open({ connection, prefix: 'test', observer })
    await assert.rejects(opening, (error) => {
      assert.ok(error instanceof NatsRefused)
      assert.equal(error.code, 'authorization')
      assert.doesNotMatch(error.stack ?? '', /wrong-secret/)
      return true
    })
  })
})
