/** WebSocket frames from a client, over a transport in memory, with a dialect in bytes, one in lines and one that has both behind them. */

import assert from 'node:assert/strict'
import type { SocketTransport } from '../../../src/relay/net/socket-transport.js'
import { WebSocketTransport } from '../../../src/relay/net/websocket/websocket-transport.js'
import { join, list, message } from '../../fixtures/framed-bytes.js'
import { login } from '../../fixtures/sendto-bytes.js'
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
  serverFrame,
  TEXT,
  text,
} from '../../fixtures/websocket-bytes.js'
import { chatmaster } from '../dialects/chatmaster.js'
import { chatroom } from '../dialects/chatroom.js'
import { framed } from '../dialects/framed.js'
import { sendto } from '../dialects/sendto.js'
import type { Target } from '../engine/target.js'
import { FuzzRelay } from '../relay/fuzz-relay.js'
import { type FuzzedDialect, VISITOR } from '../relay/fuzzed-dialect.js'
import { mannerOf, visited, waysOver } from '../relay/run-visit.js'
import { DIALECTS } from './dialects.js'

const OVER: readonly FuzzedDialect[] = [framed, chatroom, sendto, chatmaster]
const MAX_MESSAGE_BYTES = 1024 * 1024
const CODES = [1000, 1002, 1003, 1007, 1008, 1009]
/** What a message of a client may hold beside its bytes: 256 bytes for each of at most 256 fragments, and once more while it grows. */
const MOST_HELD_BYTES = 3 * MAX_MESSAGE_BYTES
const part = (opcode: number, payload: string | Uint8Array, fin: boolean) =>
  clientFrame(opcode, payload, { fin })

export const websocket: Target = {
  name: 'websocket',
  ways: waysOver(OVER.length),
  seeds: [
    Buffer.concat([binary(join(VISITOR)), binary(message('Hi')), ping('x'), binary(list()), close(1000)]),
    Buffer.concat([text(`JOIN ${VISITOR}`), text('USERBOARD\nROOMS'), pong(''), text('LEAVE')]),
    Buffer.concat([binary(login(VISITOR)), close(1001, 'going')]),
    Buffer.concat([text(`login ${VISITOR}`), text('list\n'), text('exit')]),
    Buffer.concat([
      part(TEXT, 'JO', false),
      part(CONTINUATION, 'IN ', false),
      ping('y'),
      part(CONTINUATION, VISITOR, true),
      text('USERBOARD'),
    ]),
    text(`{"type":"command","data":{"command":"login","parameters":{"username":"${VISITOR}"}}}`),
    Buffer.concat([
      binary(Buffer.alloc(130, 'x')),
      clientFrame(BINARY, 'x', { lengthBytes: 8 }),
      clientFrame(TEXT, 'x', { lengthBytes: 2 }),
    ]),
    clientFrame(TEXT, 'x', { mask: null }),
    clientFrame(TEXT, 'x', { reserved: 0x40 }),
    clientFrame(TEXT, '', { lengthBytes: 8, announce: 2 ** 40 }),
    clientFrame(PING, 'x'.repeat(126)),
    part(PING, 'x', false),
    clientFrame(3, 'x'),
    part(CONTINUATION, 'x', true),
    text(Buffer.of(0xff, 0xfe).toString('latin1')),
    clientFrame(TEXT, Buffer.of(0xff)),
    clientFrame(CLOSE, 'x'),
    close(1005),
    Buffer.concat([clientFrame(PONG, ''), Buffer.concat(Array.from({ length: 40 }, () => ping('z')))]),
    Buffer.concat(
      Array.from({ length: 300 }, (_, index) => part(index === 0 ? TEXT : CONTINUATION, '', false)),
    ),
  ],
  words: [
    ...[
      text(`JOIN ${VISITOR}`),
      binary(join(VISITOR)),
      binary(login(VISITOR)),
      text('x'),
      binary('x' as never),
      ping(''),
      close(1000),
    ],
    ...[
      part(TEXT, '', false),
      part(CONTINUATION, 'x', false),
      part(CONTINUATION, '', true),
      Buffer.of(0x81, 0xfe),
      Buffer.of(0x82, 0xff),
    ],
  ],
  covers: ['/dist/relay/net/websocket/'],
  usualRuns: 80,
  async start() {
    const urls = OVER.map(({ name }) => `${name}://127.0.0.1:0`)
    const relay = await FuzzRelay.start(urls, DIALECTS, 'ws')
    return {
      async run(input, way) {
        const over = (inner: unknown) =>
          // It asks for what each transport is, and no more.
          new WebSocketTransport(inner as SocketTransport, Buffer.alloc(0), relay.parts.webSockets)
        const manner = { ...mannerOf(way, OVER.length), over }
        const visit = await visited(relay, input, manner, { mostHeldBytes: MOST_HELD_BYTES })
        return marksIn(visit.received, visit.reason, OVER[manner.listener] as FuzzedDialect)
      },
      stop: () => relay.stop(),
    }
  },
}

/** RFC 6455, 5 and 7: whole frames, none behind a close; messages of the one kind that the dialect speaks. */
function marksIn(received: Buffer, reason: string, dialect: FuzzedDialect): string[] {
  const marks = new Set<string>([`${dialect.name} ends ${reason}`])
  const said: Buffer[] = []
  for (let at = 0; at < received.length; ) {
    const one = serverFrame(received.subarray(at))
    assert.ok(one !== null, 'a torn frame')
    assert.ok(one.fin, 'a fragment')
    at += one.length
    marks.add(`${dialect.name} opcode ${one.opcode}`)
    if (one.opcode === TEXT || one.opcode === BINARY) said.push(one.payload)
    else if (one.opcode === CLOSE) {
      assert.equal(at, received.length, 'something behind a close')
      if (one.payload.length > 0) marks.add(`close ${codeOf(one.payload, reason)}`)
    } else
      assert.ok(
        (one.opcode === PING || one.opcode === PONG) && one.payload.length <= 125,
        'a frame that there is not',
      )
    if (one.opcode === TEXT) assertUtf8(one.payload)
  }
  if (dialect === sendto || dialect === chatmaster) return [...marks]
  for (const kind of dialect.read(Buffer.concat(said), 0, Buffer.alloc(0)))
    marks.add(`${dialect.name} ${kind}`)
  return [...marks]
}

/** One of the relay's own, or the client's given back. */
function codeOf(payload: Buffer, reason: string): string {
  const code = payload.readUInt16BE(0)
  if (reason === 'ended' && payload.length === 2) return 'given back'
  assert.ok(CODES.includes(code), `a code that there is not: ${code}`)
  assert.match(payload.toString('latin1', 2), /^[a-z-]+$/)
  return String(code)
}

function assertUtf8(payload: Buffer): void {
  assert.ok(Buffer.from(payload.toString()).equals(payload), 'text that is not UTF-8')
}
