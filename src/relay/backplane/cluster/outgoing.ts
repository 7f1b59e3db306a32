/**
 * What this node tells others: a batch for each subject and turn of the event loop, published right after the poll phase that brought
 * it, and the numbers of what is in it. Owns that what one person does reaches each node in its order (M5): whoever turns from one
 * subject to another has what they did in the first published before.
 *
 *     batch   | header | first | how many | record record record …        one NATS message
 *     numbers   of records, for each subject of an incarnation; never used twice, also when a room is forgotten and comes again
 */

import type { Subject } from '../bus.js'
import { Writer } from './bytes.js'
import type { Range } from './durable.js'
import { type Op, writeOp } from './ops.js'
import { beginPacket, type Head } from './packets.js'
import type { ClusterStats } from './stats.js'
import { HEAD_REPEATS } from './timing.js'

/** A batch that has grown to this is published at once. */
const MAX_BATCH_BYTES = 256 * 1024
/** Memory for batches that is kept for the next turn. */
const MAX_SPARE_WRITERS = 8

/** Whoever does something, as far as the order of it goes. */
export interface Actor {
  /** Where they did something last. */
  lastChannel: Channel | null
}

/** One subject, as this node publishes it. */
export class Channel {
  readonly subject: Subject
  readonly began: number
  /** The number of the next record to be published; those of the open batch are not yet. */
  next: number
  /** How many more heartbeats tell its head. */
  repeats = 0
  /** The batch that is open, how many are in it, and where that number goes. */
  writer: Writer | null = null
  count = 0
  hole = 0

  constructor(subject: Subject, began: number) {
    this.subject = subject
    this.began = began
    this.next = began
  }
}

export interface OutgoingOptions {
  readonly node: string
  readonly incarnation: string
  readonly stats: ClusterStats
  /** @param bytes the receiver's to keep */
  readonly publish: (subject: Subject, bytes: Uint8Array, range: Range) => void
  /** Calls back once, right after the poll phase. */
  readonly afterTurn: (callback: () => void) => void
}

export class Outgoing {
  readonly #options: OutgoingOptions
  #incarnation: string
  readonly #channels = new Map<Subject, Channel>()
  /** In the order in which their batches were opened. */
  #open = new Set<Channel>()
  #spare: Writer[] = []
  /** No channel begins below this: numbers of one that was dropped do not come again. */
  #floor = 0
  #scheduled = false
  #afterwards: (() => void)[] = []

  constructor(options: OutgoingOptions) {
    this.#options = options
    this.#incarnation = options.incarnation
  }

  get incarnation(): string {
    return this.#incarnation
  }

  /**
   * What was not published yet is of an incarnation that nobody listens to any more.
   * @returns where its numbers have come to, for those who want to know what they have missed
   */
  begin(incarnation: string): Head[] {
    const heads: Head[] = []
    for (const channel of this.#channels.values()) {
      channel.next += channel.count
      if (channel.subject !== 'all') heads.push(headOf(channel))
    }
    for (const channel of this.#open) this.#spareWriter(channel)
    this.#open.clear()
    this.#channels.clear()
    this.#floor = 0
    this.#incarnation = incarnation
    return heads
  }

  /** @param actor whose order has to be kept; over what they did in other subjects as well */
  add(subject: Subject, op: Op, actor: Actor): void {
    const channel = this.channel(subject)
    if (actor.lastChannel !== channel) {
      if (actor.lastChannel !== null) this.#seal(actor.lastChannel)
      actor.lastChannel = channel
    }
    const writer = channel.writer ?? this.#openBatch(channel)
    writeOp(op, writer)
    channel.count++
    if (writer.length >= MAX_BATCH_BYTES) this.#seal(channel)
  }

  /** The same record for several. */
  addToAll(subjects: readonly Subject[], op: Op, actor: Actor): void {
    if (subjects.length === 1) {
      this.add(subjects[0] as Subject, op, actor)
      return
    }
    if (actor.lastChannel !== null) this.#seal(actor.lastChannel)
    actor.lastChannel = null
    const once = new Writer()
    writeOp(op, once)
    const record = once.take()
    for (const subject of subjects) {
      const channel = this.channel(subject)
      const writer = channel.writer ?? this.#openBatch(channel)
      writer.raw(record)
      channel.count++
      // There is only one place to remember that they were here.
      this.#seal(channel)
    }
  }

  /** Something was said that nobody will be sent: that it is missing is seen by its number. */
  skip(subject: Subject): void {
    const channel = this.channel(subject)
    this.#seal(channel)
    channel.next++
    channel.repeats = HEAD_REPEATS
  }

  /** Calls back once everything so far was published. */
  onceSent(callback: () => void): void {
    this.#afterwards.push(callback)
    this.#schedule()
  }

  /** Publishes everything now. */
  flush(): void {
    for (const channel of this.#open) this.#seal(channel)
    const afterwards = this.#afterwards
    this.#afterwards = []
    for (const callback of afterwards) callback()
  }

  channel(subject: Subject): Channel {
    let channel = this.#channels.get(subject)
    if (channel === undefined) {
      channel = new Channel(subject, this.#floor)
      this.#channels.set(subject, channel)
    }
    return channel
  }

  /** Nobody here or elsewhere is in it any more. */
  drop(subject: Subject): void {
    const channel = this.#channels.get(subject)
    if (channel === undefined) return
    this.#seal(channel)
    this.#floor = Math.max(this.#floor, channel.next)
    this.#channels.delete(subject)
  }

  /** Whose numbers are remembered. */
  subjects(): Iterable<Subject> {
    return this.#channels.keys()
  }

  /** The heads that a heartbeat tells, `all`'s among them. */
  heads(): Head[] {
    const heads: Head[] = []
    for (const channel of this.#channels.values()) {
      if (channel.repeats === 0 && channel.subject !== 'all') continue
      if (channel.repeats > 0) channel.repeats--
      heads.push(headOf(channel))
    }
    return heads
  }

  head(subject: Subject): Head {
    return headOf(this.channel(subject))
  }

  /** What was published lately may not have arrived: the next heartbeats tell every head. */
  repeatHeads(): void {
    for (const channel of this.#channels.values()) channel.repeats = HEAD_REPEATS
  }

  #openBatch(channel: Channel): Writer {
    const writer = this.#spare.pop() ?? new Writer()
    beginPacket(writer, 'batch', this.#options.node, this.#incarnation)
    writer.number(channel.next)
    channel.hole = writer.hole()
    channel.writer = writer
    this.#open.add(channel)
    this.#schedule()
    return writer
  }

  #seal(channel: Channel): void {
    const { writer, count, next: first } = channel
    if (writer === null) return
    writer.fill(channel.hole, count)
    const bytes = writer.take()
    this.#spareWriter(channel)
    this.#open.delete(channel)
    channel.next += count
    channel.repeats = HEAD_REPEATS
    const { stats, publish } = this.#options
    stats.batchesOut++
    stats.opsOut += count
    stats.bytesOut += bytes.length
    publish(channel.subject, bytes, { incarnation: this.#incarnation, first, count })
  }

  #spareWriter(channel: Channel): void {
    const { writer } = channel
    channel.writer = null
    channel.count = 0
    if (writer === null || writer.capacity > 2 * MAX_BATCH_BYTES) return
    if (writer.length > 0) writer.take()
    if (this.#spare.length < MAX_SPARE_WRITERS) this.#spare.push(writer)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#options.afterTurn(() => {
      this.#scheduled = false
      this.flush()
    })
  }
}

function headOf({ subject, next, began }: Channel): Head {
  return { subject, next, began, since: null }
}
