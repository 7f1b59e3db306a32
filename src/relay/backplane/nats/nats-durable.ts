/**
 * Keeps what was said until NATS has it, and finds what this node has missed. Owns that everything is published in its order and again until it was
 * acknowledged, that it is on the disk as soon as that takes longer than it should, and that it does not become too much.
 *
 *     publish ──▶ unacknowledged ──▶ NATS ──▶ the stream, and whoever listens
 *                    │      ▲          │
 *                  spool    └── acks ──┘      refused, or no answer: again after a while
 */

import { createInbox, headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import type { Subject } from '../bus.js'
import type { Durable, Gap, Range, Search } from '../cluster/durable.js'
import { GapSearch } from './gap-search.js'
import { MessageStream, type StreamLimits } from './message-stream.js'
import type { NatsBus } from './nats-bus.js'
import type { NatsStore } from './nats-store.js'
import type { Place, Spool } from './spool.js'
import { StreamMarks } from './stream-marks.js'
import { SubjectNames } from './subject-names.js'
import { type Entry, Unacknowledged } from './unacknowledged.js'

export interface NatsDurableOptions {
  readonly bus: NatsBus
  readonly store: Promise<NatsStore>
  readonly prefix: string
  readonly node: string
  readonly limits: StreamLimits
  /** So much may wait for NATS: above it whoever says something has to wait, until it is half of it. */
  readonly maxUnsentBytes: number
  readonly spool: Spool
  /** For tests. */
  readonly patienceMs?: number
  readonly observer: DurableObserver
}

/** Hears what an operator might want to know. */
export interface DurableObserver {
  /** What was not published before this node ended is published now. */
  recovered(batches: number, tornBytes: number): void
  /** NATS does not keep what it is given; said once until it does. */
  notKept(why: string): void
  keptAgain(): void
  /** So much waits that whoever says something has to wait; and not any more. */
  full(bytes: number): void
  relieved(): void
  /** It cannot be written to the disk; said once until it can. */
  spoolFailed(error: Error): void
  /** The stream could not be made or read; it is tried again. */
  linkFailed(error: Error): void
}

/** Plain integers; metrics read them. */
export interface DurableStats {
  /** Batches that NATS keeps. */
  kept: number
  /** Of these, such as it had already. */
  repeated: number
  /** Sent again, because NATS did not take them, or did not say so in time. */
  refused: number
  /** Written to the disk. */
  spooled: number
  /** How often too much waited. */
  full: number
}

/** So much is under way at once: what comes in one round trip over a slow network at some 10 MB/s. */
const WINDOW = { messages: 4096, bytes: 4 * 1024 * 1024 }
const TICK_MS = 25
/** What was not acknowledged by then is written to the disk. */
const SPOOL_AFTER_MS = 25
/** What was not answered by then is sent again, … */
const ANSWER_MS = 5_000
/** … and what was refused, after this. */
const REFUSED_MS = 1_000
/** So long it is looked for what is missing. A node that was cut off as well may be about to publish it. */
const PATIENCE_MS = 10_000
/** How often the end of the stream is asked for, when nothing that this node has published tells it. */
const MARK_MS = 1_000
const MESSAGE_ID = 'Nats-Msg-Id'

export class NatsDurable implements Durable {
  readonly stats: DurableStats = { kept: 0, repeated: 0, refused: 0, spooled: 0, full: 0 }
  /** Told when nobody has to wait any more. */
  onRelief: () => void = () => {}
  readonly #options: NatsDurableOptions
  readonly #names: SubjectNames
  readonly #unacknowledged = new Unacknowledged(WINDOW)
  readonly #places = new Map<Entry, Place>()
  readonly #marks = new StreamMarks()
  readonly #search: GapSearch
  readonly #headers: MsgHdrs = headers()
  #connection: NatsConnection | null = null
  #stream: MessageStream | null = null
  #inbox = ''
  /** Not on the disk yet. */
  #toSpool: Entry[] = []
  #isSpooling = false
  #hasSpoolFailed = false
  #timer: NodeJS.Timeout | null = null
  /** The timer is one for when there is nothing to do. */
  #isIdle = false
  #isFull = false
  #isNotKept = false
  #retryMs = Number.NEGATIVE_INFINITY
  #markedMs = Number.NEGATIVE_INFINITY
  #flushed: (() => void)[] = []
  #isClosed = false

  private constructor(options: NatsDurableOptions) {
    this.#options = options
    const { bus, prefix } = options
    this.#names = new SubjectNames(prefix)
    this.#search = new GapSearch({
      isUp: () => bus.isUp && this.#stream !== null,
      now: () => performance.now(),
      from: () => this.#marks.from(performance.now()),
      read: (gap, from, read) => this.#read(gap, from, read),
      failed: (error) => options.observer.linkFailed(error),
      patienceMs: options.patienceMs ?? PATIENCE_MS,
    })
  }

  /**
   * Before anything is published or listened to: what was left over comes first, and what comes later than this is found. Resolves when NATS was
   * reached, or cannot be.
   */
  static async open(options: NatsDurableOptions): Promise<NatsDurable> {
    const durable = new NatsDurable(options)
    durable.#recover()
    const { bus } = options
    bus.onLink((isUp) => durable.#linkIs(isUp))
    const begun = durable.#begin()
    if (bus.isUp) await Promise.race([begun, new Promise<void>((resolve) => bus.onLink(() => resolve()))])
    return durable
  }

  get isFull(): boolean {
    return this.#isFull
  }

  get isBehind(): boolean {
    return this.#unacknowledged.isBehind
  }

  /** What NATS does not keep yet. */
  get unsent(): { readonly batches: number; readonly bytes: number } {
    const { count: batches, bytes } = this.#unacknowledged
    return { batches, bytes }
  }

  /** How many gaps are looked for. */
  get searches(): number {
    return this.#search.active
  }

  publish(subject: Subject, bytes: Uint8Array, { incarnation, first }: Range): void {
    const { bus, node } = this.#options
    const id = `${node}.${incarnation}.${subject}.${first}`
    const entry = this.#unacknowledged.add({ subject, id, bytes }, performance.now())
    this.#toSpool.push(entry)
    if (bus.isUp) this.#pump()
    else this.#spoolSoon()
    this.#tickLater()
    this.#judge()
  }

  secure(): void {
    if (this.#toSpool.length > 0 && !this.#options.bus.isUp && !this.#isClosed) {
      this.#spool(Number.POSITIVE_INFINITY)
    }
  }

  fill(gap: Gap, search: Search): void {
    void this.#search.begin(gap, search)
  }

  flush(): Promise<void> {
    if (this.#unacknowledged.count === 0 || !this.#options.bus.isUp) return Promise.resolve()
    return new Promise((resolve) => this.#flushed.push(resolve))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#search.close()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#spool(Number.POSITIVE_INFINITY)
    this.#disk(() => this.#options.spool.close())
  }

  #recover(): void {
    const { spool, observer } = this.#options
    const { recovered, tornBytes } = spool
    const now = performance.now()
    for (const { unsent, place } of recovered) this.#places.set(this.#unacknowledged.add(unsent, now), place)
    if (recovered.length > 0 || tornBytes > 0) observer.recovered(recovered.length, tornBytes)
    this.#judge()
  }

  async #begin(): Promise<void> {
    const { bus, store, prefix, limits } = this.#options
    const { jetStream } = await store
    const connection = await bus.connected
    this.#inbox = createInbox()
    connection.subscribe(`${this.#inbox}.*`, { callback: (_error, message) => this.#answered(message) })
    this.#connection = connection
    this.#stream = new MessageStream(jetStream, prefix, limits)
    if (bus.isUp) await this.#linkIs(true)
  }

  async #linkIs(isUp: boolean): Promise<void> {
    const now = performance.now()
    if (!isUp) {
      this.#marks.linkDown(now)
      this.#unacknowledged.unsend()
      this.#spoolSoon()
      this.#endFlush()
      return
    }
    this.#marks.linkUp(now)
    this.#pump()
    this.#tickLater()
    await this.#ensure()
  }

  /** The server may be another one, or have lost its disk. */
  async #ensure(): Promise<void> {
    const { bus, observer } = this.#options
    while (this.#stream !== null && bus.isUp && !this.#isClosed) {
      try {
        await this.#stream.ensure()
        await this.#mark()
        return
      } catch (error) {
        if (bus.isUp) observer.linkFailed(error as Error)
        await new Promise((resolve) => setTimeout(resolve, REFUSED_MS))
      }
    }
  }

  #pump(): void {
    const now = performance.now()
    if (this.#connection === null) return
    for (let entry = this.#unacknowledged.take(now); entry !== null; entry = this.#unacknowledged.take(now))
      this.#send(entry)
  }

  #send({ subject, id, bytes, number }: Entry): void {
    this.#headers.set(MESSAGE_ID, id)
    const reply = `${this.#inbox}.${number.toString(36)}`
    this.#connection?.publish(this.#names.of(subject), bytes, { headers: this.#headers, reply })
  }

  #answered(message: Msg): void {
    const { observer } = this.#options
    const number = Number.parseInt(message.subject.slice(this.#inbox.length + 1), 36)
    const answer = answerOf(message)
    if (typeof answer === 'string') {
      this.#unacknowledged.refused(number)
      this.stats.refused++
      if (!this.#isNotKept) observer.notKept(answer)
      this.#isNotKept = true
      return
    }
    const entry = this.#unacknowledged.kept(number)
    if (entry === null) return
    this.stats.kept++
    if (answer.isRepeated) this.stats.repeated++
    else this.#marks.note(performance.now(), answer.sequence)
    if (this.#isNotKept) observer.keptAgain()
    this.#isNotKept = false
    const place = this.#places.get(entry)
    if (place !== undefined) {
      this.#places.delete(entry)
      this.#options.spool.kept(place)
    }
    if (this.#unacknowledged.isBehind) this.#pump()
    if (this.#unacknowledged.count === 0) this.#endFlush()
    this.#judge()
  }

  #tickLater(): void {
    if (this.#isClosed || (this.#timer !== null && !this.#isIdle)) return
    this.#wake(TICK_MS)
  }

  #wake(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#isIdle = delayMs !== TICK_MS
    this.#timer = setTimeout(() => this.#tick(), delayMs)
  }

  #tick(): void {
    this.#timer = null
    const { bus, spool } = this.#options
    const now = performance.now()
    this.#spool(bus.isUp ? now - SPOOL_AFTER_MS : now)
    this.#disk(() => spool.tidy())
    if (bus.isUp) {
      if (now - this.#retryMs >= REFUSED_MS) {
        this.#retryMs = now
        this.stats.refused += this.#unacknowledged.refuseUnanswered(now - ANSWER_MS)
        this.#retry(now)
      }
      if (now - Math.max(this.#markedMs, this.#marks.lastMs) >= MARK_MS) {
        this.#markedMs = now
        this.#mark().catch(() => {})
      }
      this.#pump()
    }
    // With nothing to do but to know where the stream ends, rarely.
    const isBusy = this.#unacknowledged.count > 0 || this.#toSpool.length > 0 || !spool.isEmpty
    this.#wake(isBusy ? TICK_MS : MARK_MS)
  }

  #retry(now: number): void {
    for (
      let entry = this.#unacknowledged.takeRefused(now);
      entry !== null;
      entry = this.#unacknowledged.takeRefused(now)
    )
      this.#send(entry)
  }

  async #mark(): Promise<void> {
    if (this.#stream === null) return
    const askedMs = performance.now()
    this.#marks.noteEnd(askedMs, await this.#stream.end())
  }

  #read(gap: Gap, from: number, read: (batches: readonly Uint8Array[]) => boolean): Promise<number> {
    const stream = this.#stream
    if (stream === null) return Promise.resolve(from)
    return stream.read(this.#names.of(gap.subject), from, read)
  }

  /** What is said in one turn is written at once, before anybody else has a turn. */
  #spoolSoon(): void {
    if (this.#isSpooling) return
    this.#isSpooling = true
    queueMicrotask(() => {
      this.#isSpooling = false
      if (!this.#isClosed) this.#spool(Number.POSITIVE_INFINITY)
    })
  }

  /** Writes what is there since that time and still not kept. */
  #spool(untilMs: number): void {
    let count = 0
    while (count < this.#toSpool.length && (this.#toSpool[count] as Entry).addedMs <= untilMs) count++
    if (count === 0) return
    const entries = this.#toSpool.splice(0, count).filter(({ state }) => state !== 'kept')
    if (entries.length === 0) return
    const isWritten = this.#disk(() => {
      const places = this.#options.spool.write(entries)
      for (const [index, entry] of entries.entries()) this.#places.set(entry, places[index] as Place)
      this.stats.spooled += entries.length
    })
    if (isWritten) this.#hasSpoolFailed = false
    else this.#toSpool = entries.concat(this.#toSpool)
  }

  #disk(work: () => void): boolean {
    try {
      work()
    } catch (error) {
      if (!this.#hasSpoolFailed) this.#options.observer.spoolFailed(error as Error)
      this.#hasSpoolFailed = true
      return false
    }
    return true
  }

  #judge(): void {
    const { heldBytes: bytes } = this.#unacknowledged
    const { maxUnsentBytes, observer } = this.#options
    if (!this.#isFull && bytes >= maxUnsentBytes) {
      this.#isFull = true
      this.stats.full++
      observer.full(bytes)
    } else if (this.#isFull && bytes < maxUnsentBytes / 2) {
      this.#isFull = false
      observer.relieved()
      this.onRelief()
    }
  }

  #endFlush(): void {
    const flushed = this.#flushed
    this.#flushed = []
    for (const resolve of flushed) resolve()
  }
}

interface Ack {
  readonly sequence: number
  /** It was there already. */
  readonly isRepeated: boolean
}

/** @returns why it is not kept, where it is not */
function answerOf(message: Msg): Ack | string {
  if (message.headers?.code === 503) return 'no stream answers'
  let answer: { seq?: unknown; duplicate?: unknown; error?: { description?: unknown } }
  try {
    answer = JSON.parse(message.string())
  } catch {
    return 'an answer that is none'
  }
  if (typeof answer.seq !== 'number') return String(answer.error?.description ?? 'an answer that is none')
  return { sequence: answer.seq, isRepeated: answer.duplicate === true }
}
