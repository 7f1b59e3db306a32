/**
 * Somebody who sends frames of WebSocket to a server under test, good ones and wrong ones, and sees what comes back.
 *
 * Where Autobahn has its message echoed, a request is sent that carries a mark and gets an answer with the mark in it:
 * chatroom's SEND to oneself, whose answer repeats the timestamp, in text; framed's DIRECT to oneself in binary.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { CheckContext } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import {
  CLOSE,
  CONTINUATION,
  closeCode,
  closing,
  type Frame,
  frame,
  PING,
  PONG,
  parsed,
  shown,
  wholeFrame,
} from './frames.js'
import { openWebSocket } from './opening.js'
import { binaryTongue, type Tongue, textTongue } from './tongues.js'

/** How bytes are handed to TCP: in one write, in one for each frame, or one by one. */
export type Chops = 'in one write' | 'frame by frame' | 'byte by byte'

export const CHOPS: readonly Chops[] = ['in one write', 'frame by frame', 'byte by byte']

const NORMAL = 1000

export class Visitor {
  readonly peer: RawPeer
  readonly tongue: Tongue
  /** What has come in messages and was not looked at yet. */
  #heard = Buffer.alloc(0)

  private constructor(peer: RawPeer, tongue: Tongue) {
    this.peer = peer
    this.tongue = tongue
  }

  static async text(context: CheckContext): Promise<Visitor> {
    return Visitor.#come(context, textTongue(context.freshName()))
  }

  static async binary(context: CheckContext): Promise<Visitor> {
    return Visitor.#come(context, binaryTongue(context.freshName()))
  }

  /** Has a connection and no name, which is enough for what is about text alone. */
  static async nameless(context: CheckContext): Promise<Visitor> {
    return Visitor.#open(context, textTongue(context.freshName()))
  }

  static async #come(context: CheckContext, tongue: Tongue): Promise<Visitor> {
    const visitor = await Visitor.#open(context, tongue)
    visitor.send(frame(tongue.opcode, tongue.hello()))
    await visitor.#untilHeard((bytes) => tongue.isWelcome(bytes), 'a name to be accepted')
    return visitor
  }

  static async #open(context: CheckContext, tongue: Tongue): Promise<Visitor> {
    if (context.webSocket === null) throw new NotApplicable('the server is not tried over WebSocket')
    const peer = await context.connectBare()
    await openWebSocket(peer, context.webSocket, tongue.subprotocol)
    return new Visitor(peer, tongue)
  }

  /** Sends frames in one write. */
  send(...frames: readonly Buffer[]): void {
    this.peer.write(Buffer.concat(frames))
  }

  async sendIn(chops: Chops, ...frames: readonly Buffer[]): Promise<void> {
    if (chops === 'in one write') return this.send(...frames)
    const pieces =
      chops === 'frame by frame' ? frames : frames.flatMap((one) => [...one].map((byte) => Buffer.of(byte)))
    for (const piece of pieces) {
      this.peer.write(piece)
      await new Promise(setImmediate)
    }
  }

  /** A message with a request that is answered with this mark. @param bytes how long the request is, padding included */
  marked(mark: string, bytes?: number): Buffer {
    return frame(this.tongue.opcode, this.tongue.request(mark, bytes))
  }

  /** The same in fragments, cut at these places. */
  markedIn(mark: string, cuts: readonly number[]): Buffer[] {
    return this.fragments(this.tongue.request(mark), cuts)
  }

  fragments(message: Buffer, cuts: readonly number[]): Buffer[] {
    const edges = [0, ...cuts, message.length]
    return edges.slice(1).map((end, index) => {
      const opcode = index === 0 ? this.tongue.opcode : CONTINUATION
      return frame(opcode, message.subarray(edges[index], end), { fin: index === edges.length - 2 })
    })
  }

  /** The next frame that is no ping, which is answered. */
  async next(expected: string): Promise<Frame> {
    for (;;) {
      const one = parsed(await this.peer.takeUnit(wholeFrame, expected))
      if (one.opcode !== PING) return one
      this.send(frame(PONG, one.payload))
    }
  }

  /** Answers with these marks come, in this order. */
  async expectMarks(...marks: readonly string[]): Promise<void> {
    for (const mark of marks)
      await this.#untilHeard((bytes) => this.tongue.answered(bytes, mark), `the answer to request ${mark}`)
  }

  /** A line that is exactly this one comes. */
  async expectLine(line: string): Promise<void> {
    await this.#untilHeard((bytes) => `\n${bytes.toString('latin1')}`.indexOf(`\n${line}`) + 1, line.trim())
  }

  /** The connection is as good as before. */
  async expectWorks(): Promise<void> {
    this.send(this.marked('alive'))
    await this.expectMarks('alive')
  }

  /** A pong with this payload; what is said meanwhile is kept. */
  async expectPong(payload: Uint8Array | string): Promise<void> {
    const wanted = Buffer.from(payload as string)
    const expected = `pong ${shownBytes(wanted)}`
    for (;;) {
      const came = await this.next(expected)
      if (came.opcode === PONG && came.payload.equals(wanted)) return
      if (came.opcode === PONG || came.opcode === CLOSE) throw new CheckFailure(expected, shown(came))
      this.#hear(came)
    }
  }

  /** Whether the answer with this mark has come with what was read so far. */
  hasHeard(mark: string): boolean {
    return this.tongue.answered(this.#heard, mark) > 0
  }

  /**
   * The server sends a close frame with one of these codes (`null` for none) and ends the connection; nothing with one of
   * `never` has come before.
   */
  async expectClosed(codes: readonly (number | null)[], never: readonly string[] = []): Promise<void> {
    const expected = `close ${codes.map((code) => code ?? 'without a code').join(' or ')}`
    for (;;) {
      const came = await this.next(expected)
      if (came.opcode === PONG) continue
      if (came.opcode !== CLOSE) {
        this.#hear(came)
        continue
      }
      if (!codes.includes(closeCode(came.payload))) throw new CheckFailure(expected, shown(came))
      break
    }
    const unwanted = never.find((mark) => this.hasHeard(mark))
    if (unwanted !== undefined) throw new CheckFailure(`no answer to request ${unwanted}`, 'one')
    if (this.peer.socket.writable) this.send(frame(CLOSE, closing(NORMAL)))
    await this.peer.closed('the connection to be ended after the close frame')
    if (this.peer.received.length > 0)
      throw new CheckFailure('nothing behind the close frame', shownBytes(this.peer.received))
  }

  /** Says goodbye and is answered in kind. @param payload of the close frame */
  async close(payload: Uint8Array | string, codes: readonly (number | null)[]): Promise<void> {
    this.send(frame(CLOSE, payload))
    await this.expectClosed(codes)
  }

  /** Whether the connection is still open after the time that counts as nothing. */
  async staysOpen(): Promise<boolean> {
    await delay(this.peer.options.quietMs)
    return !this.peer.ended && this.peer.received.length === 0
  }

  async #untilHeard(found: (bytes: Buffer) => number, expected: string): Promise<void> {
    for (;;) {
      const end = found(this.#heard)
      if (end > 0) {
        this.#heard = this.#heard.subarray(end)
        return
      }
      const came = await this.next(expected)
      if (came.opcode === CLOSE) throw new CheckFailure(expected, shown(came))
      if (came.opcode !== PONG) this.#hear(came)
    }
  }

  #hear(came: Frame): void {
    if (![CONTINUATION, this.tongue.opcode].includes(came.opcode) || came.rsv !== 0 || came.masked)
      throw new CheckFailure('a message as servers send them', shown(came))
    this.#heard = Buffer.concat([this.#heard, came.payload])
  }
}
