/** Messages of all lengths, and pings. Autobahn's groups 1 and 2. */

import type { Check } from '../check.js'
import { frame, MAX_CONTROL_BYTES, PING, PONG } from './frames.js'
import type { Visitor } from './visitor.js'
import { binaryCheck, PROTOCOL_ERROR, textCheck } from './websocket-check.js'

const LENGTHS = [0, 125, 126, 127, 128, 65_535, 65_536]
const CHOP_BYTES = 997
const PINGS = 10

/** Requests with marks that are so many bytes together. */
export function requestsOf(visitor: Visitor, bytes: number): { message: Buffer; marks: string[] } {
  if (bytes === 0) return { message: Buffer.alloc(0), marks: [] }
  const { tongue } = visitor
  const count = Math.ceil(bytes / tongue.maxBytes)
  const each = Math.floor(bytes / count)
  const marks = Array.from({ length: count }, (_, index) => `m${index}`)
  const parts = marks.map((mark, index) =>
    tongue.request(mark, index === 0 ? bytes - each * (count - 1) : each),
  )
  return { message: Buffer.concat(parts), marks }
}

async function sendMessage(visitor: Visitor, bytes: number, chopBytes: number): Promise<void> {
  const { message, marks } = requestsOf(visitor, bytes)
  const whole = frame(visitor.tongue.opcode, message)
  for (let at = 0; at < whole.length; at += chopBytes) {
    visitor.peer.write(whole.subarray(at, at + chopBytes))
    if (chopBytes < whole.length) await new Promise(setImmediate)
  }
  await visitor.expectMarks(...marks)
  await visitor.expectWorks()
}

const BY_LENGTH: readonly Check[] = (
  [
    ['1.1', 'text', textCheck],
    ['1.2', 'binary', binaryCheck],
  ] as const
).flatMap(([group, kind, check]) => [
  ...LENGTHS.map((bytes, index) =>
    check(`${group}.${index + 1}`, `a ${kind} message of ${bytes} bytes is taken`, (visitor) =>
      sendMessage(visitor, bytes, Number.POSITIVE_INFINITY),
    ),
  ),
  check(`${group}.8`, `a ${kind} message of 65536 bytes is taken in chops of ${CHOP_BYTES}`, (visitor) =>
    sendMessage(visitor, 65_536, CHOP_BYTES),
  ),
])

/** A ping that is answered with its payload. */
function pingCheck(number: string, words: string, payload: Uint8Array | string): Check {
  return textCheck(number, `a ping ${words} is answered with it`, async (visitor) => {
    visitor.send(frame(PING, payload))
    await visitor.expectPong(payload)
    await visitor.expectWorks()
  })
}

export const MESSAGES: readonly Check[] = [
  ...BY_LENGTH,
  pingCheck('2.1', 'without a payload', ''),
  pingCheck('2.2', 'with a short text', 'Hello, world!'),
  pingCheck('2.3', 'with bytes that are no text', Buffer.of(0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff)),
  pingCheck('2.4', `of ${MAX_CONTROL_BYTES} bytes`, Buffer.alloc(MAX_CONTROL_BYTES, 0xfe)),
  textCheck('2.5', `a ping of ${MAX_CONTROL_BYTES + 1} bytes ends the connection`, async (visitor) => {
    visitor.send(frame(PING, Buffer.alloc(MAX_CONTROL_BYTES + 1, 0xfe)))
    await visitor.expectClosed([PROTOCOL_ERROR])
  }),
  textCheck(
    '2.6',
    `a ping of ${MAX_CONTROL_BYTES} bytes that come one by one is answered`,
    async (visitor) => {
      const payload = Buffer.alloc(MAX_CONTROL_BYTES, 0xfe)
      await visitor.sendIn('byte by byte', frame(PING, payload))
      await visitor.expectPong(payload)
      await visitor.expectWorks()
    },
  ),
  ...(['', 'unsolicited'] as const).map((payload, index) =>
    textCheck(
      `2.${7 + index}`,
      `a pong that nobody asked for is ignored, ${payload === '' ? 'without' : 'with'} a payload`,
      async (visitor) => {
        visitor.send(frame(PONG, payload))
        await visitor.expectWorks()
      },
    ),
  ),
  textCheck('2.9', 'a ping behind a pong that nobody asked for is answered', async (visitor) => {
    visitor.send(frame(PONG, 'unsolicited'), frame(PING, 'ping'))
    await visitor.expectPong('ping')
    await visitor.expectWorks()
  }),
  textCheck('2.10', `${PINGS} pings are answered in order`, (visitor) => manyPings(visitor, 'in one write')),
  textCheck('2.11', `${PINGS} pings that come byte by byte are answered in order`, (visitor) =>
    manyPings(visitor, 'byte by byte'),
  ),
]

async function manyPings(visitor: Visitor, chops: 'in one write' | 'byte by byte'): Promise<void> {
  const payloads = Array.from({ length: PINGS }, (_, index) => `payload-${index}`)
  await visitor.sendIn(chops, ...payloads.map((payload) => frame(PING, payload)))
  for (const payload of payloads) await visitor.expectPong(payload)
  await visitor.expectWorks()
}
