/**
 * Tells another node what it has to know of this one: all of its people at once, and where the numbers of what it says are. A node that
 * enters a room is told where it begins there, so that it knows what it misses from then on.
 */

import type { Recipient } from '../../hub/events.js'
import type { Subject } from '../bus.js'
import type { Clock } from './clock.js'
import type { PresenceOp } from './ops.js'
import type { Outgoing } from './outgoing.js'
import type { OwnPeople, OwnPerson } from './own-people.js'
import type { Body, Head } from './packets.js'
import type { Peer } from './peer.js'
import { nodeSubject, peerSubject, roomOf, roomSubject } from './room-interest.js'
import type { ClusterStats } from './stats.js'
import { AWAITED_MS, FORGET_EVERY_MS, TOLD_AGAIN_MS } from './timing.js'

/** Some hundred KiB at most, which is what engines carry in one piece. */
const MAX_RECORDS = 2000

export interface IntroductionsOptions<R extends Recipient> {
  readonly outgoing: Outgoing
  readonly own: OwnPeople<R>
  readonly stats: ClusterStats
  readonly clock: Clock
  readonly introduction: (person: OwnPerson<R>) => Iterable<PresenceOp>
  /** @param incarnation a former one of this node; otherwise its own */
  readonly send: (subject: Subject, body: Body, incarnation?: string) => void
}

/** What an incarnation of this node that was declared dead has said, and whom it was for. */
interface Farewell {
  readonly incarnation: string
  heads: readonly Head[]
  readonly since: Map<string, ReadonlyMap<string, number>>
  /** Each node that was told, or need not be because it was started since. */
  readonly told: Map<string, Told>
}

interface Told {
  readonly times: number
  readonly lastMs: number
}

/** Whoever was away may have missed the last of so many incarnations. */
const MAX_FAREWELLS = 4
/** One of them may get lost. */
const FAREWELL_REPEATS = 3

export class Introductions<R extends Recipient> {
  readonly #options: IntroductionsOptions<R>
  /** Rooms that another node has entered, and was not told of yet. */
  #entered = new Map<Peer<R>, Set<string>>()
  #farewells: Farewell[] = []
  /**
   * From which number on each node hears each room that it is in. What it was to hear stays so when it was only lost sight
   * of: it may come back, and has missed something then.
   */
  readonly #since = new Map<string, Map<string, number>>()
  /** Nodes of which anything is remembered and that are out of sight, since when. */
  #absentMs = new Map<string, number>()
  #expiredMs = Number.NEGATIVE_INFINITY

  constructor(options: IntroductionsOptions<R>) {
    this.#options = options
  }

  /** This node is another incarnation now, and nobody may have heard the last of what it said before. */
  begin(incarnation: string): void {
    const former = this.#options.outgoing.incarnation
    const heads = this.#options.outgoing.begin(incarnation)
    const since = new Map(Array.from(this.#since, ([node, rooms]) => [node, new Map(rooms)]))
    this.#farewells.push({ incarnation: former, heads, since, told: new Map() })
    if (this.#farewells.length > MAX_FAREWELLS) this.#farewells.shift()
    this.#entered.clear()
    for (const rooms of this.#since.values()) for (const room of rooms.keys()) rooms.set(room, 0)
  }

  /** The node has just been started: nothing that was said before is missing there. */
  forget(node: string): void {
    this.#since.delete(node)
    this.#absentMs.delete(node)
    for (const { told } of this.#farewells) told.set(node, { times: FAREWELL_REPEATS, lastMs: 0 })
    this.#options.outgoing.drop(nodeSubject(node))
  }

  /** @param isNew nothing was heard of anybody yet @param nodes the others, as far as they are known */
  hello(isNew: boolean, nodes: Iterable<string>): void {
    for (const node of nodes) for (const farewell of this.#farewells) this.#bidFarewell(node, farewell)
    const { outgoing, own, send } = this.#options
    outgoing.flush()
    send('all', { kind: 'hello', next: outgoing.head('all').next, people: own.confirmed, isNew })
  }

  /** All of this node's people, as of now: what was published before is in it, and what comes later follows. */
  snapshot(peer: Peer<R>): void {
    const { outgoing, own, stats, introduction, send } = this.#options
    outgoing.flush()
    stats.snapshotsOut++
    const { next } = outgoing.head('all')
    const subject = peerSubject(peer.id)
    let index = 0
    let ops: PresenceOp[] = []
    for (const person of own.all()) {
      if (!person.isConfirmed) continue
      for (const op of introduction(person)) {
        if (ops.length === MAX_RECORDS) {
          send(subject, { kind: 'snapshot', next, index: index++, isLast: false, ops })
          ops = []
        }
        ops.push(op)
      }
    }
    send(subject, { kind: 'snapshot', next, index, isLast: true, ops })
    this.where(peer, [nodeSubject(peer.id), ...Array.from(peer.rooms.keys(), roomSubject)])
    this.#entered.delete(peer)
  }

  /** Tells a node where it begins in what it is to hear. */
  where(peer: Peer<R>, subjects: readonly Subject[]): void {
    const { outgoing } = this.#options
    for (const farewell of this.#farewells) {
      this.#bidFarewell(peer.id, farewell)
      this.#countFarewell(peer.id, farewell)
    }
    const own = nodeSubject(peer.id)
    const heads: Head[] = []
    for (const subject of subjects) {
      if (subject !== own && !peer.rooms.has(roomOf(subject))) continue
      const head = outgoing.head(subject)
      const since = subject === own ? head.began : this.#since.get(peer.id)?.get(roomOf(subject))
      heads.push({ ...head, since: since ?? head.next })
    }
    this.#sendHeads(peerSubject(peer.id), heads)
  }

  /** The node has nobody in that room any more. */
  left(peer: Peer<R>, room: string): void {
    const rooms = this.#since.get(peer.id)
    if (rooms?.delete(room) === true && rooms.size === 0) this.#since.delete(peer.id)
  }

  /** All of the node's people are known: it is in no other rooms. */
  complete(peer: Peer<R>): void {
    for (const room of this.#since.get(peer.id)?.keys() ?? [])
      if (!peer.rooms.has(room)) this.left(peer, room)
  }

  /** Whether a node was to hear that room, in sight or not: what is said there now would be missing at that one. */
  isAwaited(room: string): boolean {
    for (const rooms of this.#since.values()) if (rooms.has(room)) return true
    return false
  }

  /** Whoever is out of sight for long does not come back: nothing of that node is remembered any more. */
  expire(nowMs: number, isInSight: (node: string) => boolean): void {
    if (nowMs - this.#expiredMs < FORGET_EVERY_MS) return
    this.#expiredMs = nowMs
    const absent = new Map<string, number>()
    for (const node of this.#remembered()) {
      if (isInSight(node)) continue
      const sinceMs = this.#absentMs.get(node) ?? nowMs
      if (nowMs - sinceMs < AWAITED_MS) absent.set(node, sinceMs)
      else this.#forgetAll(node)
    }
    this.#absentMs = absent
  }

  #remembered(): Set<string> {
    const nodes = new Set(this.#since.keys())
    for (const { told } of this.#farewells) for (const node of told.keys()) nodes.add(node)
    for (const subject of this.#options.outgoing.subjects()) {
      if (subject.startsWith('node.')) nodes.add(subject.slice('node.'.length))
    }
    return nodes
  }

  #forgetAll(node: string): void {
    this.forget(node)
    for (const farewell of this.#farewells) {
      farewell.told.delete(node)
      farewell.since.delete(node)
      farewell.heads = farewell.heads.filter(({ subject }) => subject !== nodeSubject(node))
    }
  }

  entered(peer: Peer<R>, room: string): void {
    let since = this.#since.get(peer.id)
    if (since === undefined) {
      since = new Map()
      this.#since.set(peer.id, since)
    }
    if (!since.has(room)) since.set(room, this.#options.outgoing.head(roomSubject(room)).next)
    const rooms = this.#entered.get(peer)
    if (rooms === undefined) this.#entered.set(peer, new Set([room]))
    else rooms.add(room)
  }

  /** Tells those who have entered rooms where they begin. */
  sendEntered(): void {
    if (this.#entered.size === 0) return
    const entered = this.#entered
    this.#entered = new Map()
    for (const [peer, rooms] of entered) {
      this.where(peer, Array.from(rooms, roomSubject))
    }
  }

  /** That this node is there, and what it has said lately. @param isSaid whether that was published */
  heartbeat(isSaid: boolean): void {
    this.#sendHeads('all', isSaid ? this.#options.outgoing.heads() : [this.#options.outgoing.head('all')])
  }

  /** A node that was away at that time may have missed something of it. */
  #bidFarewell(node: string, { incarnation, heads, since, told }: Farewell): void {
    if ((told.get(node)?.times ?? 0) >= FAREWELL_REPEATS) return
    const subject = nodeSubject(node)
    const rooms = since.get(node)
    const theirs: Head[] = []
    for (const head of heads) {
      const from = head.subject === subject ? head.began : rooms?.get(roomOf(head.subject))
      if (from !== undefined) theirs.push({ ...head, since: from })
    }
    this.#sendHeads(peerSubject(node), theirs, incarnation)
  }

  /**
   * It was heard of just now, so that this has most likely arrived. But what it has asked while this node stood still is answered
   * all at once, and lost all at once.
   */
  #countFarewell(node: string, { told }: Farewell): void {
    const now = this.#options.clock.now()
    const { times, lastMs } = told.get(node) ?? { times: 0, lastMs: Number.NEGATIVE_INFINITY }
    if (now - lastMs >= TOLD_AGAIN_MS) told.set(node, { times: times + 1, lastMs: now })
  }

  #sendHeads(subject: Subject, heads: readonly Head[], incarnation?: string): void {
    for (let from = 0; from < heads.length; from += MAX_RECORDS) {
      this.#options.send(
        subject,
        { kind: 'heads', heads: heads.slice(from, from + MAX_RECORDS) },
        incarnation,
      )
    }
  }
}
