/** How the kit carries a dialect over WebSocket: what is written becomes messages and fragments, and what comes is held to the RFC. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { messages as chatmaster } from '../../src/conform/chatmaster/messages.js'
import { messages as chatroom } from '../../src/conform/chatroom/messages.js'
import type { Messages } from '../../src/conform/check.js'
import { CheckFailure, NotApplicable } from '../../src/conform/failure.js'
import { messages as framed } from '../../src/conform/framed/messages.js'
import { messages as jsonIrc } from '../../src/conform/json-irc/messages.js'
import { messages as sendto } from '../../src/conform/sendto/messages.js'
import { WebSocketCarrier } from '../../src/conform/websocket/carrier.js'
import {
  closing,
  type Frame,
  type FrameOptions,
  frame,
  parsed,
  wholeFrame,
} from '../../src/conform/websocket/frames.js'

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10]

/** The frames that go out for these writes, as `opcode+` where more is to come, and what is in them. */
function written(messages: Messages, ...writes: readonly (string | Uint8Array)[]): string[] {
  const carrier = new WebSocketCarrier(messages)
  return writes.map((bytes) => {
    const wrapped = carrier.wrap(Buffer.from(bytes as string))
    const { opcode, fin, masked, payload } = parsed(wrapped)
    assert.ok(masked)
    assert.equal(wholeFrame(wrapped), wrapped.length)
    return `${opcode}${fin ? '' : '+'} ${payload.toString('latin1')}`
  })
}

test('whole requests are one message, one or many', () => {
  assert.deepEqual(written(chatroom, 'JOIN a\n', 'LEAVE\nLEAVE\n'), ['1 JOIN a\n', '1 LEAVE\nLEAVE\n'])
  assert.deepEqual(written(framed, Buffer.of(3, 0, 0, 3, 0, 0)), ['2 \x03\0\0\x03\0\0'])
  assert.deepEqual(written(jsonIrc, '{"a":1} {"b":2}'), ['1 {"a":1} {"b":2}'])
  assert.deepEqual(written(sendto, 'login a\n', 'list\n'), ['1 login a\n', '1 list\n'])
  assert.deepEqual(written(sendto, Buffer.of(2, 0, 0, 0)), ['2 \x02\0\0\0'])
})

test('what is no whole request yet is a fragment, and the byte that completes it ends the message', () => {
  assert.deepEqual(written(chatroom, 'J', 'OIN a', '\n', 'x\n'), ['1+ J', '0+ OIN a', '0 \n', '1 x\n'])
  assert.deepEqual(written(framed, Buffer.of(2), Buffer.of(0, 1), 'x'), ['2+ \x02', '0+ \0\x01', '0 x'])
  assert.deepEqual(written(jsonIrc, '{"a":', '"}"', '}'), ['1+ {"a":', '0+ "}"', '0 }'])
  assert.deepEqual(written(chatmaster, '{"type":"', 'x"}'), ['1+ {"type":"', '0 x"}'])
})

test('what can become no request ends its message', () => {
  assert.deepEqual(written(jsonIrc, '['), ['1 ['])
  assert.deepEqual(written(chatmaster, '{'.repeat(200)), [`1 ${'{'.repeat(200)}`])
  assert.deepEqual(written(chatroom, 'x'.repeat(9000)), [`1 ${'x'.repeat(9000)}`])
})

test('text that is not UTF-8 cannot be sent, and binary can', () => {
  assert.throws(() => written(chatroom, Buffer.of(0xff, 0x0a)), NotApplicable)
  assert.deepEqual(written(framed, Buffer.of(2, 0, 1, 0xff)), ['2 \x02\0\x01\xff'])
})

/** What has come, and what was replied, with these frames of a server cut at `cut`. */
function read(
  frames: readonly Buffer[],
  cut = Number.POSITIVE_INFINITY,
  carrier = new WebSocketCarrier(chatroom),
) {
  const bytes = Buffer.concat(frames)
  const replies: Frame[] = []
  const reply = (sent: Buffer) => void replies.push(parsed(sent))
  const came = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap((chunk) => carrier.unwrap(chunk, reply))
  return { came: came.map(String), replies, carrier }
}

const server = (opcode: number, payload: string | Uint8Array = '', options: FrameOptions = {}) =>
  frame(opcode, payload, { masked: false, ...options })

test('messages of a server are read at every cut, in fragments too, and pings are answered', () => {
  const frames = [
    server(TEXT, '200 OK\n'),
    server(PING, 'there?'),
    server(TEXT, 'one\n', { fin: false }),
    server(PING, ''),
    server(CONTINUATION, 'x'.repeat(200), { fin: false }),
    server(CONTINUATION, '\n'),
  ]
  for (let cut = 0; cut < Buffer.concat(frames).length; cut++) {
    const { came, replies } = read(frames, cut)
    assert.deepEqual(came, ['200 OK\n', `one\n${'x'.repeat(200)}\n`])
    assert.deepEqual(
      replies.map(({ opcode, masked, payload }) => [opcode, masked, payload.toString()]),
      [
        [PONG, true, 'there?'],
        [PONG, true, ''],
      ],
    )
  }
})

test('a close frame is answered once, in kind, and nothing is sent behind one', () => {
  const { replies, carrier } = read([server(CLOSE, closing(1001, 'shutdown'))])
  assert.deepEqual(
    replies.map(({ opcode, payload }) => [opcode, payload.readUInt16BE(0)]),
    [[CLOSE, 1001]],
  )
  assert.equal(carrier.closeCode, 1001)
  assert.equal(carrier.wrap(Buffer.from('LEAVE\n')).length, 0)
  assert.equal(carrier.farewell().length, 0)
  carrier.ended()
  const leaving = new WebSocketCarrier(chatroom)
  assert.equal(parsed(leaving.farewell()).opcode, CLOSE)
  assert.deepEqual(read([server(CLOSE, closing(1000))], undefined, leaving).replies, [])
  assert.throws(() => new WebSocketCarrier(chatroom).ended(), CheckFailure)
})

for (const [what, frames] of [
  ['a masked frame', [server(TEXT, 'x\n', { masked: true })]],
  ['reserved bits', [server(TEXT, 'x\n', { rsv: 4 })]],
  ['an opcode that there is not', [server(3, 'x\n')]],
  ['a continuation of nothing', [server(CONTINUATION, 'x\n')]],
  ['a message within another', [server(TEXT, 'x\n', { fin: false }), server(TEXT, 'x\n')]],
  ['a ping in fragments', [server(PING, '', { fin: false })]],
  ['a long ping', [server(PING, 'x'.repeat(126))]],
  ['a close frame of one byte', [server(CLOSE, 'x')]],
  ['a reason that is not UTF-8', [server(CLOSE, closing(1000, Buffer.of(0xff)))]],
  ['a frame behind the close frame', [server(CLOSE, closing(1000)), server(PONG)]],
  ['binary where text is due', [server(BINARY, 'x\n')]],
  ['text that is not UTF-8', [server(TEXT, Buffer.of(0xff, 0x0a))]],
  ['half a line', [server(TEXT, 'x')]],
] as const)
  test(`a server must not send ${what}`, () => {
    assert.throws(() => read(frames), CheckFailure)
  })
