/** What no WebSocket client may send, one case after the other, beside two who chat and must notice nothing. Rules W2–W8. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { ACCEPTED, join, joining, message } from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { LogDir } from '../fixtures/log-dir.js'
import { onEachTransport, type TestRelay } from '../fixtures/start-relay.js'
import {
  BINARY,
  binary,
  CLOSE,
  CONTINUATION,
  clientFrame,
  close,
  PING,
  PONG,
  ping,
  pong,
  TEXT,
  text,
} from '../fixtures/websocket-bytes.js'
import { framedOverWebSocket, openSocket, WebSocketPeer } from '../fixtures/websocket-peer.js'

const MIB = 1024 * 1024
const begun = (payload: Uint8Array) => clientFrame(BINARY, payload, { fin: false })
const more = (payload: Uint8Array) => clientFrame(CONTINUATION, payload, { fin: false })
const last = (payload: Uint8Array) => clientFrame(CONTINUATION, payload)
const NOTHING = Buffer.alloc(0)

/** What is sent, in which dialect, and with which close it ends. */
const BAD: [what: string, dialect: string, sent: Buffer[], closed: string][] = [
  ['text where binary is due', 'framed', [text('hello')], '1003 wrong-kind'],
  ['an empty text where binary is due', 'framed', [text('')], '1003 wrong-kind'],
  ['binary where text is due', 'chatroom', [binary(Buffer.from('JOIN Bad\n'))], '1003 wrong-kind'],
  ['an empty binary where text is due', 'json-irc', [binary(NOTHING)], '1003 wrong-kind'],
  ['text and then binary', 'sendto', [text('list'), binary(Buffer.of(2, 0, 0, 0))], '1003 wrong-kind'],
  ['binary and then text', 'sendto', [binary(Buffer.of(2, 0, 0, 0)), text('list')], '1003 wrong-kind'],
  ['a frame that is not masked', 'framed', [binary(join('Bad'), { mask: null })], '1002 protocol'],
  ['an empty frame that is not masked', 'framed', [binary(NOTHING, { mask: null })], '1002 protocol'],
  ['a close that is not masked', 'framed', [clientFrame(CLOSE, '', { mask: null })], '1002 protocol'],
  ['the first reserved bit', 'framed', [binary(join('Bad'), { reserved: 0x40 })], '1002 protocol'],
  ['the second reserved bit', 'framed', [binary(join('Bad'), { reserved: 0x20 })], '1002 protocol'],
  ['the third reserved bit', 'framed', [binary(join('Bad'), { reserved: 0x10 })], '1002 protocol'],
  ['a ping with a reserved bit', 'framed', [clientFrame(PING, '', { reserved: 0x10 })], '1002 protocol'],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, string, Buffer[], string] => [
    `opcode ${opcode}`,
    'framed',
    [clientFrame(opcode, 'x')],
    '1002 protocol',
  ]),
  ['a fragment without a beginning', 'framed', [last(join('Bad'))], '1002 protocol'],
  ['a fragment without a beginning or an end', 'framed', [more(join('Bad'))], '1002 protocol'],
  ['a message inside another', 'framed', [begun(Buffer.of(0)), binary(join('Bad'))], '1002 protocol'],
  ['a fragmented ping', 'framed', [clientFrame(PING, '', { fin: false })], '1002 protocol'],
  ['a ping of 126 bytes', 'framed', [clientFrame(PING, 'x'.repeat(126))], '1002 protocol'],
  ['a pong that promises 4 GiB', 'framed', [clientFrame(PONG, '', { announce: 2 ** 32 })], '1002 protocol'],
  ['a close of one byte', 'framed', [clientFrame(CLOSE, 'x')], '1002 protocol'],
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map((code): [string, string, Buffer[], string] => [
    `a close with ${code}`,
    'framed',
    [close(code)],
    '1002 protocol',
  ]),
  [
    'a close with a reason that is not UTF-8',
    'framed',
    [clientFrame(CLOSE, Buffer.of(3, 232, 0xff))],
    '1007 malformed',
  ],
  ['text that is not UTF-8', 'chatroom', [clientFrame(TEXT, Buffer.of(0xc3, 0x28))], '1007 malformed'],
  ['text with a surrogate', 'json-irc', [clientFrame(TEXT, Buffer.of(0xed, 0xa0, 0x80))], '1007 malformed'],
  [
    'text that is cut inside a character',
    'chatmaster',
    [clientFrame(TEXT, Buffer.of(0xf0, 0x9f), { fin: false }), last(Buffer.of(0x98))],
    '1007 malformed',
  ],
  ['a message that ends inside a frame', 'framed', [binary(join('Bad').subarray(0, -1))], '1007 malformed'],
  ['a message above the cap', 'framed', [binary(Buffer.alloc(MIB + 1))], '1009 oversize'],
  ['a message that promises 2 GiB', 'framed', [binary(NOTHING, { announce: 2 ** 31 })], '1009 oversize'],
  [
    'a message that promises 2^63 bytes',
    'framed',
    [clientFrame(BINARY, '', { announce: 2 ** 62, lengthBytes: 8 })],
    '1009 oversize',
  ],
  [
    'fragments above the cap',
    'framed',
    [begun(Buffer.alloc(MIB - 1)), more(Buffer.alloc(1)), more(Buffer.alloc(1))],
    '1009 oversize',
  ],
  [
    'many fragments',
    'framed',
    [begun(NOTHING), ...Array.from({ length: 300 }, () => more(NOTHING))],
    '1008 fragments',
  ],
  ['a frame of the dialect that is too long', 'framed', [binary(Buffer.of(0, 0xff, 0xff))], '1009 oversize'],
  ['a line that is too long', 'chatroom', [text('x'.repeat(10_000))], '1009 oversize'],
  ['one byte and nothing more', 'framed', [Buffer.of(0x82)], '1008 frame-deadline'],
  ['a header and nothing more', 'framed', [binary(join('Bad')).subarray(0, 6)], '1008 frame-deadline'],
  [
    'a fragment and nothing more',
    'chatroom',
    [clientFrame(TEXT, 'JOIN', { fin: false })],
    '1008 frame-deadline',
  ],
]

/** Left over TCP and Right over WebSocket. */
function pairOver(relay: TestRelay, port: number) {
  return HealthyPair.start({
    async join(name) {
      if (name === 'Left') return relay.join(name)
      const peer = await framedOverWebSocket(port)
      await peer.frame('the greeting')
      peer.send(join(name))
      await peer.expect(ACCEPTED, joining(name))
      return peer
    },
  })
}

onEachTransport((start) => {
  test('W2 W3 W5 W6 W8 what breaks a rule is closed with the code for it, and harms nobody', async (t) => {
    const logs = new LogDir()
    const settings = { frameDeadlineMs: '300', pingMs: '400', lingerMs: '1000', logDir: logs.path }
    const relay = await start(t, { also: ['ws://127.0.0.1:0'], settings })
    const port = relay.ports[1] as number
    const pair = await pairOver(relay, port)
    t.after(() => pair.abandon())
    const counts: Record<string, number> = {}
    for (const [what, subprotocol, sent, closed] of BAD) {
      await t.test(what, async () => {
        pair.others = []
        const bad = await WebSocketPeer.connect({ port, subprotocol })
        bad.send(...sent)
        assert.equal(await bad.closed(), closed)
        const reason = closed.slice(5)
        counts[reason] = (counts[reason] ?? 0) + 1
        await pair.settle()
        assert.deepEqual(pair.others, [])
      })
    }

    await t.test('floods of pings are answered, though not each, and of pongs are not', async () => {
      const bad = await WebSocketPeer.connect({ port, subprotocol: 'framed' })
      await bad.frame('the greeting')
      const flood = Buffer.concat(Array.from({ length: 20_000 }, (_, n) => ping(`${n}`)))
      bad.send(flood, Buffer.concat(Array.from({ length: 20_000 }, () => pong('x'))))
      let answers = 0
      for (let payload = ''; payload !== '19999'; answers++) {
        const frame = await bad.frame('a pong')
        assert.equal(frame.opcode, PONG)
        payload = frame.payload.toString()
      }
      assert.ok(answers >= 16 && answers < 10_000, `${answers} answers`)
      bad.send(close(1000))
      assert.equal(await bad.closed(), '1000')
      await pair.settle()
    })

    await t.test('pings of one who reads no pongs are not read on and on', async () => {
      const bad = await WebSocketPeer.connect({ port, subprotocol: 'framed' })
      await bad.frame('the greeting')
      bad.socket.pause()
      const before = process.memoryUsage().rss
      const flood = Buffer.concat(Array.from({ length: 1000 }, () => ping('x'.repeat(125))))
      for (let count = 0; count < 100 && !bad.socket.writableNeedDrain; count++) bad.send(flood)
      await pair.settle()
      assert.ok(process.memoryUsage().rss - before < 128 * MIB)
      bad.destroy()
    })

    await t.test('W7 whoever answers no ping is closed, and whoever says anything is not', async () => {
      const deaf = await WebSocketPeer.connect({ port, subprotocol: 'sendto', answersPings: false })
      const quiet = await WebSocketPeer.connect({ port, subprotocol: 'sendto' })
      const answering = quiet.frame('nothing but pings').catch(() => null)
      const talkative = await WebSocketPeer.connect({ port, subprotocol: 'sendto', answersPings: false })
      const timer = setInterval(() => talkative.send(pong('')), 100)
      assert.equal(await deaf.closed(), '1008 no-pong')
      clearInterval(timer)
      counts['no-pong'] = 1
      quiet.send(text('login Quiet'))
      assert.equal((await answering)?.payload.toString(), 'Success\n')
      for (const peer of [quiet, talkative]) {
        peer.send(close(1000))
        assert.equal(await peer.closed(), '1000')
      }
    })

    await t.test('W8 whoever does not close in turn is gone after a while', async () => {
      const bad = await WebSocketPeer.connect({ port, subprotocol: 'framed' })
      bad.send(text('x'))
      // Its side stays open, and it goes on.
      while (!bad.socket.destroyed) {
        bad.send(binary(message('x')))
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      counts['wrong-kind'] = (counts['wrong-kind'] ?? 0) + 1
    })

    await t.test('bytes of anything behind a good handshake, and HTTP that is none', async () => {
      for (let count = 0; count < 20; count++) {
        const bad = new WebSocketPeer(await openSocket(port))
        const lines = [
          'GET / HTTP/1.1',
          'GET /chat HTTP/9.9\r\n',
          '\x16\x03\x01',
          'POST / HTTP/1.1\r\nContent-Length: -1',
          '',
        ]
        bad.socket.write(`${lines[count % lines.length]}\r\n\r\n${'\xff'.repeat(count * 1000)}`, 'latin1')
        bad.socket.end()
        await bad.rest()
      }
      await pair.settle()
    })

    assert.ok((await pair.stop()) > BAD.length)
    const reasons = Object.keys(counts).sort()
    const records = await logs.until('connections', ({ reason }) => reason === 'no-pong')
    const logged: Record<string, number> = {}
    for (const { event, reason } of records)
      if (event === 'closed' && reasons.includes(reason as string))
        logged[reason as string] = (logged[reason as string] ?? 0) + 1
    assert.deepEqual(logged, counts)
  })
})

test('the table has each kind of bad input once', () => {
  assert.equal(new Set(BAD.map(([what]) => what)).size, BAD.length)
})
