/**
 * One connection, from accept to close. Owns its life: who may still send what, the deadlines (F15), and that
 * it ends once, with one reason, one log line and one count. Knows neither dialect nor kind of transport.
 *
 *            close, expel                 everything sent          peer's FIN, or lingered long enough
 *   open ---------------------> closing ------------------> ended ------------------------------------> gone
 *     |                                                                                                  ^
 *     +---- broken, or cut off: nothing more is sent ----------------------------------------------------+
 */

import type { ClaimOutcome, Client, Speaker, SpeakerFactory } from '../dialects/dialect.js'
import { Outbox, type OutboxContext, type Sink, type SlowPolicy } from '../fanout/outbox.js'
import { PAUSE, type PauseCause, type PauseClock, wordOf } from '../fanout/pauses.js'
import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'
import type { Deadlines } from './deadlines.js'
import type { Transport, TransportEvents } from './transport.js'

/** Plain integers of all connections of one dialect; the hot path adds, metrics read. */
export interface ConnectionStats {
  opened: number
  closed: number
  bytesIn: number
  bytesOut: number
}

/** Sees what the log of connections and the counters need. */
export interface ConnectionObserver {
  connected(connection: Connection): void
  asked(connection: Connection, name: string, outcome: ClaimOutcome): void
  closed(connection: Connection, reason: CloseReason): void
  /** So many are being refused already that this one was closed without a word. */
  turnedAway(peer: TurnedAway): void
}

/** A client that never became a connection. */
export interface TurnedAway {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly dialect: string
}

/** What all connections of one listener share. */
export interface ConnectionContext {
  readonly dialect: string
  readonly needsLogin: boolean
  readonly speak: SpeakerFactory
  readonly outboxes: OutboxContext
  readonly slowPolicy: SlowPolicy
  readonly loginDeadlines: Deadlines<Connection>
  readonly frameDeadlines: Deadlines<Connection>
  /** How long a client may take to end its side after we have ended ours. */
  readonly lingerDeadlines: Deadlines<Connection>
  readonly stats: ConnectionStats
  readonly observer: ConnectionObserver
  /** Every connection that is not gone. */
  readonly all: Set<Connection>
}

/** How many requests one connection may have carried out before it is the others' turn. */
const REQUESTS_PER_TURN = 1024
/** A read that was so long may have more behind it; the rest is for the next turn. */
const BYTES_PER_TURN = 64 * 1024

type State = 'open' | 'closing' | 'ended' | 'gone'

export class Connection implements Client, Sink, TransportEvents {
  readonly outbox: Outbox
  /** The name that was accepted, also after the connection has ended. */
  name: string | null = null
  readonly #context: ConnectionContext
  readonly #transport: Transport
  readonly #speaker: Speaker
  #state: State = 'open'
  #peerEnded = false
  #watchedFrame = 0
  /** `PAUSE` bits; reading goes on when none is set. */
  #pauses = 0
  #requestsLeft = REQUESTS_PER_TURN
  /** What was read and not decoded, because reading was paused meanwhile. */
  #undecoded: Buffer | null = null

  constructor(context: ConnectionContext, transport: Transport) {
    this.#context = context
    this.#transport = transport
    this.outbox = new Outbox(this, context.outboxes, context.slowPolicy)
    context.all.add(this)
    context.stats.opened++
    context.observer.connected(this)
    if (context.needsLogin) context.loginDeadlines.set(this)
    this.#speaker = context.speak(this)
    transport.open(this)
  }

  get dialect(): string {
    return this.#context.dialect
  }

  get remoteAddress(): string {
    return this.#transport.remoteAddress
  }

  get remotePort(): number {
    return this.#transport.remotePort
  }

  // What the speaker calls.

  took(): boolean {
    if (--this.#requestsLeft === 0) this.#giveWay()
    return this.#pauses === 0 && this.#state === 'open'
  }

  asked(name: string, outcome: ClaimOutcome): void {
    if (outcome === 'accepted') {
      this.name = name
      this.#context.loginDeadlines.clear(this)
    }
    this.#context.observer.asked(this, name, outcome)
  }

  pauseInput(): void {
    this.pause(PAUSE.decoding)
  }

  resumeInput(): void {
    this.resume(PAUSE.decoding)
  }

  close(reason: CloseReason): void {
    if (this.#state !== 'open') return
    this.#over('closing', reason)
    // Now and not with everybody else's: whether there is anything left to wait for is known only then.
    this.outbox.flush()
    this.#endWhenSent()
  }

  expel(reason: CloseReason): void {
    if (this.#state !== 'open') return
    this.#speaker.farewell(reason)
    this.close(reason)
  }

  // What the relay calls.

  /** Ends the connection where it stands: nothing more is sent, and the session is over. */
  cutOff(reason: CloseReason): void {
    if (this.#state === 'gone') return
    if (this.#state === 'open') this.#over('gone', reason)
    this.#transport.reset()
    this.#gone()
  }

  /** The client has had its time to take our last words and to end its side. */
  lingered(): void {
    if (this.#state === 'ended') this.#destroy()
    else this.cutOff(CLOSE_REASONS.slow)
  }

  // What the outbox calls.

  write(bytes: Buffer): boolean {
    this.#context.stats.bytesOut += bytes.length
    return this.#transport.write(bytes)
  }

  writeMany(pieces: Buffer[]): boolean {
    for (const piece of pieces) this.#context.stats.bytesOut += piece.length
    return this.#transport.writeMany(pieces)
  }

  tooSlow(): void {
    // Not now: whoever says so is in the middle of everybody's flush.
    setImmediate(() => this.cutOff(CLOSE_REASONS.slow))
  }

  pause(cause: PauseCause): void {
    if (this.#state !== 'open' || (this.#pauses & cause) !== 0) return
    if (this.#pauses === 0) this.#transport.pause()
    // Time in which we do not read is not the client's; but decoding takes next to none, and were the deadline
    // set anew behind each pause for it, bytes that trickle in would move it.
    if (cause !== PAUSE.decoding) {
      this.#context.frameDeadlines.clear(this)
      this.#watchedFrame = 0
    }
    this.#pauses |= cause
    this.#pauseClock(cause).begin()
  }

  resume(cause: PauseCause): void {
    if ((this.#pauses & cause) === 0) return
    this.#pauses &= ~cause
    this.#pauseClock(cause).end()
    // Not now either: what is decoded next tells rooms something.
    if (this.#pauses === 0) setImmediate(readOn, this)
  }

  // What the transport calls.

  received(bytes: Buffer, length: number): void {
    // What a client sends after the end is read, so that it is not answered with a reset, and ignored.
    if (this.#state !== 'open') return
    this.#context.stats.bytesIn += length
    this.#requestsLeft = REQUESTS_PER_TURN
    const taken = this.#feed(bytes, length)
    // The bytes are borrowed, and this connection's turn is over: what is left has to be kept.
    if (taken < length) this.#undecoded = Buffer.from(bytes.subarray(taken, length))
    if (length >= BYTES_PER_TURN) this.#giveWay()
  }

  ended(): void {
    this.#peerEnded = true
    if (this.#state === 'open') this.close(CLOSE_REASONS.ended)
    else if (this.#state === 'ended') this.#destroy()
  }

  failed(): void {
    if (this.#state === 'open') this.#over('gone', CLOSE_REASONS.reset)
    this.#gone()
  }

  written(): void {
    this.outbox.written()
    if (this.#state === 'closing') this.#endWhenSent()
  }

  /** @returns how many were taken: all, when nothing is to be kept */
  #feed(bytes: Buffer, length: number): number {
    const taken = this.#speaker.feed(bytes, 0, length)
    if (this.#state !== 'open') return length
    if (this.#pauses === 0) this.#watchFrame()
    return taken
  }

  /** Fair turns: no more from this connection until everybody else was read from and the flush has run. */
  #giveWay(): void {
    this.pause(PAUSE.turn)
    setImmediate(() => this.resume(PAUSE.turn))
  }

  /** Goes on with what was left, and then with reading, unless it is paused again. */
  readOn(): void {
    if (this.#pauses !== 0 || this.#state === 'gone') return
    if (this.#state !== 'open') {
      // It ended between `resume` and here, and nobody else makes good the pause: the client's FIN has to be read.
      this.#transport.resume()
      return
    }
    this.#requestsLeft = REQUESTS_PER_TURN
    const undecoded = this.#undecoded
    this.#undecoded = null
    if (undecoded !== null) {
      const taken = this.#feed(undecoded, undecoded.length)
      if (taken < undecoded.length) this.#undecoded = undecoded.subarray(taken)
    }
    if (this.#pauses !== 0 || this.#isGone()) return
    if (this.#isOpen()) this.#watchFrame()
    // Also when what was left has ended the connection: the client's FIN has to be read.
    this.#transport.resume()
  }

  // Functions, because what was fed a moment ago may have changed it.
  #isOpen(): boolean {
    return this.#state === 'open'
  }

  #isGone(): boolean {
    return this.#state === 'gone'
  }

  #pauseClock(cause: PauseCause): PauseClock {
    return this.#context.outboxes.pressure.stats.pauses[wordOf(cause)]
  }

  /** F15: the frame deadline runs from a frame's first byte, and bytes that trickle in do not move it. */
  #watchFrame(): void {
    const { partialFrame } = this.#speaker
    if (partialFrame === this.#watchedFrame) return
    this.#context.frameDeadlines.clear(this)
    if (partialFrame !== 0) this.#context.frameDeadlines.set(this)
    this.#watchedFrame = partialFrame
  }

  /** The one place where a connection's session ends. */
  #over(state: State, reason: CloseReason): void {
    this.#state = state
    const context = this.#context
    context.loginDeadlines.clear(this)
    context.frameDeadlines.clear(this)
    if (state === 'closing') context.lingerDeadlines.set(this)
    this.#undecoded = null
    this.#endPauses()
    this.#speaker.closed(reason)
    context.observer.closed(this, reason)
  }

  /** What the client still sends is read, to be ignored. */
  #endPauses(): void {
    if (this.#pauses === 0) return
    for (const cause of Object.values(PAUSE)) {
      if ((this.#pauses & cause) !== 0) this.#pauseClock(cause).end()
    }
    this.#pauses = 0
    this.#context.outboxes.pressure.forget(this)
    if (this.#state === 'closing') this.#transport.resume()
  }

  #endWhenSent(): void {
    if (this.outbox.queuedBytes > 0) return
    this.#state = 'ended'
    // A close with input unread is a reset, which would take our last words with it: so first only our side.
    if (this.#peerEnded) this.#destroy()
    else this.#transport.end()
  }

  #destroy(): void {
    this.#transport.destroy()
    this.#gone()
  }

  #gone(): void {
    if (!this.#context.all.delete(this)) return
    this.#state = 'gone'
    this.#context.stats.closed++
    this.#context.lingerDeadlines.clear(this)
    this.outbox.close()
  }
}

/** One for all connections: a closure each would cost memory per connection. */
function readOn(connection: Connection): void {
  connection.readOn()
}
