/**
 * A relay over WebSocket that gets one thing wrong: a right one, with somebody between it and its clients who changes frames
 * on their way, in either direction.
 */

import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  closing,
  type Frame,
  frame,
  PING,
  PONG,
  parsed,
  TEXT,
  wholeFrame,
} from '../../src/conform/websocket/frames.js'

interface Change {
  /** What becomes of a client's frame. @param opened whether a message is open that it may continue */
  readonly request?: (one: Frame, opened: boolean) => readonly Frame[]
  /** What becomes of one of the relay's. */
  readonly answer?: (one: Frame) => readonly Frame[]
  /** What becomes of the head of the relay's answer to the handshake. */
  readonly head?: (head: string) => string
}

const isControl = ({ opcode }: Frame) => (opcode & CLOSE) !== 0
/** In place of what is to be passed over. */
const pong: Frame = { fin: true, rsv: 0, opcode: PONG, masked: true, payload: Buffer.alloc(0) }

/** What it gets wrong. */
export const WRONGS = {
  'takes no long messages': { request: (one) => (one.payload.length > 60_000 ? [pong] : [one]) },
  'answers no pings': { request: (one) => (one.opcode === PING ? [pong] : [one]) },
  'forgets what is in a ping': {
    answer: (one) => [one.opcode === PONG ? { ...one, payload: Buffer.alloc(0) } : one],
  },
  'takes long pings': {
    request: (one) => (one.opcode === PING && one.payload.length > 125 ? [pong] : [one]),
  },
  'takes reserved bits': { request: (one) => [{ ...one, rsv: 0 }] },
  'takes unknown opcodes': {
    request: (one) => ((one.opcode & 7) > 2 ? [pong] : [one]),
  },
  'takes pings in fragments': {
    request: (one, opened) =>
      (isControl(one) && !one.fin) || (one.opcode === CONTINUATION && !opened) ? [pong] : [one],
  },
  'begins a message within another': {
    request: (one, opened) =>
      opened && (one.opcode === TEXT || one.opcode === BINARY) ? [{ ...one, opcode: CONTINUATION }] : [one],
  },
  'mends text': {
    request: (one) =>
      one.opcode === TEXT && !isUtf8(one.payload) ? [{ ...one, payload: mended(one) }] : [one],
  },
  'takes any close code': {
    request: (one) => (one.opcode === CLOSE ? [{ ...one, payload: closing(1000) }] : [one]),
  },
  'has one close code': {
    answer: (one) => [one.opcode === CLOSE ? { ...one, payload: closing(1000) } : one],
  },
  'sends no close frame': { answer: (one) => (one.opcode === CLOSE ? [] : [one]) },
  'goes on behind its close frame': {
    answer: (one) => (one.opcode === CLOSE ? [one, { ...one, opcode: PONG }] : [one]),
  },
  'masks what it sends': { answer: (one) => [{ ...one, masked: true }] },
  'sends text as binary': { answer: (one) => [one.opcode === TEXT ? { ...one, opcode: BINARY } : one] },
  'tears its answers': {
    answer: (one) => {
      if (isControl(one) || one.payload.length < 2) return [one]
      return [
        { ...one, payload: one.payload.subarray(0, 1) },
        { ...one, payload: one.payload.subarray(1) },
      ]
    },
  },
  'agrees to an extension': {
    head: (head) => head.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n'),
  },
  'has another key': {
    head: (head) => head.replace(/(Sec-WebSocket-Accept: )\S+/i, '$1AAAAAAAAAAAAAAAAAAAAAAAAAAA='),
  },
  'speaks something else': { head: (head) => head.replace(/(Sec-WebSocket-Protocol: )\S+/i, '$1other') },
  'takes frames without a mask': { request: (one) => [{ ...one, masked: true }] },
  'refuses in other words': { head: (head) => head.replace(/^HTTP\/1\.1 400/, 'HTTP/1.1 404') },
  'lets nobody in': { head: () => 'HTTP/1.1 404 Not Found\r\n\r\n' },
} as const satisfies Record<string, Change>

export type Wrong = keyof typeof WRONGS

function mended({ payload }: Frame): Buffer {
  return Buffer.from(payload.toString('latin1').replaceAll(/[^\n\x20-\x7e]/g, '?'))
}

/** @param port of the right one @returns listening; the caller closes it */
export async function wrongWebSocket(port: number, wrong: Wrong): Promise<{ server: Server; port: number }> {
  const change: Change = WRONGS[wrong]
  const server = createServer({ allowHalfOpen: true }, (client) => between(client, port, change))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

function between(client: Socket, port: number, change: Change): void {
  const relay = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  for (const [one, other] of [
    [client, relay],
    [relay, client],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('end', () => other.end())
    one.on('close', () => other.destroySoon())
  }
  let opened = false
  pass(
    client,
    relay,
    (head) => head,
    (one) => {
      const changed = change.request?.(one, opened) ?? [one]
      for (const { opcode, fin } of changed) if ((opcode & CLOSE) === 0) opened = !fin
      return changed.map((each) => frame(each.opcode, each.payload, each))
    },
  )
  pass(relay, client, change.head ?? ((head) => head), (one) =>
    (change.answer?.(one) ?? [one]).map((each) => frame(each.opcode, each.payload, each)),
  )
}

function pass(
  from: Socket,
  to: Socket,
  changeHead: (head: string) => string,
  changeFrame: (one: Frame) => readonly Buffer[],
): void {
  let rest = Buffer.alloc(0)
  let inFrames = false
  from.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    if (!inFrames) {
      const end = rest.indexOf('\r\n\r\n') + 4
      if (end < 4) return
      to.write(changeHead(rest.toString('latin1', 0, end)))
      rest = rest.subarray(end)
      inFrames = true
    }
    for (let length = wholeFrame(rest); length > 0; length = wholeFrame(rest)) {
      const masked = (rest[1] as number) >= 0x80
      for (const bytes of changeFrame({ ...parsed(rest.subarray(0, length)), masked })) to.write(bytes)
      rest = rest.subarray(length)
    }
  })
}
