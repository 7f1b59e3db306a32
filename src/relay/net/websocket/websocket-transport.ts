/**
 * A transport for one WebSocket, laid over the one that has its bytes. Owns what comes in: whole frames, messages, and the
 * close frames of both sides; what goes out is `framed-writer.ts`'s. Our own control frames go through the outbox like
 * everything else, so that no frame ever begins inside another of which the kernel has taken a part.
 *
 *   kernel ──chunk──▶ whole frames ──▶ FrameReader ──message──▶ Connection
 *   kernel ◀──── header, bytes ◀──── one write is one message ◀── Outbox, Lane
 */

import type { Port } from '../../fanout/ports.js'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import { HeldBytes } from '../../streams/held-bytes.js'
import { HandleTransport } from '../handle-transport.js'
import type { SocketTransport } from '../socket-transport.js'
import type { MessageEvents, Transport, TransportEvents } from '../transport.js'
import {
  bytesWanted,
  isClose,
  isControl,
  isFragment,
  isWhole,
  MAX_CLIENT_HEADER_BYTES,
} from './client-frame.js'
import { closeCodeOf } from './close-codes.js'
import {
  type FrameOwner,
  type FrameReader,
  MAX_MESSAGE_BYTES,
  readerOfFragments,
  readFrame,
} from './frame-reader.js'
import { FramedWriter } from './framed-writer.js'
import type { Pulse, Pulsing } from './pulse.js'
import { closeFrame, controlFrame, OPCODE } from './server-frame.js'

/** So many pings of one chunk are answered one by one; of more only the last, as RFC 6455 allows (5.5.3). */
const PONGS_A_CHUNK = 16
/** What a fragment takes besides its bytes until its message is whole, roughly: most may be empty. */
const FRAGMENT_BYTES = 256
/** What a dialect is asked about where there is no first byte. */
const NO_BYTE = -1
const NO_PAYLOAD = Buffer.alloc(0)
const LINE_END = Buffer.from('\n')
const LF = 0x0a

/** What all WebSockets of one relay share. */
export interface WebSocketContext {
  readonly pulse: Pulse
  readonly stats: WebSocketStats
}

/** Plain integers, which metrics read. */
export interface WebSocketStats {
  /** Close frames that were sent, by code; every code is there from the start. */
  readonly closes: Map<number, number>
  pingsUnanswered: number
}

export class WebSocketTransport implements Transport, TransportEvents, FrameOwner, Pulsing {
  heard = false
  asked = 0
  readonly presentedSecret: string | null
  readonly #context: WebSocketContext
  readonly #inner: HandleTransport | SocketTransport
  readonly #writer: FramedWriter
  #events: MessageEvents | null = null
  /** What came with the handshake, or was read and not looked at because reading was paused. */
  #unread: Buffer | null
  /** The beginning of a frame. */
  #held: HeldBytes | null = null
  /** Reads the message in fragments that is not complete. */
  #fragments: FrameReader | null = null
  #fragmentBytes = 0
  /** How much is to come of a frame that nobody will read. */
  #skipping = 0
  /** How many frames and messages have begun and were not complete at once. */
  #straddled = 0
  #paused = false
  /** Whether the last message was taken in a turn that ended with it, and is still to be said to be over. */
  #endDue = false
  /** Whether a message has come: from then on it is settled what is spoken. */
  #settled = false
  #pongs = 0
  #lastPing: Buffer | null = null
  /** We have said our last words, and listen for the client's close frame alone. */
  #closing = false
  /** The client has sent its close frame, or what cannot be followed: nothing more is looked at. */
  #over = false
  #innerEnded = false
  #endTold = false
  /** With which code the client has closed; `null` for none, `undefined` as long as it has not. */
  #peerCode: number | null | undefined

  /**
   * @param head what came behind the handshake
   * @param presentedSecret the password or token in it, or `null`
   */
  constructor(
    inner: HandleTransport | SocketTransport,
    head: Buffer,
    context: WebSocketContext,
    presentedSecret: string | null = null,
  ) {
    this.presentedSecret = presentedSecret
    this.#context = context
    this.#inner = inner
    this.#writer = new FramedWriter(inner)
    this.#unread = head.length === 0 ? null : head
  }

  get remoteAddress(): string {
    return this.#inner.remoteAddress
  }

  get remotePort(): number {
    return this.#inner.remotePort
  }

  get certificateName(): string | null {
    return this.#inner.certificateName
  }

  /** The one below: lanes put the header before what they write to it. */
  get port(): Port | null {
    const inner = this.#inner
    if (inner instanceof HandleTransport) inner.opcode = this.#opcode
    return inner.port
  }

  get takenBytes(): number {
    return this.#inner.takenBytes
  }

  get kernelKey(): string {
    return this.#inner.kernelKey
  }

  get openDescriptor(): number | null {
    return this.#inner.openDescriptor
  }

  get partialFrame(): number {
    return this.#isPartial ? this.#straddled : 0
  }

  get heldBytes(): number {
    return this.#fragmentBytes + (this.#held?.length ?? 0)
  }

  open(events: MessageEvents): void {
    this.#events = events
    this.#context.pulse.add(this)
    this.#inner.open(this)
    if (this.#unread === null) return
    // Not now: whether the client may stay is decided when this has returned.
    this.#inner.pause()
    setImmediate(() => {
      if (!this.#paused) this.#goOn()
    })
  }

  write(bytes: Buffer): boolean {
    return this.#writer.write(this.#opcode, bytes)
  }

  writeMany(pieces: Buffer[]): boolean {
    return this.#writer.writeMany(this.#opcode, pieces)
  }

  writeRest(bytes: Buffer, rest: number): boolean {
    return this.#writer.writeRest(this.#opcode, bytes, rest)
  }

  lastWords(reason: CloseReason): Buffer {
    this.#closing = true
    this.#letGo()
    const { pulse, stats } = this.#context
    pulse.delete(this)
    const code = this.#peerCode
    // A client's own code is given back to it.
    if (code !== undefined) return this.#writer.own(closeFrame(code, ''))
    const own = closeCodeOf(reason)
    stats.closes.set(own, (stats.closes.get(own) ?? 0) + 1)
    return this.#writer.own(closeFrame(own, reason.label))
  }

  pause(): void {
    this.#paused = true
    this.#inner.pause()
  }

  resume(): void {
    this.#paused = false
    this.#goOn()
  }

  /** Where the client's close frame can still come, it is waited for. */
  end(): void {
    if (this.#over) this.#inner.end()
  }

  destroy(): void {
    this.#gone()
    this.#inner.destroy()
  }

  reset(): void {
    this.#gone()
    this.#inner.reset()
  }

  // What the pulse asks for.

  /** Or it is not read from: then its answer could not be heard. */
  get isBehind(): boolean {
    return this.#paused || (this.#events?.isBehind ?? false)
  }

  ask(): void {
    this.#events?.interject(this.#writer.own(controlFrame(OPCODE.ping, NO_PAYLOAD)))
  }

  unanswered(): void {
    this.#context.stats.pingsUnanswered++
    this.#events?.violated(CLOSE_REASONS.noPong)
  }

  // What the transport below says.

  received(bytes: Buffer, length: number): void {
    this.heard = true
    this.#take(bytes, length)
  }

  ended(): void {
    this.#innerEnded = true
    // What came before is carried out first.
    if (this.#unread === null) this.#tellEnd()
  }

  failed(code: string): void {
    const events = this.#events
    this.#gone()
    events?.failed(code)
  }

  written(): void {
    this.#events?.written()
  }

  releasing(): void {
    this.#events?.releasing()
  }

  // What the frame reader says.

  message(bytes: Buffer, isBinary: boolean): void {
    this.#fragments = null
    this.#fragmentBytes = 0
    const events = this.#events
    if (events === null || this.#closing) return
    // W3: the end of a text message ends its line.
    const said = isBinary || bytes.at(-1) === LF ? bytes : Buffer.concat([bytes, LINE_END])
    if (isBinary !== events.isBinary(said[0] ?? NO_BYTE)) {
      events.violated(CLOSE_REASONS.wrongKind)
      return
    }
    if (!this.#settled) {
      this.#settled = true
      events.settling()
    }
    if (said.length > 0) events.message(said)
    if (this.#isPaused()) this.#endDue = true
    else events.messageEnded()
  }

  ping(payload: Buffer): void {
    if (this.#closing) return
    if (this.#pongs++ < PONGS_A_CHUNK) this.#pong(payload)
    else this.#lastPing = Buffer.from(payload)
  }

  pong(): void {}

  closeFrame(code: number | null): void {
    this.#peerCode = code
    this.#over = true
  }

  get #opcode(): typeof OPCODE.binary | typeof OPCODE.text {
    return this.#events?.isBinary(NO_BYTE) === true ? OPCODE.binary : OPCODE.text
  }

  get #isPartial(): boolean {
    return this.#fragments !== null || this.#held !== null
  }

  // A function, because what was read a moment ago may have changed it.
  #isPaused(): boolean {
    return this.#paused
  }

  #gone(): void {
    this.#events = null
    this.#context.pulse.delete(this)
  }

  #pong(payload: Buffer): void {
    this.#events?.interject(this.#writer.own(controlFrame(OPCODE.pong, payload)))
  }

  /** Goes on where a pause has interrupted. */
  #goOn(): void {
    if (this.#endDue) {
      this.#endDue = false
      this.#events?.messageEnded()
    }
    const unread = this.#unread
    if (unread !== null && !this.#paused) {
      this.#unread = null
      this.#take(unread, unread.length)
    }
    if (this.#isPaused() || this.#events === null) return
    if (this.#innerEnded) this.#tellEnd()
    else this.#inner.resume()
  }

  #take(bytes: Buffer, length: number): void {
    if (this.#over) return
    this.#events?.turnBegins()
    this.#pongs = 0
    let at = 0
    while (at < length && !this.#over) {
      if (this.#paused) {
        this.#unread = Buffer.from(bytes.subarray(at, length))
        break
      }
      if (this.#skipping > 0) {
        const skipped = Math.min(this.#skipping, length - at)
        this.#skipping -= skipped
        at += skipped
        continue
      }
      at =
        this.#held === null ? this.#begin(bytes, at, length) : this.#continue(this.#held, bytes, at, length)
    }
    const ping = this.#lastPing
    this.#lastPing = null
    if (ping !== null && !this.#closing) this.#pong(ping)
    this.#events?.looked(length)
    if (this.#peerCode !== undefined) this.#tellEnd()
  }

  /** A frame begins at `at`. @returns where the next one does */
  #begin(bytes: Buffer, at: number, end: number): number {
    const next = at + bytesWanted(bytes, at, end, MAX_MESSAGE_BYTES)
    if (next > end) {
      if (!this.#isPartial) this.#straddled++
      this.#held = new HeldBytes()
      this.#held.add(bytes, at, end)
      if (this.#closing) this.#letGo()
      return end
    }
    this.#read(bytes.subarray(at, next), false)
    return next
  }

  /** Adds to what is held what is missing, as far as it is here. @returns where the rest is */
  #continue(held: HeldBytes, bytes: Buffer, at: number, end: number): number {
    const missing = bytesWanted(held.bytes, 0, held.length, MAX_MESSAGE_BYTES) - held.length
    const next = Math.min(at + missing, end)
    held.add(bytes, at, next)
    // The header may only now say how long the frame is.
    if (bytesWanted(held.bytes, 0, held.length, MAX_MESSAGE_BYTES) > held.length) {
      if (this.#closing) this.#letGo()
      return next
    }
    this.#held = null
    const frame = held.take()
    this.#read(Buffer.from(frame.buffer, frame.byteOffset, frame.length), true)
    return next
  }

  /** @param isOurs whether the frame is in memory that is nobody else's; otherwise it is borrowed */
  #read(frame: Buffer, isOurs: boolean): void {
    if (this.#closing && !isClose(frame)) {
      if (!isWhole(frame)) this.#over = true
      return
    }
    // However little is in it: nobody's turn is longer for coming in many frames.
    this.#events?.worked()
    const alone = isControl(frame) || (this.#fragments === null && !isFragment(frame))
    const refused = alone ? readFrame(frame, this) : this.#readFragment(isOurs ? frame : Buffer.from(frame))
    if (refused === null || this.#over) return
    this.#over = true
    if (!this.#closing) this.#events?.violated(refused)
  }

  #readFragment(frame: Buffer): CloseReason | null {
    if (this.#fragments === null) {
      if (!this.#isPartial) this.#straddled++
      this.#fragments = readerOfFragments()
    }
    this.#fragmentBytes += frame.length + FRAGMENT_BYTES
    return this.#fragments.read(frame, this)
  }

  /** The client's close frame alone is still waited for: nothing is kept of what it has begun besides. */
  #letGo(): void {
    this.#fragments = null
    this.#fragmentBytes = 0
    const held = this.#held
    if (held === null || held.length < MAX_CLIENT_HEADER_BYTES || isControl(held.bytes)) return
    this.#skipping = bytesWanted(held.bytes, 0, held.length, MAX_MESSAGE_BYTES) - held.length
    this.#held = null
  }

  #tellEnd(): void {
    if (this.#endTold) return
    this.#endTold = true
    this.#events?.ended()
  }
}
