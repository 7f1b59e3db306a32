/** The load's own side of every protocol: a check that misreads a stream would blame the server. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TARGET_NAMES, targetByName } from '../../bench/load/targets/by-name.js'
import { maskedFrame, serverFrame, TARGET_STREAMS, TEXTS } from '../fixtures/target-streams.js'

const PAYLOAD_BYTES = 20
const RECEIVER = 7

interface Heard {
  texts: string[]
  foreign: number
  joinedTimes: number
  refusals: string[]
  replies: string[]
  announced: { joined: number; left: number }
}

/** Feeds `chunks` to a new client, each in a buffer that is overwritten afterwards. */
function hear(target: string, chunks: readonly Uint8Array[]): Heard {
  const heard: Heard = {
    texts: [],
    foreign: 0,
    joinedTimes: 0,
    refusals: [],
    replies: [],
    announced: { joined: 0, left: 0 },
  }
  const client = targetByName(target).client({
    name: 'c1',
    payloadBytes: PAYLOAD_BYTES,
    receiver: RECEIVER,
    deliveries: {
      delivered: (receiver, bytes, textAt) => {
        assert.equal(receiver, RECEIVER)
        heard.texts.push(latin1(bytes.slice(textAt, textAt + PAYLOAD_BYTES)))
      },
      foreign: () => {
        heard.foreign++
      },
      announced: (_, joined, left) => {
        heard.announced.joined += joined
        heard.announced.left += left
      },
    },
    events: {
      joined: () => {
        heard.joinedTimes++
      },
      refused: (reason) => heard.refusals.push(reason),
      reply: (bytes) => heard.replies.push(latin1(bytes)),
    },
  })
  const buffer = Buffer.alloc(Math.max(...chunks.map(({ length }) => length)) + 16, '~')
  for (const chunk of chunks) {
    buffer.set(chunk)
    client.read(buffer, chunk.length)
    buffer.fill('~')
  }
  return heard
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** In two pieces at every place, and in single bytes. */
function* waysToCut(stream: string): Generator<Buffer[]> {
  const bytes = Buffer.from(stream, 'latin1')
  for (let at = 0; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)]
  yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
}

for (const { target, stream, replies, joined, left } of TARGET_STREAMS) {
  describe(target, () => {
    it('reads a recorded stream the same wherever it is cut', () => {
      for (const chunks of waysToCut(stream)) {
        assert.deepEqual(
          hear(target, chunks),
          {
            texts: [...TEXTS],
            foreign: 1,
            joinedTimes: 1,
            refusals: [],
            replies,
            announced: { joined, left },
          },
          `cut at ${chunks[0]?.length} of ${stream.length}`,
        )
      }
    })

    it('keeps nothing of what it was lent: many units in every chunk', () => {
      const bytes = Buffer.from(stream, 'latin1')
      for (let size = 2; size < 40; size++) {
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        assert.deepEqual(hear(target, chunks).texts, TEXTS, `chunks of ${size}`)
      }
    })

    it('frames a text that can be changed in place', () => {
      const text = Buffer.from(TEXTS[0])
      const { bytes, textAt } = targetByName(target).template(text)
      assert.equal(latin1(bytes.slice(textAt, textAt + text.length)), TEXTS[0])
    })
  })
}

it('every target has a recorded stream', () => {
  const alone = TARGET_NAMES.filter((name) => targetByName(name).mixture === undefined)
  assert.deepEqual(TARGET_STREAMS.map(({ target }) => target).toSorted(), alone.toSorted())
})

describe('a server that refuses', () => {
  const refusals: Record<string, string> = {
    framed: '\x00\x00\x01\x01',
    chatroom: '400 INVALID USERNAME\n',
    'json-irc': '{"command":"/nickFail","nickname":"loadc1","room":"","message":"loadc1 is taken"}\n',
    chatmaster: '{"type":"session","data":{"status":0,"reason":"Username is already taken."}}\n',
    nats: "-ERR 'Authorization Violation'\r\n",
    redis: '-DENIED Redis is running in protected mode\r\n',
    mqtt: '\x20\x02\x00\x05',
    irc: ':irc.example.net 433 * c1 :Nickname already in use\r\n',
    'parlance-ws': 'HTTP/1.1 403 Forbidden\r\n\r\n',
    ws: 'HTTP/1.1 503 Service Unavailable\r\n\r\n',
    socketio: `HTTP/1.1 101 Switching Protocols\r\n\r\n${serverFrame('44{"message":"no"}')}`,
  }
  for (const [target, stream] of Object.entries(refusals)) {
    it(`${target} says so`, () => {
      const heard = hear(target, [Buffer.from(stream, 'latin1')])
      assert.equal(heard.refusals.length, 1)
      assert.equal(heard.joinedTimes, 0)
    })
  }
})

it('sizes of more than one byte are framed for the server and read back', () => {
  const text = 'x'.repeat(300)
  const webSocket = latin1(targetByName('ws').template(Buffer.from(text)).bytes)
  assert.equal(webSocket, `${maskedFrame('').slice(0, 1)}\xfe\x01\x2c\0\0\0\0${text}`)
  const mqtt = latin1(targetByName('mqtt').template(Buffer.from(text)).bytes)
  // 309 = 0x35 | 2 << 7
  assert.equal(mqtt, `\x30\xb5\x02\x00\x07general${text}`)
  const long = Buffer.from(`\x20\x02\x00\x00\x90\x03\x00\x01\x00${mqtt}`, 'latin1')
  assert.equal(hear('mqtt', [long.subarray(0, 10), long.subarray(10, 200), long.subarray(200)]).foreign, 1)
})
