/** Every dialect over WebSocket: the handshake, what is a message, and how it ends. Rules W1–W4, W7, W8. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { deflateSync } from 'node:zlib'
import { certificateQuery } from '../fixtures/certificate.js'
import { ACCEPTED, allSplits, join, joining, leave, leaving, message } from '../fixtures/framed-bytes.js'
import { LogDir } from '../fixtures/log-dir.js'
import { onEachTransport, type StartRelay } from '../fixtures/start-relay.js'
import {
  BINARY,
  binary,
  CLOSE,
  CONTINUATION,
  clientFrame,
  close,
  KEY,
  PONG,
  ping,
  TEXT,
  text,
  upgradeRequest,
} from '../fixtures/websocket-bytes.js'
import { openSocket, WebSocketPeer } from '../fixtures/websocket-peer.js'

const GREETING = /^..TWelcome/s

async function startGateway(t: TestContext, start: StartRelay, query = '', settings = {}) {
  const peers: WebSocketPeer[] = []
  // Before the relay, which would wait for the close frame of each.
  t.after(() => {
    for (const peer of peers) peer.destroy()
  })
  const kept = (peer: WebSocketPeer): WebSocketPeer => {
    peers.push(peer)
    return peer
  }
  const relay = await start(t, { also: [`ws://127.0.0.1:0${query}`], settings })
  const port = relay.ports[1] as number
  return {
    ...relay,
    port,
    kept,
    async open(subprotocol: string, headers: Record<string, string | null> = {}) {
      return kept(await WebSocketPeer.connect({ port, subprotocol, headers }))
    },
    /** In the room, as a framed client. */
    async framed(name: string) {
      const behind = binary(join(name))
      const peer = kept(await WebSocketPeer.connect({ port, subprotocol: 'framed', behind }))
      assert.match((await peer.frame('the greeting')).payload.toString('latin1'), GREETING)
      await peer.expect(BINARY, Buffer.concat([ACCEPTED, joining(name)]))
      return peer
    },
    /** What an HTTP request is answered with. */
    async ask(request: string) {
      const peer = kept(new WebSocketPeer(await openSocket(port)))
      peer.socket.write(request)
      const head = await peer.head()
      return `${/ (\d+) /.exec(head)?.[1]} ${await peer.rest()}`
    },
  }
}

onEachTransport((start) => {
  test('W1 W2 a dialect is spoken by its name as the subprotocol, in messages of its kind', async (t) => {
    const gateway = await startGateway(t, start)
    const amy = await gateway.framed('Amy')

    const bob = await gateway.open('chatroom')
    bob.send(text('JOIN Bob'))
    await bob.expect(TEXT, '200 OK\n')
    await amy.expect(BINARY, joining('Bob'))

    const cyd = await gateway.open('json-irc')
    cyd.send(text('{"command":"/nick","nickname":"Cyd","room":"","message":""}'))
    const set = await cyd.frame()
    assert.equal(set.opcode, TEXT)
    assert.match(set.payload.toString(), /^\{"command":"\/nicknameSet".*\}\n$/)

    const dan = await gateway.open('chatmaster')
    await dan.expect(TEXT, '{"type":"request","data":{"request":"login"}}\n')
    dan.send(text('{"type":"command","data":{"command":"login","parameters":{"username":"Dan"}}}'))
    assert.match((await dan.frame()).payload.toString(), /"status":1/)

    const eve = await gateway.open('chatmaster')
    await eve.expect(TEXT, '{"type":"request","data":{"request":"login"}}\n')
    const login = '{"type":"command","data":{"command":"login","parameters":{"username":"Eve"}}}'
    eve.send(binary(deflateSync(login)))
    const accepted = await eve.frame()
    assert.deepEqual([accepted.opcode, accepted.payload[0]], [BINARY, 0x78])

    const fay = await gateway.open('sendto')
    fay.send(text('login Fay'))
    await fay.expect(TEXT, 'Success\n')
    const gil = await gateway.open('sendto')
    gil.send(binary(Buffer.from('\x01\x03\x00\x00Gil', 'latin1')))
    await gil.expect(BINARY, Buffer.of(5, 0, 0, 1, 0))
    gil.send(binary(Buffer.from('\x03\x03\x00\x05Fayhello', 'latin1')))
    await gil.expect(BINARY, Buffer.of(5, 0, 0, 1, 0))
    await fay.expect(TEXT, 'Gil: hello\n')
  })

  test('W1 of several subprotocols the first that is a dialect is taken, at any path, however the header is written', async (t) => {
    const gateway = await startGateway(t, start)
    const socket = await openSocket(gateway.port)
    const peer = gateway.kept(new WebSocketPeer(socket))
    const offered = {
      'sec-websocket-protocol': 'mqtt,chatroom , framed',
      upgrade: 'WebSocket',
      Upgrade: null,
    }
    socket.write(upgradeRequest({ ...offered, Connection: 'keep-alive, Upgrade' }, '/some/path?and=query'))
    const head = await peer.head()
    assert.match(head, /^HTTP\/1\.1 101 /)
    assert.match(head, /^Sec-WebSocket-Protocol: chatroom\r$/m)
  })

  test('W1 deflate is not agreed on, however it is asked for', async (t) => {
    const gateway = await startGateway(t, start)
    const extensions = 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame'
    // `connect` refuses an answer with extensions in it.
    const peer = await gateway.open('framed', { 'Sec-WebSocket-Extensions': extensions })
    assert.match((await peer.frame()).payload.toString('latin1'), GREETING)
  })

  test('W1 what is no handshake, no dialect or a foreign page is refused with a status, a reason and a count', async (t) => {
    const logs = new LogDir()
    const gateway = await startGateway(t, start, '?origin=https://chat.example.org', {
      logDir: logs.path,
      closeSpreadMs: '0',
      lingerMs: '100',
    })
    const asked = (headers: Record<string, string | null>) =>
      gateway.ask(upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed', ...headers }))
    const NO_DIALECT =
      '400 Expected one of these subprotocols: framed, chatroom, chatmaster, json-irc, sendto'
    const FOREIGN = /^403 .*origin=/
    assert.equal(await asked({ 'Sec-WebSocket-Protocol': null }), NO_DIALECT)
    assert.equal(await asked({ 'Sec-WebSocket-Protocol': 'mqtt' }), NO_DIALECT)
    assert.equal(await asked({ 'Sec-WebSocket-Protocol': '__proto__' }), NO_DIALECT)
    assert.match(await asked({ Origin: 'https://evil.example' }), FOREIGN)
    assert.match(await asked({ Origin: 'https://chat.example.org.evil.example' }), FOREIGN)
    assert.match(await asked({ Origin: 'http://chat.example.org' }), FOREIGN)
    assert.match(await asked({ Origin: 'null' }), FOREIGN)
    assert.match(await asked({ Origin: '' }), FOREIGN)
    assert.match(await asked({ Origin: 'http://relay.test:81' }), FOREIGN)
    for (const headers of [
      { 'Sec-WebSocket-Key': null },
      { 'Sec-WebSocket-Key': 'short' },
      { 'Sec-WebSocket-Key': `${KEY}x` },
      { 'Sec-WebSocket-Version': null },
      { 'Sec-WebSocket-Version': '12' },
      { 'Sec-WebSocket-Protocol': 'framed,' },
      { 'Sec-WebSocket-Protocol': 'framed, framed' },
      { Upgrade: 'h2c' },
    ]) {
      assert.match(await asked(headers), /^400 [A-Z]/, JSON.stringify(headers))
    }
    for (const origin of ['https://chat.example.org', 'http://relay.test', 'https://relay.test', null])
      (await gateway.open('framed', { Origin: origin })).destroy()

    // What is summed up so far is written at the end.
    await gateway.relay.stop()
    const sums: Record<string, number> = {}
    for (const { event, dialect, reason, count = 1 } of logs.records('connections'))
      if (event === 'rejected')
        sums[`${dialect} ${reason}`] = (sums[`${dialect} ${reason}`] ?? 0) + Number(count)
    assert.deepEqual(sums, { 'ws subprotocol': 3, 'ws origin': 6, 'ws handshake': 8 })
  })

  test('W1 any page may connect where the operator says so', async (t) => {
    const gateway = await startGateway(t, start, '?origin=*')
    await gateway.open('framed', { Origin: 'https://evil.example' })
    await gateway.open('framed', { Origin: 'null' })
  })

  test('W3 one message or many, in one frame or many, at every split of the bytes: it is all the same', async (t) => {
    const gateway = await startGateway(t, start)
    const amy = await gateway.framed('Amy')
    const bob = await gateway.framed('Bob')
    await amy.expect(BINARY, joining('Bob'))
    const parts = Buffer.concat([message('one'), message('two')])
    bob.send(
      clientFrame(BINARY, parts.subarray(0, 5), { fin: false }),
      ping('between'),
      clientFrame(CONTINUATION, parts.subarray(5, 5), { fin: false }),
      clientFrame(CONTINUATION, parts.subarray(5)),
      binary(message('three'), { mask: Buffer.alloc(4) }),
      binary(message('four'), { lengthBytes: 2 }),
      binary(message('five'), { lengthBytes: 8 }),
      binary(Buffer.alloc(0)),
    )
    await bob.expect(PONG, 'between')
    const said = (words: string) => message(`[Bob] ${words}`)
    await amy.expect(BINARY, Buffer.concat(['one', 'two', 'three', 'four', 'five'].map(said)))
    let count = 0
    for (const pieces of allSplits(binary(message('x')))) {
      for (const piece of pieces) {
        bob.send(piece)
        await new Promise(setImmediate)
      }
      count++
    }
    const got: Buffer[] = []
    const wanted = Buffer.concat(Array.from({ length: count }, () => said('x')))
    while (Buffer.concat(got).length < wanted.length) got.push((await amy.frame()).payload)
    assert.ok(Buffer.concat(got).equals(wanted))
  })

  test('W3 the end of a text message ends its line, and a message that ends inside a frame or an object is the last', async (t) => {
    const gateway = await startGateway(t, start)
    const bob = await gateway.open('chatroom')
    bob.send(text('JOIN Bob\r\nUSERBOARD\nSEND {"recipients":["@everyone"]'))
    await bob.expect(TEXT, '200 OK\n200 OK\nUSERBOARD {"Bob":"ONLINE"}\n400 MESSAGE FAILED\n')
    bob.send(text(''))
    await bob.expect(TEXT, '500 SERVER ERROR\n')
    bob.send(text('LEAVE '))
    assert.equal(await bob.closed(), '1000 left')
    const torn: [dialect: string, frame: Buffer][] = [
      ['framed', binary(message('x').subarray(0, -1))],
      ['framed', binary(Buffer.of(0))],
      ['json-irc', text('{"command":"/nick"')],
      ['chatmaster', text('{"type":')],
      ['chatmaster', binary(deflateSync('{"type":"x"}').subarray(0, -2))],
      ['sendto', binary(Buffer.of(1, 3, 0, 0))],
    ]
    for (const [dialect, frame] of torn) {
      const peer = await gateway.open(dialect)
      peer.send(frame)
      assert.equal(await peer.closed(), '1007 malformed', dialect)
    }
  })

  test('W4 nothing is split over two messages, however long an answer is and however it is read', async (t) => {
    const gateway = await startGateway(t, start)
    const amy = await gateway.open('json-irc')
    amy.send(text('{"command":"/nick","nickname":"Amy","room":"","message":""}'))
    await amy.frame()
    // The kernel takes no more after a while, and what has to wait is written in larger pieces.
    amy.socket.pause()
    const wave = text('{"command":"/listUsers","nickname":"","room":"","message":""}\n'.repeat(500))
    for (let count = 0; count < 40; count++) amy.send(wave)
    await new Promise((resolve) => setTimeout(resolve, 200))
    amy.socket.resume()
    let answers = 0
    while (answers < 20_000) {
      const { opcode, payload } = await amy.frame()
      assert.equal(opcode, TEXT)
      const lines = payload.toString().split('\n')
      assert.equal(lines.pop(), '')
      for (const line of lines) JSON.parse(line)
      answers += lines.length
    }
    assert.equal(answers, 20_000)
  })

  test('W4 M6 whoever reads after a while gets everything, in whole frames, however little the kernel took at once', async (t) => {
    // Nobody here answers pings, and on a busy machine it takes them a while to look at all of it.
    const limits = { softLimitBytes: '64000000', hardLimitBytes: '128000000', pingMs: '600000' }
    const gateway = await startGateway(t, start, '', limits)
    const amy = await gateway.join('Amy')
    const slow = await gateway.framed('Slow')
    const quick = await gateway.framed('Quick')
    slow.socket.pause()
    const words = 'x'.repeat(60_000)
    const COUNT = 400
    for (let count = 0; count < COUNT; count++) {
      amy.send(message(`${count} ${words}`), message(`${count}!`))
      // In waves of their own: what is small goes past the outbox too, or behind what waits.
      await new Promise(setImmediate)
    }
    const said = (count: number) => [message(`[Amy] ${count} ${words}`), message(`[Amy] ${count}!`)]
    for (const peer of [quick, slow]) {
      if (peer === slow) slow.socket.resume()
      const wanted = Buffer.concat(Array.from({ length: COUNT }, (_, count) => Buffer.concat(said(count))))
      if (peer === slow) await peer.expect(BINARY, joining('Quick'))
      let got = 0
      while (got < wanted.length) {
        const { opcode, payload } = await peer.frame()
        assert.equal(opcode, BINARY)
        assert.ok(payload.equals(wanted.subarray(got, got + payload.length)), `the message at byte ${got}`)
        got += payload.length
      }
      assert.equal(got, wanted.length)
    }
  })

  test('a WebSocket reader that stops is cut off as slow, with no close frame, and is out of its lane', async (t) => {
    const logs = new LogDir()
    const settings = { hardLimitBytes: '300000', graceMs: '500', logDir: logs.path }
    const gateway = await startGateway(t, start, '', settings)
    const amy = await gateway.join('Amy')
    const slow = await gateway.framed('Slow')
    slow.socket.pause()
    let gone = false
    const isGone = amy.skipTo(leaving('Slow')).then(() => {
      gone = true
    })
    while (!gone) {
      amy.send(message('x'.repeat(60_000)))
      if (amy.socket.writableNeedDrain) await new Promise((resolve) => amy.socket.once('drain', resolve))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await isGone
    await logs.until('connections', ({ name, reason }) => name === 'Slow' && reason === 'slow')
    slow.socket.resume()
    await slow.cut()
    // What she has said is all told when this is answered.
    amy.send(Buffer.of(3, 0, 0))
    await amy.skipTo(Buffer.from('\x03\x00\x03Amy'))
    const bob = await gateway.framed('Bob')
    bob.send(binary(message('still here')))
    await amy.skipTo(message('[Bob] still here'))
  })

  test('W8 a client’s close is answered with its own code, and who leaves hears so', async (t) => {
    const logs = new LogDir()
    const gateway = await startGateway(t, start, '', { logDir: logs.path })
    const amy = await gateway.framed('Amy')
    amy.send(close(3000, 'bye'))
    assert.equal(await amy.closed(), '3000')
    const bob = await gateway.framed('Bob')
    bob.send(clientFrame(CLOSE, ''))
    assert.equal(await bob.closed(), '1005')
    const cyd = await gateway.framed('Cyd')
    cyd.send(binary(leave()))
    assert.equal(await cyd.closed(), '1000 left')
    const records = await logs.until('connections', ({ name, event }) => event === 'closed' && name === 'Cyd')
    const closed = records.filter(({ event }) => event === 'closed')
    assert.deepEqual(
      closed.map(({ name, dialect, reason }) => `${name} ${dialect} ${reason}`),
      ['Amy framed ended', 'Bob framed ended', 'Cyd framed left'],
    )
  })

  test('W8 at the relay’s end everybody is told 1001, after the dialect’s own words', async (t) => {
    const gateway = await startGateway(t, start)
    const amy = await gateway.framed('Amy')
    const stopped = gateway.relay.stop()
    await amy.expect(BINARY, leave('the relay is shutting down'))
    assert.equal(await amy.closed(), '1001 shutdown')
    await stopped
  })

  test('W8 who is too many is told 1013, and who has no name in time 1008', async (t) => {
    const gateway = await startGateway(t, start, '', { maxConnections: '1', loginDeadlineMs: '300' })
    const amy = await gateway.open('framed')
    const bob = await gateway.open('framed')
    assert.equal(await bob.closed(), '1013 full')
    assert.equal(await amy.closed(), '1008 login-deadline')
  })
})

test('W1 over TLS it is the same', async (t) => {
  const query = certificateQuery()
  if (query === null) return t.skip('there is no openssl')
  const { startRelay } = await import('../fixtures/start-relay.js')
  const relay = await startRelay(t, { also: [`wss://127.0.0.1:0?${query}`] })
  const plain = await relay.join('Amy')
  const port = relay.ports[1] as number
  const options = { port, tls: true, subprotocol: 'framed', headers: { Origin: 'https://relay.test' } }
  const bob = await WebSocketPeer.connect({ ...options, behind: binary(join('Bob')) })
  t.after(() => bob.destroy())
  await plain.expect(joining('Bob'))
  bob.send(binary(message('hello')), ping('p'))
  await plain.expect(message('[Bob] hello'))
  plain.send(message('and you'))
  let told = ''
  while (!told.includes('[Amy] and you')) told += (await bob.frame()).payload.toString('latin1')
  bob.send(close(1000))
  assert.equal(await bob.closed(), '1000')
})
