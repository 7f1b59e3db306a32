/**
 * How the dialects travel over WebSocket: subprotocols, kinds of messages, limits, and how connections end. Rules W1–W8. That
 * what a server sends has whole frames, lines or objects (W4) is seen by every check of a dialect, too (`carrier.ts`).
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Check, CheckContext } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { frame as framedFrame, JOIN as JOIN_FRAME, LIST } from '../framed/wire.js'
import type { RawPeer } from '../raw-peer.js'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  closeCode,
  closing,
  frame,
  PING,
  parsed,
  shown,
  TEXT,
  wholeFrame,
} from './frames.js'
import { expectOpened, type Headers, openingRequest, takeAnswer } from './opening.js'
import { Visitor } from './visitor.js'
import { INVALID_TEXT, NORMAL, PROTOCOL_ERROR } from './websocket-check.js'

const UNSUPPORTED = 1003
const POLICY = 1008
const TOO_LONG = 1009

const MAX_MESSAGE_BYTES = 1024 * 1024
const MAX_FRAGMENTS = 256
const PINGS_AT_ONCE = 100
/** F15, and time for the server to notice. */
const FRAME_DEADLINE_MS = 13_000
/** W7: 20 s to the first ping, the second, and the end, which may be counted from up to as long after the last word. */
const SILENCE_MS = 85_000

function wayCheck(rule: string, title: string, run: (context: CheckContext) => Promise<void>): Check {
  return { rule, title, run }
}

function slowCheck(rule: string, title: string, run: (context: CheckContext) => Promise<void>): Check {
  return { ...wayCheck(rule, title, run), slow: true }
}

/** Sends the request of a handshake. @returns the connection, what came, and the key that was sent */
async function ask(context: CheckContext, subprotocols: string | null, headers: Headers = {}, path?: string) {
  const { webSocket } = context
  if (webSocket === null) throw new NotApplicable('the server is not tried over WebSocket')
  const peer = await context.connectBare()
  const url = path === undefined ? webSocket : { ...webSocket, path }
  const { request, key } = openingRequest(url, subprotocols, headers)
  peer.write(request)
  return { peer, key, answer: await takeAnswer(peer, 'an answer to the handshake') }
}

/** It is refused with this status. */
async function refused(
  context: CheckContext,
  status: number,
  subprotocols: string | null,
  headers: Headers = {},
): Promise<void> {
  const { answer } = await ask(context, subprotocols, headers)
  if (answer.status !== status) throw new CheckFailure(`HTTP status ${status}`, answer.line)
}

async function opened(
  context: CheckContext,
  subprotocols: string,
  chosen: string,
  headers: Headers = {},
  path?: string,
): Promise<RawPeer> {
  const { peer, key, answer } = await ask(context, subprotocols, headers, path)
  expectOpened(answer, key, chosen, `101 Switching Protocols, with the subprotocol ${chosen}`)
  return peer
}

function originOf({ webSocket }: CheckContext): string {
  return `http://${webSocket?.authority ?? ''}`
}

/** The lines that come, until `count` have; every message that they come in is whole. */
async function lines(visitor: Visitor, count: number): Promise<string[]> {
  const found: string[] = []
  while (found.length < count) {
    const came = await visitor.next(`${count} lines`)
    const text = came.payload.toString()
    if (came.opcode !== TEXT || !came.fin || !text.endsWith('\n'))
      throw new CheckFailure('whole lines in a text message of one frame', shown(came))
    found.push(...text.split('\n').slice(0, -1))
  }
  return found
}

export const WAYS: readonly Check[] = [
  wayCheck('W1', 'the subprotocol is the dialect, whatever the path is', async (context) => {
    for (const dialect of ['framed', 'chatroom', 'json-irc', 'chatmaster', 'sendto'])
      await opened(context, dialect, dialect, {}, '/some/path?and=more')
  }),
  wayCheck('W1', 'of several that are offered, the first that is a dialect is chosen', async (context) => {
    await opened(context, 'mqtt, json-irc, chatroom', 'json-irc')
    await opened(context, 'chatroom,framed', 'chatroom')
  }),
  wayCheck('W1', 'no extension is agreed on, whatever is offered', async (context) => {
    const offered = 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame'
    await opened(context, 'framed', 'framed', { 'Sec-WebSocket-Extensions': offered })
  }),
  wayCheck('W1', 'without a dialect it is refused', async (context) => {
    await refused(context, 400, null)
    await refused(context, 400, 'mqtt')
    await refused(context, 400, 'Framed')
  }),
  wayCheck('W1', 'a handshake that is none is refused', async (context) => {
    await refused(context, 400, 'framed', { 'Sec-WebSocket-Key': null })
    await refused(context, 400, 'framed', { 'Sec-WebSocket-Key': 'short' })
    await refused(context, 400, 'framed', { 'Sec-WebSocket-Version': '7' })
  }),
  wayCheck('W1', 'a page from here may connect, and one from elsewhere is refused', async (context) => {
    if (context.webSocket === null) throw new NotApplicable('the server is not tried over WebSocket')
    await opened(context, 'chatroom', 'chatroom', { Origin: originOf(context) })
    const { answer } = await ask(context, 'chatroom', { Origin: 'https://elsewhere.invalid' })
    if (answer.status === 101) throw new NotApplicable('the server lets pages from anywhere in')
    if (answer.status !== 403) throw new CheckFailure('HTTP status 403', answer.line)
  }),
  wayCheck('W2', 'text where binary is due ends the connection', async (context) => {
    const visitor = await Visitor.binary(context)
    visitor.send(frame(TEXT, framedFrame(LIST)))
    await visitor.expectClosed([UNSUPPORTED])
  }),
  wayCheck('W2', 'binary where text is due ends the connection', async (context) => {
    const visitor = await Visitor.text(context)
    visitor.send(frame(BINARY, visitor.tongue.request('wrong')))
    await visitor.expectClosed([UNSUPPORTED], ['wrong'])
  }),
  wayCheck('W3', 'a message has one or several lines, and its end ends the last', async (context) => {
    const visitor = await Visitor.nameless(context)
    visitor.send(frame(TEXT, 'one\ntwo\nthree'))
    visitor.send(frame(TEXT, 'four'))
    const came = await lines(visitor, 4)
    const other = came.find((line) => line !== '500 SERVER ERROR')
    if (other !== undefined) throw new CheckFailure('500 SERVER ERROR four times', other)
  }),
  wayCheck('W3', 'a message has one or several frames', async (context) => {
    const visitor = await Visitor.binary(context)
    visitor.send(
      frame(BINARY, Buffer.concat(['one', 'two', 'three'].map((mark) => visitor.tongue.request(mark)))),
    )
    await visitor.expectMarks('one', 'two', 'three')
  }),
  wayCheck('W3', 'a message that ends inside a frame ends the connection', async (context) => {
    const visitor = await Visitor.binary(context)
    visitor.send(frame(BINARY, visitor.tongue.request('torn').subarray(0, 7)))
    await visitor.expectClosed([INVALID_TEXT])
  }),
  wayCheck('W3', 'a message that ends inside an object ends the connection', async (context) => {
    const peer = await opened(context, 'json-irc', 'json-irc')
    peer.write(frame(TEXT, '{"command":"/nick","nickname":'))
    await expectClose(peer, INVALID_TEXT)
  }),
  wayCheck(
    'W4',
    'a server’s message is one frame with whole lines, however many there are',
    async (context) => {
      const visitor = await Visitor.nameless(context)
      const many = 200
      visitor.send(frame(TEXT, 'what\n'.repeat(many)))
      const came = await lines(visitor, many)
      if (came.length !== many) throw new CheckFailure(`${many} lines`, `${came.length}`)
    },
  ),
  wayCheck('W5', 'a message of 1 MiB is taken, and a longer one ends the connection', async (context) => {
    const visitor = await Visitor.binary(context)
    const { tongue } = visitor
    const count = MAX_MESSAGE_BYTES / 32_768
    const most = Array.from({ length: count }, (_, index) => tongue.request(`m${index}`, 32_768))
    visitor.send(frame(tongue.opcode, Buffer.concat(most)))
    await visitor.expectMarks(...most.map((_, index) => `m${index}`))
    visitor.send(frame(tongue.opcode, Buffer.alloc(MAX_MESSAGE_BYTES + 1)))
    await visitor.expectClosed([TOO_LONG])
  }),
  wayCheck('W5', 'so does one whose header says that it is longer, before it has come', async (context) => {
    const visitor = await Visitor.text(context)
    visitor.send(frame(TEXT, 'x', { length: 2 ** 40 }))
    await visitor.expectClosed([TOO_LONG])
  }),
  wayCheck('W5', 'so does one that is longer in fragments', async (context) => {
    const visitor = await Visitor.binary(context)
    const part = Buffer.alloc(MAX_MESSAGE_BYTES / 4)
    visitor.send(frame(BINARY, part, { fin: false }))
    for (let more = 0; more < 4; more++) visitor.send(frame(CONTINUATION, part, { fin: false }))
    await visitor.expectClosed([TOO_LONG])
  }),
  wayCheck('W5', '256 fragments are taken, and one more ends the connection', async (context) => {
    const visitor = await Visitor.text(context)
    const message = visitor.tongue.request('whole', MAX_FRAGMENTS)
    const cuts = Array.from({ length: MAX_FRAGMENTS - 1 }, (_, index) => index + 1)
    visitor.send(...visitor.fragments(message, cuts))
    await visitor.expectMarks('whole')
    const longer = visitor.tongue.request('torn', MAX_FRAGMENTS + 1)
    visitor.send(...visitor.fragments(longer, [...cuts, MAX_FRAGMENTS]))
    await visitor.expectClosed([POLICY], ['torn'])
  }),
  slowCheck(
    'W5',
    'a message that is not whole at the frame deadline ends the connection',
    async (context) => {
      const visitor = await Visitor.text(context)
      visitor.send(frame(TEXT, 'begun', { fin: false }))
      await visitor.peer.until(() => visitor.peer.received.length > 0, 'close 1008', FRAME_DEADLINE_MS)
      await skipLines(visitor.peer)
      await visitor.expectClosed([POLICY])
    },
  ),
  wayCheck('W6', 'a frame that is not masked ends the connection', async (context) => {
    const visitor = await Visitor.text(context)
    visitor.send(frame(TEXT, visitor.tongue.request('bare'), { masked: false }))
    await visitor.expectClosed([PROTOCOL_ERROR], ['bare'])
  }),
  wayCheck('W7', 'of very many pings at once the last is answered', async (context) => {
    const visitor = await Visitor.text(context)
    visitor.send(...Array.from({ length: PINGS_AT_ONCE }, (_, index) => frame(PING, `ping ${index}`)))
    for (;;) {
      const came = await visitor.next(`pong "ping ${PINGS_AT_ONCE - 1}"`)
      if (came.payload.toString() === `ping ${PINGS_AT_ONCE - 1}`) break
    }
    await visitor.expectWorks()
  }),
  slowCheck('W7', 'who is silent is sent a ping, and who does not answer is sent away', async (context) => {
    const visitor = await Visitor.text(context)
    let pings = 0
    // Its frames are taken as they are: a visitor would answer.
    for (const end = performance.now() + SILENCE_MS; performance.now() < end; ) {
      const left = end - performance.now()
      const came = parsed(await visitor.peer.takeUnit(wholeFrame, 'pings and close 1008', left))
      if (came.opcode === PING) pings++
      if (came.opcode !== CLOSE) continue
      if (pings === 0 || closeCode(came.payload) !== POLICY)
        throw new CheckFailure('a ping, and then close 1008', `${pings} pings and ${shown(came)}`)
      return
    }
    throw new CheckFailure('close 1008', `${pings} pings alone`)
  }),
  wayCheck('W8', 'LEAVE is answered in the dialect, and closed as what was asked for', async (context) => {
    const visitor = await Visitor.text(context)
    visitor.send(frame(TEXT, 'LEAVE\n'))
    await visitor.expectLine('200 BYE\n')
    await visitor.expectClosed([NORMAL])
  }),
  wayCheck(
    'W8',
    'a line that is too long is answered in the dialect, and closed as too long',
    async (context) => {
      const visitor = await Visitor.nameless(context)
      visitor.send(frame(TEXT, 'x'.repeat(9000)))
      await visitor.expectLine('500 SERVER ERROR\n')
      await visitor.expectClosed([TOO_LONG])
    },
  ),
  wayCheck('W8', 'what cannot be read is answered in the dialect, and closed as that', async (context) => {
    const peer = await opened(context, 'json-irc', 'json-irc')
    peer.write(frame(TEXT, '["no object"]'))
    const answer = parsed(await peer.takeUnit(wholeFrame, 'an error of json-irc'))
    if (answer.opcode !== TEXT || !answer.payload.includes('Error: '))
      throw new CheckFailure('an error of json-irc', shown(answer))
    await expectClose(peer, INVALID_TEXT)
  }),
  wayCheck('W8', 'a client’s close frame is answered with its own code', async (context) => {
    for (const code of [1000, 1001, 4711]) {
      const visitor = await Visitor.text(context)
      await visitor.close(closing(code, 'reason'), [code])
    }
  }),
  wayCheck('W8', 'whoever goes without a close frame is gone, and their name is free', async (context) => {
    const name = context.freshName()
    for (const how of ['end', 'reset', 'end'] as const) {
      const peer = await opened(context, 'framed', 'framed')
      peer.write(frame(BINARY, framedFrame(JOIN_FRAME, name)))
      await accepted(peer, name)
      peer[how]()
      await delay(peer.options.quietMs)
    }
  }),
]

/** F2: the name is had, if need be at the second asking. */
async function accepted(peer: RawPeer, name: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answer = await nextStatus(peer)
    if (answer === 0) return
    await delay(20)
    peer.write(frame(BINARY, framedFrame(JOIN_FRAME, name)))
  }
  throw new CheckFailure('JOIN 00 (accepted)', 'JOIN 01 again and again')
}

/** The status in the next frame of JOIN, which stands at the beginning of a message. */
async function nextStatus(peer: RawPeer): Promise<number> {
  for (;;) {
    const { payload } = parsed(await peer.takeUnit(wholeFrame, 'JOIN 00 (accepted)'))
    for (let at = 0; at + 3 <= payload.length; at += 3 + payload.readUInt16BE(at + 1))
      if (payload[at] === JOIN_FRAME) return payload[at + 3] as number
  }
}

/** What others do meanwhile, and what the dialect says, is not what this is about. */
async function skipLines(peer: RawPeer): Promise<void> {
  while (wholeFrame(peer.received) > 0 && parsed(peer.received).opcode === TEXT)
    await peer.takeUnit(wholeFrame, 'a frame')
}

async function expectClose(peer: RawPeer, code: number): Promise<void> {
  for (;;) {
    const came = parsed(await peer.takeUnit(wholeFrame, `close ${code}`))
    if (came.opcode === TEXT) continue
    if (came.opcode !== CLOSE || closeCode(came.payload) !== code)
      throw new CheckFailure(`close ${code}`, shown(came))
    return
  }
}
