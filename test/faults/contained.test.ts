/** A fault of one dialect costs the connection that met it, with a reason of its own, and nobody else anything. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { loadConfig } from '../../src/relay/config/load.js'
import type { Dialect, DialectContext, Speaker } from '../../src/relay/dialects/dialect.js'
import { FRAMED_ENCODINGS } from '../../src/relay/dialects/framed/encoding.js'
import { framed } from '../../src/relay/dialects/framed/framed.js'
import { Hub } from '../../src/relay/hub/hub.js'
import { Relay } from '../../src/relay/relay.js'
import { ACCEPTED, direct, join, joining, LEAVE, leaving, list, message } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'

type Breaking = Partial<Record<'begin' | 'greet' | 'feed' | 'farewell' | 'closed', boolean>>

const FAULT = new Error('a fault of the dialect')
/** What makes the speaker throw, where its `feed` is to. */
const TRIGGER = 'trigger'

/** Framed, but for a speaker that throws. */
function breaking(where: Breaking): Dialect<never> {
  const inner = framed as unknown as Dialect<never>
  return {
    ...inner,
    listen(options: never, context: DialectContext) {
      const speak = inner.listen(options, context)
      return (client) => {
        if (where.begin) throw FAULT
        const speaker = speak(client)
        const broken: Speaker = {
          greet() {
            if (where.greet) throw FAULT
            speaker.greet?.()
          },
          get partialFrame() {
            return speaker.partialFrame
          },
          get heldBytes() {
            return speaker.heldBytes
          },
          feed(bytes, start, end) {
            if (where.feed && bytes.subarray(start, end).includes(TRIGGER)) throw FAULT
            return speaker.feed(bytes, start, end)
          },
          farewell(reason) {
            if (where.farewell) throw FAULT
            speaker.farewell(reason)
          },
          closed(reason) {
            speaker.closed(reason)
            if (where.closed) throw FAULT
          },
        }
        return broken
      }
    },
  }
}

/** A relay with a good listener and a broken one. */
async function startBroken(t: TestContext, where: Breaking) {
  const records: { msg: string; err?: { message: string; stack: string }; name?: string }[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => records.push(JSON.parse(line)) })
  const flags = {
    listen: ['framed://127.0.0.1:0', 'framed://127.0.0.1:0'],
    ops: '127.0.0.1:0',
    logDir: 'off',
  }
  const config = loadConfig({ environment: {}, flags })
  const [good, bad] = config.listen
  assert.ok(good !== undefined && bad !== undefined)
  const listen = [good, { ...bad, dialect: breaking(where) as Dialect }]
  const relay = await Relay.start({ ...config, listen }, log)
  const peers: FramedPeer[] = []
  t.after(async () => {
    for (const peer of peers) peer.destroy()
    await relay.stop()
  })
  const connect = async (listener: 0 | 1) => {
    const peer = await FramedPeer.connect({ port: relay.listeningAt[listener]?.port as number })
    peers.push(peer)
    return peer
  }
  const joinAt = (listener: 0 | 1) => async (name: string) => {
    const peer = await connect(listener)
    await peer.frame()
    peer.send(join(name))
    await peer.expect(ACCEPTED, joining(name))
    return peer
  }
  const metric = async (series: string) => {
    const text = await (await fetch(`http://127.0.0.1:${relay.opsPort}/metrics`)).text()
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')
        .at(-1),
    )
  }
  const pair = await HealthyPair.start({ join: joinAt(0) })
  t.after(() => pair.abandon())
  return { pair, records, connect, joinBroken: joinAt(1), joinGood: joinAt(0), metric }
}

test('a speaker that throws is closed as `internal`: told, counted, logged with the stack, out of its room', async (t) => {
  const { pair, records, joinBroken, joinGood, metric } = await startBroken(t, { feed: true })
  const bob = await joinBroken('Bob')
  bob.send(message(TRIGGER))
  for (let frame = await bob.frame(); frame[0] !== LEAVE; ) frame = await bob.frame()
  await bob.ended()
  await pair.settle()
  assert.ok(pair.others.some((one) => one.equals(leaving('Bob'))))
  const fault = records.find(({ msg }) => msg.includes('fault'))
  assert.equal(fault?.err?.message, FAULT.message)
  assert.match(fault?.err?.stack ?? '', /contained\.test/)
  assert.equal(fault?.name, 'Bob')
  assert.equal(await metric('parlance_faults_total'), 1)
  assert.equal(await metric('parlance_disconnects_total{reason="internal"}'), 1)
  await joinGood('Bob')
  await pair.stop()
})

for (const where of ['begin', 'greet', 'farewell', 'closed'] as const) {
  test(`a speaker that throws in ${where} harms nobody else`, async (t) => {
    const { pair, records, connect, joinBroken, joinGood } = await startBroken(t, {
      feed: true,
      [where]: true,
    })
    const bob = where === 'begin' || where === 'greet' ? await connect(1) : await joinBroken('Bob')
    bob.send(message(TRIGGER))
    await bob.ended()
    await pair.settle()
    assert.ok(records.some(({ msg }) => msg.includes('fault')))
    await joinGood('Bob')
    await pair.stop()
  })
}

test('an event that an encoding cannot encode costs who said it, and the others hear what follows', async (t) => {
  const { pair, joinGood } = await startBroken(t, {})
  const [amy, bob] = [await joinGood('Amy'), await joinGood('Bob')]
  const encoding = FRAMED_ENCODINGS.brackets
  const { encode, encodePrivate } = encoding
  t.mock.method(
    encoding,
    'encode',
    function (this: typeof encoding, ...[event, batch]: Parameters<typeof encode>) {
      if (event.kind === 'message' && event.text.includes(TRIGGER)) throw FAULT
      encode.call(encoding, event, batch)
    },
  )
  t.mock.method(encoding, 'encodePrivate', (event: Parameters<typeof encodePrivate>[0]) => {
    if (event.kind === 'direct' && event.text.includes(TRIGGER)) throw FAULT
    return encodePrivate.call(encoding, event)
  })
  amy.send(message(TRIGGER))
  await amy.ended()
  bob.send(direct(`Left ${TRIGGER}`))
  await bob.ended()
  const cyd = await joinGood('Cyd')
  cyd.send(list())
  await cyd.skipTo(list('Cyd Left Right'))
  await pair.stop()
})

test('a change of the hub that breaks in the middle is not contained: it is seen that it is half done', () => {
  const broken = new Hub({
    audience: () => ({
      add() {
        throw FAULT
      },
      remove() {},
      tell() {},
      tellOnly() {},
      collect() {},
    }),
    now: Date.now,
    defaultRoom: 'general',
    announceUpTo: 10,
    recent: { ageMs: 1000, entries: 10 },
    later: () => {},
    observe: () => {},
  })
  const session = broken.claim('Amy', 'framed', { receive() {} })
  assert.ok(typeof session !== 'string')
  assert.equal(broken.isChanging, false)
  assert.throws(() => broken.join(session, 'general'), FAULT)
  assert.equal(broken.isChanging, true)
})
