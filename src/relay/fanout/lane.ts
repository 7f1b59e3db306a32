/**
 * All members of one room who share one encoding. An event is encoded here once, and every member's outbox
 * takes the same bytes by reference. Owns who gets which part of the batch, and who may be written to directly.
 *
 *   batch    | evt1 | evt2 | evt3 |
 *   Amy      <------- whole ------>     one slice, shared with everybody like her
 *   Bob      <-----> gap <-------->     said evt2 himself: takes what is around the gap
 *   Cyd             cursor <------>     joined, or was sent an answer, after evt2
 *
 * Those like Amy who have nothing queued are nearly everybody, and looking at an outbox of each costs time beside the
 * write: at 5,000 they are not in the cache. So they stand in `Ports`, which writes to all of them in one call.
 */

import type { RoomEvent } from '../hub/events.js'
import { Batch } from './batch.js'
import type { Slice } from './chunk.js'
import type { Congestion } from './congestion.js'
import type { Encoding } from './encoding.js'
import type { Flusher } from './flusher.js'
import type { Outbox, OutboxContext } from './outbox.js'
import type { Place, Ports } from './ports.js'

/** Places that a lane begins with; most rooms are small, and there are thousands. */
const FIRST_PLACES = 16
/** A batch larger than this is handed to the outboxes before the turn ends. */
const MAX_BATCH_BYTES = 256 * 1024

/** One recipient's place in one lane. */
export class Member implements Place {
  readonly lane: Lane
  readonly outbox: Outbox
  /** Where it stands in `Lane.#members`. */
  index: number
  /** How far into the batch it has been served. */
  cursor = 0
  /** Parts of the batch that are not for it: from, to, from, to, … in order. */
  gaps: number[] | null = null

  constructor(lane: Lane, outbox: Outbox, index: number) {
    this.lane = lane
    this.outbox = outbox
    this.index = index
  }

  review(): void {
    this.lane.review(this)
  }
}

export class Lane {
  readonly encoding: Encoding
  /** The room's. */
  readonly congestion: Congestion
  readonly #flusher: Flusher
  readonly #batch: Batch
  readonly #members: Member[] = []
  /** For each member whether it has a port: a byte, because all are looked at in each flush. */
  #direct = new Uint8Array(FIRST_PLACES)
  #directCount = 0
  readonly #ports: Ports
  /** Where each event of the batch ends. */
  #ends: number[] = []
  /** Events that its members were given, one for each event and member. */
  deliveries = 0
  /** Events times members is not quite what is delivered: this is what exceptions, joins and leaves change. */
  #correction = 0

  constructor(encoding: Encoding, context: OutboxContext, congestion: Congestion) {
    this.encoding = encoding
    this.congestion = congestion
    this.#flusher = context.flusher
    this.#batch = new Batch(context.pool)
    this.#ports = context.createPorts()
  }

  get size(): number {
    return this.#members.length
  }

  /** The new member gets what is told from now on. */
  add(outbox: Outbox): Member {
    const member = new Member(this, outbox, this.#members.length)
    member.cursor = this.#batch.bytes
    this.#correction -= this.#ends.length
    this.#members.push(member)
    if (this.#members.length > this.#direct.length) {
      const larger = new Uint8Array(this.#direct.length * 2)
      larger.set(this.#direct)
      this.#direct = larger
    }
    return member
  }

  /** The member gets what was told so far, and nothing more. */
  remove(member: Member): void {
    this.catchUp(member)
    this.#setDirect(member, false)
    this.#correction += this.#ends.length
    const last = this.#members.at(-1) as Member
    const wasDirect = this.#direct[last.index] === 1
    this.#setDirect(last, false)
    this.#members.pop()
    const { index } = member
    member.index = -1
    if (last === member) return
    this.#members[index] = last
    last.index = index
    this.#setDirect(last, wasDirect)
  }

  /** Has the member stand among those who are written to directly, or not any more. */
  review(member: Member): void {
    if (member.index < 0) return
    this.#setDirect(member, member.cursor === 0 && member.gaps === null && member.outbox.mayBePassed(member))
  }

  /**
   * @param except a member of this lane who is not to be told
   * @param others further members who are not; `null` for none, which costs nothing
   * @returns how many bytes it is
   * @throws what the encoding throws: the lane is as if nothing had been told
   */
  tell(event: RoomEvent, except: Member | null, others: readonly Member[] | null = null): number {
    const batch = this.#batch
    const from = batch.bytes
    try {
      this.encoding.encode(event, batch)
    } catch (error) {
      batch.rollBack(from)
      throw error
    }
    const to = batch.bytes
    if (to === from) return 0
    if (from === 0) this.#flusher.listLane(this)
    this.#ends.push(to)
    if (except !== null) this.#except(except, from, to)
    if (others !== null) for (const member of others) this.#except(member, from, to)
    if (to > MAX_BATCH_BYTES) this.collect(false)
    return to - from
  }

  /** Puts what this lane holds for one member into its outbox, so that an answer can go behind it (M5). */
  catchUp(member: Member): void {
    const end = this.#batch.bytes
    if (member.cursor === end) return
    this.#serve(member, end)
    member.cursor = end
    this.#setDirect(member, false)
  }

  /**
   * Puts the batch into every member's outbox and begins the next one.
   * @param last whether this ends the turn: then those who have nothing else to be sent are written to at once
   */
  collect(last: boolean): void {
    const batch = this.#batch
    const end = batch.bytes
    if (end === 0) return
    const members = this.#members
    const whole = batch.slice(0, end, this.#ends.length)
    const refused = last ? this.#sendDirectly(whole) : 0
    if (!last || this.#directCount < members.length) {
      for (let index = 0; index < members.length; index++) {
        if (last && this.#direct[index] === 1) continue
        const member = members[index] as Member
        if (member.cursor === 0 && member.gaps === null) {
          member.outbox.push(whole)
        } else {
          if (member.cursor !== end) this.#serve(member, end)
          member.cursor = 0
          // Whoever said all of this has nothing to be sent, and nobody else looks at them again.
          this.review(member)
        }
      }
    }
    // Only now, because from here on they no longer count as served directly.
    for (let pair = 0; pair < refused; pair++) {
      const { outbox } = members[this.#ports.refused[pair * 2] as number] as Member
      outbox.passedInPart(whole, this.#ports.refused[pair * 2 + 1] as number)
    }
    const { stats } = this.#flusher
    const delivered = this.#ends.length * members.length + this.#correction
    stats.deliveries += delivered
    this.deliveries += delivered
    stats.batchEvents.add(this.#ends.length)
    stats.batchBytes.add(end)
    this.#ends = []
    this.#correction = 0
    batch.finish()
  }

  /** After the writing: memory that nobody needs goes back. */
  settle(): void {
    this.#batch.settle()
  }

  /** @returns how many pairs of `Ports.refused` there are */
  #sendDirectly({ bytes }: Slice): number {
    const count = this.#directCount
    if (count === 0) return 0
    const ports = this.#ports
    const refused = ports.send(bytes, this.#members.length)
    // One dialect has one account of its traffic, so anybody's will do.
    const { traffic } = (this.#members[0] as Member).outbox.sink
    traffic.bytesOut += bytes.length * count
    // Those are written, and counted, by the sink; what a port puts before them is not counted at all.
    for (let pair = 0; pair < refused; pair++)
      traffic.bytesOut -= Math.min(ports.refused[pair * 2 + 1] as number, bytes.length)
    return refused
  }

  #setDirect(member: Member, direct: boolean): void {
    const { index } = member
    const port = direct ? member.outbox.sink.port : null
    const now = port === null ? 0 : 1
    if (this.#direct[index] === now) return
    this.#direct[index] = now
    this.#directCount += now === 1 ? 1 : -1
    this.#ports.set(index, port)
  }

  #except(member: Member, from: number, to: number): void {
    this.#correction--
    const gaps = member.gaps
    if (gaps === null) {
      member.gaps = [from, to]
      this.#setDirect(member, false)
    } else if (gaps.at(-1) === from) gaps[gaps.length - 1] = to
    else gaps.push(from, to)
  }

  /** Pushes `[cursor, end)` without the member's gaps. */
  #serve(member: Member, end: number): void {
    let at = member.cursor
    const gaps = member.gaps
    if (gaps !== null) {
      for (let index = 0; index < gaps.length; index += 2) {
        const from = gaps[index] as number
        if (from > at) member.outbox.push(this.#slice(at, from))
        at = gaps[index + 1] as number
      }
      member.gaps = null
    }
    if (end > at) member.outbox.push(this.#slice(at, end))
  }

  #slice(from: number, to: number): Slice {
    let events = 0
    for (const end of this.#ends) if (end > from && end <= to) events++
    return this.#batch.slice(from, to, events)
  }
}
