/** Listeners behind proxies: every dialect with both versions of the header, and those who do not come as they should. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { ACCEPTED, join, joining, leaving, list, message } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { LogDir, type LogRecord } from '../fixtures/log-dir.js'
import { closing, openProxied } from '../fixtures/proxied.js'
import { binaryHeader, LOCAL, rawHeader, SIGNATURE, textHeader, UNKNOWN } from '../fixtures/proxy-bytes.js'
import { seeded } from '../fixtures/random.js'
import { onEachTransport, type StartRelay, startRelay, type TestRelay } from '../fixtures/start-relay.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import { sendtoVoice } from '../fixtures/voices/sendto-voice.js'
import { BINARY, clientFrame, upgradeRequest } from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'

const VOICES = [framedVoice, chatroomVoice, jsonIrcVoice, chatmasterVoice, sendtoVoice]
const HEADERS = { 'version 1': textHeader, 'version 2': binaryHeader }
const CLIENT = { address: '192.0.2.7', port: 4711 }
/** An address of this machine that no proxy has. */
const STRANGER = '127.0.0.9'
const PEER = { timeoutMs: 20_000, quietMs: 50 }

const certificate = certificateQuery()
const tlsIsMissing = certificate === null && 'openssl is missing'
if (tlsIsMissing) console.error('SKIPPED: PROXY headers before TLS, since openssl is missing')

/** A relay with a plain listener and one behind proxies, what its connections.log says, and sockets that are closed in time. */
class Behind {
  readonly logs = new LogDir()
  readonly sockets: Socket[] = []
  relay!: TestRelay

  static async start(
    t: TestContext,
    start: StartRelay,
    urls: readonly string[],
    settings = {},
  ): Promise<Behind> {
    const behind = new Behind()
    // Before the relay, which would wait for them.
    t.after(() => {
      for (const socket of behind.sockets) socket.destroy()
    })
    behind.relay = await start(t, {
      also: urls,
      settings: { trustedProxies: '127.0.0.1', logDir: behind.logs.path, ops: '127.0.0.1:0', ...settings },
    })
    return behind
  }

  /** Opens a connection to listener `at`, as a proxy does. */
  async open(
    at: number,
    header: Uint8Array,
    options: Parameters<typeof openProxied>[2] = {},
  ): Promise<Socket> {
    const { socket, below } = await openProxied(this.relay.ports[at] as number, header, options)
    this.sockets.push(below)
    for (const one of [socket, below]) one.on('error', () => {})
    return socket
  }

  async framed(
    at: number,
    header: Uint8Array,
    options: Parameters<typeof openProxied>[2] = {},
  ): Promise<FramedPeer> {
    return new FramedPeer(await this.open(at, header, options))
  }

  /** A connection that the relay closes, and what connections.log says of it. */
  async refused(
    at: number,
    header: Uint8Array,
    options: Parameters<typeof openProxied>[2] = {},
  ): Promise<LogRecord> {
    const socket = await this.open(at, header, options)
    const { localPort } = socket
    const ended = closing(socket)
    socket.resume().once('end', () => socket.end())
    await ended
    const isOfIt = ({ event, port }: LogRecord) => event === 'rejected' && port === localPort
    const records = await this.logs.until('connections', isOfIt)
    return records.find(isOfIt) as LogRecord
  }
}

/** What is the same over TCP, in each way in which bytes can get out, and over TLS. */
function comingIn(start: StartRelay, tls: boolean): void {
  const words = tls ? 'over TLS' : 'over TCP'
  const urls = VOICES.map(({ dialect }) =>
    tls ? `${dialect}+tls://127.0.0.1:0?${certificate}&proxy=on` : `${dialect}://127.0.0.1:0?proxy=on`,
  )

  test(`every dialect ${words}, with both versions, beside people who chat`, {
    skip: tls && tlsIsMissing,
  }, async (t) => {
    const behind = await Behind.start(t, start, urls)
    const pair = await HealthyPair.start(behind.relay)
    let port = 1000
    for (const header of Object.values(HEADERS)) {
      for (const [at, { dialect, make }] of VOICES.entries()) {
        const client = { address: '2001:db8::7', port: ++port }
        const { socket, below } = await openProxied(behind.relay.ports[at + 1] as number, header(client), {
          tls,
        })
        behind.sockets.push(below)
        const voice = make(new RawPeer(socket, PEER, below), `Far${port}`)
        await voice.join()
        assert.equal(await voice.direct('Left', 'Hi'), 'taken')
        const records = await behind.logs.until('connections', ({ name }) => name === `Far${port}`)
        const ours = records.filter((record) => record.port === port)
        assert.deepEqual(
          ours.map(({ event, ip, dialect: spoken }) => [event, ip, spoken]),
          ['connected', 'accepted'].map((event) => [event, '2001:db8::7', dialect]),
        )
        voice.leave()
      }
    }
    assert.ok((await pair.stop()) > 0)
    const told = pair.others.map(String).join('\n')
    for (let of = 1001; of <= port; of++) assert.ok(told.includes(`[Far${of}] Hi`), `Far${of}`)
  })

  test(`a header in any pieces ${words}, and what comes right behind it`, {
    skip: tls && tlsIsMissing,
  }, async (t) => {
    const behind = await Behind.start(t, start, [urls[0] as string])
    for (const header of [textHeader(CLIENT), binaryHeader(CLIENT, Buffer.alloc(300, 4))]) {
      // Together with the first bytes of the dialect, or of TLS, and then byte by byte.
      if (!tls) {
        const glued = await behind.framed(1, Buffer.concat([header, join('Glued'), list()]))
        await glued.frame('the greeting')
        await glued.expect(ACCEPTED, joining('Glued'), list('Glued'))
        glued.destroy()
      }
      const below = await behind.framed(1, header.subarray(0, 1))
      await below.sendApart(Array.from(header.subarray(1), (byte) => Buffer.of(byte)))
      const apart = tls ? await overTls(below.socket) : below
      await apart.frame('the greeting')
      apart.send(join('Apart'))
      await apart.expect(ACCEPTED)
      apart.destroy()
      const gone = ({ event, name }: LogRecord) => event === 'closed' && name === 'Apart'
      const records = await behind.logs.until('connections', gone)
      assert.ok(records.every(({ ip }) => ip === CLIENT.address))
    }
  })

  test(`pages and WebSockets ${words}`, { skip: tls && tlsIsMissing }, async (t) => {
    const url = tls ? `wss://127.0.0.1:0?${certificate}&proxy=on` : 'ws://127.0.0.1:0?proxy=on'
    const behind = await Behind.start(t, start, [url])
    const amy = await behind.relay.join('Amy')
    for (const header of Object.values(HEADERS)) {
      const page = new WebSocketPeer(await behind.open(1, header(CLIENT), { tls }))
      page.send(Buffer.from('GET / HTTP/1.1\r\nHost: relay.test\r\nConnection: close\r\n\r\n'))
      assert.match(await page.rest(), /^HTTP\/1\.1 200 /)
      const refused = new WebSocketPeer(await behind.open(1, header(CLIENT), { tls }))
      refused.send(Buffer.from(upgradeRequest({ 'Sec-WebSocket-Protocol': 'gopher' })))
      assert.match(await refused.rest(), /^HTTP\/1\.1 400 /)
      const bob = new WebSocketPeer(await behind.open(1, header(CLIENT), { tls }))
      bob.send(Buffer.from(upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed' })))
      assert.match(await bob.head(), /^HTTP\/1\.1 101 /)
      bob.send(clientFrame(BINARY, join('Bob')))
      await amy.expect(joining('Bob'))
      bob.send(clientFrame(BINARY, message('Hi')))
      await amy.expect(message('[Bob] Hi'))
      bob.destroy()
      await amy.expect(leaving('Bob'))
    }
    const records = await behind.logs.until(
      'connections',
      ({ event, name }) => event === 'closed' && name === 'Bob',
    )
    const far = records.filter(({ name }) => name !== 'Amy' && name !== undefined)
    assert.ok(far.length > 0 && far.every(({ ip, port }) => ip === CLIENT.address && port === CLIENT.port))
    const rejected = records.filter(({ event }) => event === 'rejected')
    assert.ok(rejected.length > 0 && rejected.every(({ ip }) => ip === CLIENT.address))
  })
}

onEachTransport((start) => {
  describe('behind a proxy', () => {
    comingIn(start, false)

    test('one header in one write with an HTTP request behind it', async (t) => {
      const behind = await Behind.start(t, start, ['ws://127.0.0.1:0?proxy=on'])
      const request = Buffer.from('GET / HTTP/1.1\r\nHost: relay.test\r\nConnection: close\r\n\r\n')
      for (const header of Object.values(HEADERS)) {
        const page = new WebSocketPeer(await behind.open(1, Buffer.concat([header(CLIENT), request])))
        assert.match(await page.rest(), /^HTTP\/1\.1 200 /)
      }
    })

    test('the kernel knows a connection by its proxy, and lanes write to it as to any other', async (t) => {
      const behind = await Behind.start(t, start, [
        'framed://127.0.0.1:0?proxy=on',
        'ws://127.0.0.1:0?proxy=on',
      ])
      const amy = await behind.relay.join('Amy')
      const bob = await behind.framed(1, Buffer.concat([textHeader(CLIENT), join('Bob')]))
      const cyd = new WebSocketPeer(await behind.open(2, textHeader(CLIENT)))
      cyd.send(Buffer.from(upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed' })))
      await cyd.head()
      cyd.send(clientFrame(BINARY, join('Cyd')))
      await amy.expect(joining('Bob'), joining('Cyd'))
      const connections = [...behind.relay.relay.parts.connections]
      const here = (name: string) => connections.find((connection) => connection.name === name)
      for (const [at, name, { localPort }] of [
        [1, 'Bob', bob.socket],
        [2, 'Cyd', cyd.socket],
      ] as const) {
        assert.equal(here(name)?.remoteAddress, CLIENT.address)
        assert.equal(here(name)?.remotePort, CLIENT.port)
        assert.equal(here(name)?.kernelKey, `${behind.relay.ports[at]} 127.0.0.1 ${localPort}`)
        assert.equal(here(name)?.port === null, here('Amy')?.port === null)
      }
    })
  })
})

describe('behind a proxy, over TLS', () => comingIn(startRelay, true))

describe('behind a proxy, once', () => {
  test('whoever does not come as a proxy does is closed, counted and said, and nobody else notices', async (t) => {
    const urls = ['framed://127.0.0.1:0?proxy=on', 'ws://127.0.0.1:0?proxy=on']
    const behind = await Behind.start(t, startRelay, urls, {
      loginDeadlineMs: '1000',
      trustedProxies: '127.0.0.0/30',
    })
    const pair = await HealthyPair.start(behind.relay)
    const expected = new Map<string, number>()
    // Each by a proxy of its own: of more refusals from one address there would be a sum.
    const refuseAll = async (at: number) => {
      const localAddress = `127.0.0.${at}`
      const cases: [reason: string, bytes: Uint8Array][] = [
        ['proxy-missing', join('Bob')],
        ['proxy-missing', Buffer.from('GET / HTTP/1.1\r\nHost: relay.test\r\n\r\n')],
        ['proxy-broken', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n')],
        ['proxy-broken', Buffer.from(`PROXY TCP4 ${'1'.repeat(200)}`)],
        ['proxy-broken', rawHeader(0x21, 0x11, Buffer.alloc(8000))],
        ['proxy-deadline', SIGNATURE],
        ['proxy-deadline', Buffer.alloc(0)],
      ]
      const refuse = async ([reason, bytes]: (typeof cases)[number]) => {
        const record = await behind.refused(at, bytes, { localAddress })
        assert.deepEqual([record.reason, record.ip], [reason, localAddress], `${Buffer.from(bytes)}`)
        expected.set(reason, (expected.get(reason) ?? 0) + 1)
      }
      await Promise.all(cases.map(refuse))
      const stranger = await behind.refused(at, textHeader(CLIENT), { localAddress: STRANGER })
      assert.deepEqual([stranger.reason, stranger.ip], ['proxy-untrusted', STRANGER])
      expected.set('proxy-untrusted', 2)
    }
    await Promise.all([1, 2].map(refuseAll))
    await pair.stop()
    assert.deepEqual(pair.others, [])
    const metrics = await (await fetch(`http://127.0.0.1:${behind.relay.relay.opsPort}/metrics`)).text()
    for (const [reason, count] of expected) {
      assert.ok(metrics.includes(`parlance_disconnects_total{reason="${reason}"} ${count}\n`), reason)
    }
  })

  test('mutated headers and random bytes cost the connection that sent them, and nobody else', async (t) => {
    const urls = ['framed://127.0.0.1:0?proxy=on', 'ws://127.0.0.1:0?proxy=on']
    if (certificate !== null) urls.push(`framed+tls://127.0.0.1:0?${certificate}&proxy=on`)
    const behind = await Behind.start(t, startRelay, urls)
    const pair = await HealthyPair.start(behind.relay)
    const random = seeded(t)
    const headers = [textHeader(CLIENT), binaryHeader(CLIENT), LOCAL, UNKNOWN]
    const wrong = () => {
      const behindIt = Buffer.alloc(random.below(40))
      random.fill(behindIt)
      const bytes = Buffer.concat([random.pick(headers), behindIt])
      for (let change = random.below(4); change >= 0; change--)
        bytes[random.below(bytes.length)] = random.below(256)
      return bytes
    }
    for (let round = 0; round < 10; round++) {
      const attempts = Array.from({ length: 12 }, async (_, index) => {
        const socket = await behind.open(1 + (index % urls.length), wrong())
        const closed = closing(socket)
        socket.resume().end()
        await closed
      })
      await Promise.all(attempts)
    }
    await pair.stop()
  })

  test('bytes that trickle in do not move the deadline of a header', async (t) => {
    const urls = ['framed://127.0.0.1:0?proxy=on']
    const behind = await Behind.start(t, startRelay, urls, { loginDeadlineMs: '300' })
    const peer = await behind.framed(1, Buffer.from('PROXY UNKNOWN '))
    const ended = peer.ended().then(() => true)
    const tick = () => new Promise<boolean>((resolve) => setTimeout(resolve, 20, false))
    while (!(await Promise.race([ended, tick()]))) peer.send(Buffer.from('x'))
    await behind.logs.until('connections', ({ reason }) => reason === 'proxy-deadline')
  })

  test('health checks of a proxy make no record, and its own connections that stay are let in', async (t) => {
    const urls = ['framed://127.0.0.1:0?proxy=on', 'ws://127.0.0.1:0?proxy=on']
    const behind = await Behind.start(t, startRelay, urls)
    for (const at of [1, 2]) {
      for (const header of [Buffer.alloc(0), LOCAL, UNKNOWN]) {
        const polite = await behind.open(at, header)
        polite.resume().end()
        await closing(polite)
        const abrupt = await behind.open(at, header)
        abrupt.resetAndDestroy()
        // As it comes, so that it is gone before the relay accepts it.
        const early = connectTcp({ host: '127.0.0.1', port: behind.relay.ports[at] as number })
        early.once('connect', () => early.resetAndDestroy())
        await closing(early)
      }
    }
    const own = await behind.framed(1, LOCAL)
    await own.frame('the greeting')
    own.send(join('Own'))
    await own.expect(ACCEPTED, joining('Own'))
    const soon = await behind.framed(1, Buffer.concat([UNKNOWN, join('Soon')]))
    await soon.frame('the greeting')
    await soon.expect(ACCEPTED, joining('Soon'))
    const records = await behind.logs.until('connections', ({ name }) => name === 'Soon')
    assert.deepEqual(
      records.map(({ event, ip, name }) => [event, ip, name]),
      ['Own', 'Soon'].flatMap((name) => [
        ['connected', '127.0.0.1', undefined],
        ['accepted', '127.0.0.1', name],
      ]),
    )
  })

  test('headers that do not come take no more connections than the relay may hold, and do not outlive it', async (t) => {
    const behind = await Behind.start(t, startRelay, ['framed://127.0.0.1:0?proxy=on'], {
      maxConnections: '2',
    })
    const amy = await behind.relay.join('Amy')
    const opening = Array.from({ length: 100 }, () => behind.framed(1, SIGNATURE))
    const silent = await Promise.all(opening)
    await Promise.any(silent.map((peer) => peer.ended()))
    amy.send(list())
    await amy.expect(list('Amy'))
    await behind.relay.relay.stop()
    await Promise.all(silent.map((peer) => peer.ended()))
  })
})

async function overTls(below: Socket): Promise<FramedPeer> {
  below.removeAllListeners('data')
  const socket = connectTls({ socket: below, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return new FramedPeer(socket)
}
