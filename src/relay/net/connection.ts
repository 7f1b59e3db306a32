/**
 * One connection, from accept to close. Owns its life: who may still send what, the deadlines (F15), and that
 * it ends once, with one reason, one log line and one count. Knows neither dialect nor kind of transport.
 *
 *            close, expel                 everything sent          peer's FIN, or lingered long enough
 *   open ---------------------> closing ------------------> ended ------------------------------------> gone
 *     |                                                                                                  ^
 *     +---- broken, or cut off: nothing more is sent ----------------------------------------------------+
 */

import type { ClaimOutcome, Client, NameRefusal, Speaker } from '../dialects/dialect.js'
import { ownSlice } from '../fanout/chunk.js'
import { Outbox } from '../fanout/outbox.js'
import { PAUSE, type PauseCause, type PauseClock, wordOf } from '../fanout/pauses.js'
import type { Port } from '../fanout/ports.js'
import type { Sink } from '../fanout/sink.js'
import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'
import type { Spender, Spending } from './allowances.js'
import type { Applicant, ConnectionContext, ConnectionStats } from './connection-context.js'
import type { MessageEvents, Transport } from './transport.js'

/** So many refused names are answered at once; after each further one, nothing is read for a second. */
const FREE_REFUSALS = 512
/** Whoever is refused so often, and never accepted, is sent away. */
const MAX_REFUSALS = 520
/** The system's word for a peer that has not answered the kernel in time. */
const VANISHED = 'ETIMEDOUT'
/** A read that was so long may have more behind it; the rest is for the next turn. */
const BYTES_PER_TURN = 64 * 1024
/** While paused for these, what was read has not been answered yet. */
const UNANSWERED = PAUSE.decoding | PAUSE.access | PAUSE.cluster | PAUSE.history

type State = 'open' | 'closing' | 'ended' | 'gone'

export class Connection implements Client, Sink, MessageEvents, Spender {
  readonly outbox: Outbox
  /** The name that was accepted, also after the connection has ended. */
  name: string | null = null
  /** When it began, and when anything came in last: whole seconds of the relay's clock, which take no memory of their own. */
  readonly sinceSeconds: number
  heardSeconds: number
  spending: Spending | null = null
  readonly #context: ConnectionContext<Connection>
  readonly #transport: Transport
  readonly #speaker: Speaker
  #state: State = 'open'
  #peerEnded = false
  #watchedFrame = 0
  /** `PAUSE` bits; reading goes on when none is set. */
  #pauses = 0
  /** Names that were refused since one was accepted. */
  #refusals = 0
  /** What the speaker holds of a request that is not complete. */
  #heldBytes = 0
  /** Whether another node may have the name that is asked for, which is not known yet. */
  #asksOthers = false
  /** Whether the deadline for a name has run out meanwhile. */
  #isLate = false
  /** Only where names are not simply had by being the first. */
  #applicant: Applicant | null = null
  /** What was read and not decoded, because reading was paused meanwhile, and when it was read. */
  #undecoded: Buffer | null = null
  #undecodedMs = 0

  /** @param refusal why it may not stay, `null` where it may: then that is all that the client hears */
  constructor(
    context: ConnectionContext<Connection>,
    transport: Transport,
    refusal: CloseReason | null = null,
  ) {
    this.#context = context
    this.#transport = transport
    this.outbox = new Outbox(this, context.outboxes, context.slowPolicy)
    this.sinceSeconds = this.heardSeconds = Math.floor(context.outboxes.pressure.now() / 1000)
    context.all.add(this)
    context.stats.opened++
    context.transport.open++
    if (refusal === null) {
      context.observer.connected(this, context.admission.isTiresome(this.remoteAddress))
    } else {
      context.admission.beingTold.add(this)
      context.observer.refused(this, refusal)
    }
    this.#speaker = this.#begin()
    if (refusal === null) this.#welcome()
    transport.open(this)
    if (refusal !== null) this.expel(refusal)
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

  get mayBeSlow(): boolean {
    return this.#context.slowPolicy === 'drop-oldest'
  }

  // What the speaker calls.

  requestDone(): boolean {
    const { turn, allowances } = this.#context
    if (turn.requestDone()) this.#giveWay()
    if (allowances.isOn) allowances.spend(this)
    return this.#pauses === 0 && this.#state === 'open'
  }

  authorize(name: string, secret: string | null, then: (refusal: NameRefusal | null) => void): void {
    const { access, otherNodes } = this.#context
    if (!access.isOn) {
      if (otherNodes === null) then(null)
      else this.#askOthers(name, then)
      return
    }
    this.#applicant ??= access.applicant(this, this.#transport)
    this.#applicant.ask(name, secret, (refusal) => {
      if (refusal !== null || otherNodes === null) then(refusal)
      else this.#askOthers(name, then)
    })
  }

  recall(room: string, then: () => void): void {
    const { history } = this.#context
    if (history === null) {
      then()
      return
    }
    let isLater = false
    const isAtHand = history.load(room, () => {
      if (!isLater) then()
      else if (this.#isOpen()) {
        this.carryOn(then)
        this.resume(PAUSE.history)
      }
    })
    isLater = true
    if (!isAtHand) this.pause(PAUSE.history)
  }

  /** What `feed` had to wait for; called like this because nothing was read now. */
  carryOn(work: () => void): void {
    this.#context.turn.begin()
    try {
      work()
    } catch (error) {
      this.#context.observer.faulted(this, error)
      this.expel(CLOSE_REASONS.internal)
    }
  }

  nameRequested(name: string, outcome: ClaimOutcome): void {
    const { deadlines, strangers, observer } = this.#context
    if (outcome === 'accepted') {
      this.name = name
      this.#refusals = 0
      this.outbox.named = true
      deadlines.login.clear(this)
      strangers.delete(this)
    }
    observer.nameRequested(this, name, outcome)
    // Somebody with a name may ask for as many others as they like: they are known.
    if (outcome !== 'accepted' && !this.outbox.named) this.#refused()
  }

  /** No name in time. Whoever waits for the other nodes is not at fault: they hear whether they have it, and are sent away only when they have not. */
  loginExpired(): void {
    if (this.#asksOthers) this.#isLate = true
    else this.expel(CLOSE_REASONS.loginDeadline)
  }

  unnamed(): void {
    this.outbox.named = false
    this.#isLate = false
    if (this.#state !== 'open') return
    if (this.#context.needsLogin) this.#context.deadlines.login.set(this)
    else this.#context.strangers.add(this)
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
    const lastWords = this.#transport.lastWords(reason)
    if (lastWords !== null) this.outbox.push(ownSlice(lastWords))
    // Now and not with everybody else's: whether there is anything left to wait for is known only then.
    this.outbox.flush()
    this.#endWhenSent()
  }

  expel(reason: CloseReason): void {
    if (this.#state !== 'open') return
    try {
      this.#speaker.farewell(reason)
    } catch (error) {
      this.#context.observer.faulted(this, error)
    }
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

  /** What this connection said could not be told in some encoding. */
  failWith(error: unknown): void {
    // Not now: whoever says so may be in the middle of telling others.
    setImmediate(() => {
      this.#context.observer.faulted(this, error)
      this.expel(CLOSE_REASONS.internal)
    })
  }

  // What the outbox calls.

  get port(): Port | null {
    return this.#transport.port
  }

  get traffic(): ConnectionStats {
    return this.#context.stats
  }

  get takenBytes(): number {
    return this.#transport.takenBytes
  }

  get kernelKey(): string {
    return this.#transport.kernelKey
  }

  get openDescriptor(): number | null {
    return this.#transport.openDescriptor
  }

  write(bytes: Buffer): boolean {
    this.#context.stats.bytesOut += bytes.length
    return this.#transport.write(bytes)
  }

  writeMany(pieces: Buffer[]): boolean {
    for (const piece of pieces) this.#context.stats.bytesOut += piece.length
    return this.#transport.writeMany(pieces)
  }

  writeRest(bytes: Buffer, rest: number): boolean {
    this.#context.stats.bytesOut += Math.min(rest, bytes.length)
    return this.#transport.writeRest(bytes, rest)
  }

  tooSlow(): void {
    // Not now: whoever says so is in the middle of everybody's flush.
    setImmediate(() => this.cutOff(CLOSE_REASONS.slow))
  }

  flooded(): void {
    // Not now: the speaker is in the middle of a request.
    setImmediate(() => this.expel(CLOSE_REASONS.flood))
  }

  evict(): void {
    this.cutOff(CLOSE_REASONS.memory)
  }

  // What those call who wait for others to read.

  get gone(): boolean {
    return this.#state !== 'open'
  }

  spend(deliveries: number): void {
    this.#context.turn.spend(deliveries)
  }

  pause(cause: PauseCause): void {
    if (this.#state !== 'open' || (this.#pauses & cause) !== 0) return
    if (this.#pauses === 0) this.#transport.pause()
    // Time in which we do not read is not the client's; but decoding and the turns of others take next to none, and
    // were the deadline set anew behind each such pause, bytes that trickle in, or a flood of pings, would move it.
    if (cause !== PAUSE.decoding && cause !== PAUSE.turn) {
      this.#context.deadlines.frame.clear(this)
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
    this.#context.turn.begin()
    this.#take(bytes, length)
  }

  turnBegins(): void {
    this.#context.turn.begin()
  }

  message(bytes: Buffer): void {
    if (this.#state === 'open') this.#take(bytes, bytes.length)
  }

  /** Messages carry whole requests (W3). */
  messageEnded(): void {
    if (this.#state === 'open' && this.#speaker.partialFrame !== 0) this.expel(CLOSE_REASONS.malformed)
  }

  worked(): void {
    if (this.#state === 'open' && this.#context.turn.requestDone()) this.#giveWay()
  }

  looked(bytes: number): void {
    if (this.#state !== 'open') return
    this.#watch()
    if (bytes >= BYTES_PER_TURN) this.#giveWay()
  }

  interject(bytes: Buffer): void {
    this.outbox.answer(ownSlice(bytes))
  }

  get isBehind(): boolean {
    return this.outbox.queuedBytes > 0
  }

  violated(reason: CloseReason): void {
    this.expel(reason)
  }

  isBinary(firstByte: number): boolean {
    return this.#speaker.isBinary?.(firstByte) ?? false
  }

  settling(): void {
    this.outbox.flush()
  }

  ended(): void {
    this.#peerEnded = true
    // A socket says so even while it is paused: what came before it is carried out and answered first.
    if (this.#undecoded !== null || (this.#pauses & UNANSWERED) !== 0) return
    if (this.#state === 'open') this.close(CLOSE_REASONS.ended)
    else if (this.#state === 'ended') this.#destroy()
  }

  failed(code: string): void {
    if (this.#state === 'open')
      this.#over('gone', code === VANISHED ? CLOSE_REASONS.vanished : CLOSE_REASONS.reset)
    this.#gone()
  }

  releasing(): void {
    this.outbox.close()
  }

  written(): void {
    this.outbox.written()
    if (this.#state === 'closing') this.#endWhenSent()
  }

  /** Whether somebody of another node has the name; nothing is read meanwhile, as while a password is checked. */
  #askOthers(name: string, then: (refusal: NameRefusal | null) => void): void {
    let isWaiting = false
    let isAnswered = false
    this.#context.otherNodes?.claim(name, (refusal) => {
      isAnswered = true
      if (!isWaiting) then(refusal)
      if (!isWaiting || this.#state !== 'open') return
      this.#asksOthers = false
      this.carryOn(() => then(refusal))
      if (this.#isLate && !this.outbox.named) this.expel(CLOSE_REASONS.loginDeadline)
      else this.resume(PAUSE.cluster)
    })
    if (isAnswered) return
    isWaiting = true
    this.#asksOthers = true
    this.pause(PAUSE.cluster)
  }

  #take(bytes: Buffer, length: number): void {
    this.#context.stats.bytesIn += length
    this.heardSeconds = Math.floor(this.#context.turn.readMs / 1000)
    const taken = this.#feed(bytes, length)
    // The bytes are borrowed, and this connection's turn is over: what is left has to be kept.
    if (taken < length) {
      this.#undecoded = Buffer.from(bytes.subarray(taken, length))
      this.#undecodedMs = this.#context.turn.readMs
    }
    if (length >= BYTES_PER_TURN) this.#giveWay()
  }

  /** @returns how many were taken: all, when nothing is to be kept */
  #feed(bytes: Buffer, length: number): number {
    let taken = length
    try {
      taken = this.#speaker.feed(bytes, 0, length)
    } catch (error) {
      this.#context.observer.faulted(this, error)
      this.expel(CLOSE_REASONS.internal)
    }
    if (this.#state !== 'open') return length
    this.#watch()
    return taken
  }

  #watch(): void {
    if (this.#pauses === 0) this.#watchFrame()
    this.#countHeld(this.#speaker.heldBytes + this.#transport.heldBytes)
  }

  #welcome(): void {
    const { needsLogin, deadlines, strangers } = this.#context
    if (needsLogin) deadlines.login.set(this)
    else strangers.add(this)
    try {
      this.#speaker.greet?.()
    } catch (error) {
      this.failWith(error)
    }
  }

  /** A dialect that cannot even begin has a speaker that says nothing, until the connection is over. */
  #begin(): Speaker {
    try {
      return this.#context.speak(this)
    } catch (error) {
      // Ended after this, when the transport has been opened.
      this.failWith(error)
      return SILENT
    }
  }

  /** What thousands leave unfinished is bounded too: beyond it, what was begun first has had its time. */
  #countHeld(bytes: number): void {
    if (bytes === this.#heldBytes) return
    const { input, deadlines } = this.#context
    input.bytes += bytes - this.#heldBytes
    this.#heldBytes = bytes
    // Not now: it may be this one, which is in the middle of its turn.
    if (input.bytes > input.limitBytes) setImmediate(() => deadlines.frame.endOldest())
  }

  #refused(): void {
    this.#refusals++
    if (!this.#context.admission.nameRefused(this.remoteAddress) || this.#refusals >= MAX_REFUSALS) {
      // Not now: the speaker has still to say that this one is refused too.
      setImmediate(() => this.expel(CLOSE_REASONS.refused))
    }
    if (this.#refusals <= FREE_REFUSALS) return
    this.pause(PAUSE.refusals)
    this.#context.deadlines.refusal.set(this)
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
    const undecoded = this.#undecoded
    this.#undecoded = null
    if (undecoded !== null) {
      this.#context.turn.begin(this.#undecodedMs)
      const taken = this.#feed(undecoded, undecoded.length)
      if (taken < undecoded.length) this.#undecoded = undecoded.subarray(taken)
    }
    if (this.#pauses !== 0 || this.#isGone()) return
    if (this.#isOpen() && this.#peerEnded) this.close(CLOSE_REASONS.ended)
    else if (this.#isOpen()) this.#watchFrame()
    // Also when what was left has ended the connection: the client's FIN has to be read.
    if (!this.#isGone()) this.#transport.resume()
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
    // Of the transport's own, with another sign, so that the two are never taken for each other.
    const partialFrame = this.#speaker.partialFrame || -this.#transport.partialFrame
    if (partialFrame === this.#watchedFrame) return
    this.#context.deadlines.frame.clear(this)
    if (partialFrame !== 0) this.#context.deadlines.frame.set(this)
    this.#watchedFrame = partialFrame
  }

  /** The one place where a connection's session ends. */
  #over(state: State, reason: CloseReason): void {
    this.#state = state
    const context = this.#context
    context.deadlines.login.clear(this)
    context.deadlines.frame.clear(this)
    context.deadlines.refusal.clear(this)
    context.strangers.delete(this)
    context.allowances.forget(this)
    this.#applicant?.gone()
    if (state === 'closing') context.deadlines.linger.set(this)
    this.#undecoded = null
    this.#countHeld(0)
    this.#endPauses()
    try {
      this.#speaker.closed(reason)
    } catch (error) {
      context.observer.faulted(this, error)
    }
    // Of one that was refused there is a record.
    if (context.admission.beingTold.has(this)) return
    const isSummed = this.name === null && context.admission.leftNameless(this.remoteAddress)
    context.observer.closed(this, reason, isSummed)
  }

  /** What the client still sends is read, to be ignored. */
  #endPauses(): void {
    if (this.#pauses === 0) return
    for (const cause of Object.values(PAUSE)) {
      if ((this.#pauses & cause) !== 0) this.#pauseClock(cause).end()
    }
    this.#pauses = 0
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
    this.#context.admission.left(this.remoteAddress)
    this.#context.admission.beingTold.delete(this)
    this.#context.stats.closed++
    this.#context.transport.open--
    this.#context.deadlines.linger.clear(this)
    this.outbox.close()
  }
}

const SILENT: Speaker = {
  partialFrame: 0,
  heldBytes: 0,
  feed: (_bytes, _start, end) => end,
  farewell() {},
  closed() {},
}

/** One for all connections: a closure each would cost memory per connection. */
function readOn(connection: Connection): void {
  connection.readOn()
}
