/**
 * The other nodes: what comes from them, in which order it counts, and who of them is there. Owns that everybody's people are known
 * as of one number of `all`: what is missing there makes a node unknown until it has told all of its people anew.
 *
 *     asking ──▶ known ──▶ asking    a hole in `all`, or somebody whom we do not know
 *       │          │
 *       └──────────┴──▶ gone         another incarnation, or declared dead: nothing of it counts any more
 *
 * What one node says arrives in its order over all subjects. So while it is asked, its `all` is ignored: that is in the snapshot.
 */

import { CLOSE_REASONS } from '../../hub/close-reason.js'
import type { Recipient } from '../../hub/events.js'
import type { LeaseHolder, Subject } from '../bus.js'
import type { Order } from '../orders.js'
import { Damaged } from './bytes.js'
import type { Clock } from './clock.js'
import type { Durable, Search } from './durable.js'
import { Incoming, type IncomingSink, type Keeper, type Numbered } from './incoming.js'
import type { PresenceOp, SpokenOp } from './ops.js'
import { type Batch, type Body, type Head, OtherVersion, readPacket, type Snapshot } from './packets.js'
import { Peer } from './peer.js'
import type { Presence } from './presence.js'
import type { Spoken } from './spoken.js'
import type { ClusterStats } from './stats.js'
import { ASK_AGAIN_MS, AWAITED_MS, PLACE_MS } from './timing.js'

export interface PeersOptions<R extends Recipient> {
  /** This node. */
  readonly node: string
  readonly clock: Clock
  readonly stats: ClusterStats
  readonly durable: Durable | null
  readonly presence: () => Presence<R>
  readonly spoken: () => Spoken<R>
  readonly isListenedTo: (subject: Subject) => boolean
  readonly send: (node: string, body: Body) => void
  /** It wants to know this node's people. */
  readonly asked: (peer: Peer<R>) => void
  /** It wants to know where it begins. */
  readonly askedWhere: (peer: Peer<R>, subjects: readonly Subject[]) => void
  /** It was just started, and nothing of what was said before is missing there. */
  readonly isNew: (peer: Peer<R>) => void
  /** What came from it was worked on. */
  readonly handled: (peer: Peer<R>) => void
  readonly ordered: (peer: Peer<R>, order: Order) => void
  readonly came: (peer: Peer<R>) => void
  /** Its people are known. */
  readonly known: (peer: Peer<R>) => void
  readonly gone: (peer: Peer<R>) => void
  readonly lost: (node: string, subject: Subject, count: number) => void
  readonly unreadable: (why: 'damaged' | 'version', error: Error) => void
}

/** So many former incarnations of a node are remembered. */
const MAX_FORMER = 8
/** So many nodes that were declared dead are remembered. One that still speaks when it was forgotten is declared dead anew. */
const MAX_DEAD = 1000
/** So many others are known, or awaited, at once: whoever may publish could make up any number of them. */
export const MAX_NODES = 1000
/** All of a node's people are told in so many pieces of some thousand records each at most. */
const MAX_PIECES = 1000
const NODE_LOST = CLOSE_REASONS.nodeLost.label

export class Peers<R extends Recipient> {
  readonly #options: PeersOptions<R>
  readonly #peers = new Map<string, Peer<R>>()
  /** The last incarnation of each node that was declared dead; who was so last is behind. */
  readonly #dead = new Map<string, string>()
  /** Such incarnations, the last behind, with what was heard of them: what is missing of it is counted, although nobody hears it. */
  readonly #former = new Map<string, Peer<R>[]>()

  constructor(options: PeersOptions<R>) {
    this.#options = options
  }

  get(node: string): Peer<R> | undefined {
    return this.#peers.get(node)
  }

  all(): Iterable<Peer<R>> {
    return this.#peers.values()
  }

  isDead({ node, incarnation }: LeaseHolder): boolean {
    const dead = this.#dead.get(node)
    return dead !== undefined && incarnation <= dead
  }

  /** @param bytes lent until this returns */
  receive(subject: Subject, bytes: Uint8Array): void {
    const { stats, unreadable, node: self, handled } = this.#options
    let packet: ReturnType<typeof readPacket>
    try {
      packet = readPacket(bytes)
    } catch (error) {
      if (error instanceof OtherVersion) stats.foreign++
      else if (error instanceof Damaged) stats.damaged++
      else throw error
      unreadable(error.code, error)
      return
    }
    if (packet.node === self) return
    if (this.#isOneTooMany(packet.node)) {
      stats.damaged++
      unreadable('damaged', new Damaged(`a node beyond the ${MAX_NODES} that are known`))
      return
    }
    const { body } = packet
    const peer = this.isDead(packet) ? null : this.#peerOf(packet)
    if (peer === null) {
      this.#fromDead(packet, subject, body)
      return
    }
    peer.heardMs = this.#options.clock.now()
    stats.bytesIn += bytes.length
    this.#handle(peer, subject, body)
    handled(peer)
  }

  /** @returns whether it was known here */
  died(dead: LeaseHolder): boolean {
    const before = this.#dead.get(dead.node)
    if (before === undefined || before < dead.incarnation) this.#bury(dead)
    const peer = this.#peers.get(dead.node)
    if (peer === undefined || peer.incarnation > dead.incarnation) return false
    this.#end(peer)
    return true
  }

  /** Whose lease it is. A later incarnation that was heard of instead, and is silent now, was nobody: a stranger, or damage. */
  holds({ node, incarnation }: LeaseHolder): void {
    const peer = this.#peers.get(node)
    if (peer === undefined || peer.incarnation <= incarnation) return
    this.#end(peer)
    if (this.isDead({ node, incarnation })) this.#dead.delete(node)
    const former = this.#former.get(node) ?? []
    const holder = former.find((one) => one.incarnation === incarnation)
    if (holder === undefined) return
    former.splice(former.indexOf(holder), 1)
    holder.isDead = false
    holder.isKnown = false
    for (const [subject, { isEnded }] of holder.incoming) if (isEnded) holder.incoming.delete(subject)
    this.#peers.set(node, holder)
    this.#options.came(holder)
    this.ask(holder)
  }

  /** Nobody can tell whether its people are there. What it says counts as before, once it is heard again. */
  forgetPeople(): void {
    for (const peer of this.#peers.values()) {
      peer.isKnown = false
      this.#options.presence().end(peer, NODE_LOST)
    }
  }

  /** Whoever is out of sight for long does not come back: what was missing of that node has been counted by now. */
  expire(nowMs: number): void {
    for (const [node, former] of this.#former) {
      const isLong = former.every(({ heardMs }) => nowMs - heardMs >= AWAITED_MS)
      if (isLong && !this.#peers.has(node)) this.#former.delete(node)
    }
  }

  /** What is known of the node's people is not right any more. */
  outOfDate(peer: Peer<R>): void {
    if (this.#peers.get(peer.id) !== peer) return
    peer.isKnown = false
    peer.pieces = []
    this.ask(peer)
  }

  /** Asks for its people, unless that was done a moment ago. */
  ask(peer: Peer<R>): void {
    const now = this.#options.clock.now()
    if (peer.isKnown || now - peer.askedMs < ASK_AGAIN_MS) return
    peer.askedMs = now
    this.#options.send(peer.id, { kind: 'resync' })
  }

  /** Nobody here listens to it any more: what is said there meanwhile is not missed. */
  unheard(subject: Subject): void {
    for (const peer of this.#peers.values()) forget(peer, subject)
    for (const peer of [...this.#former.values()].flat()) {
      // It will be said once more what they had said, and that was counted.
      if (this.#options.durable === null) peer.incoming.get(subject)?.end()
      else forget(peer, subject)
    }
  }

  #end(peer: Peer<R>): void {
    this.#peers.delete(peer.id)
    this.#remember(peer)
    this.#options.presence().end(peer, NODE_LOST)
    this.#options.gone(peer)
  }

  #isOneTooMany(node: string): boolean {
    if (this.#peers.has(node) || this.#former.has(node)) return false
    return this.#peers.size + this.#former.size >= MAX_NODES
  }

  /** @returns `null` when it is of an incarnation before the one that is known */
  #peerOf({ node, incarnation }: LeaseHolder): Peer<R> | null {
    const known = this.#peers.get(node)
    if (known?.incarnation === incarnation) return known
    if (known !== undefined) {
      if (known.incarnation > incarnation) return null
      this.died({ node, incarnation: known.incarnation })
    }
    const peer = new Peer<R>(node, incarnation, this.#options.clock.now())
    this.#peers.set(node, peer)
    this.#options.came(peer)
    return peer
  }

  #bury({ node, incarnation }: LeaseHolder): void {
    this.#dead.delete(node)
    this.#dead.set(node, incarnation)
    if (this.#dead.size <= MAX_DEAD) return
    for (const oldest of this.#dead.keys()) {
      this.#dead.delete(oldest)
      return
    }
  }

  /** Nobody listens to it any more. What people have said is missing all the same. */
  #fromDead({ node, incarnation }: LeaseHolder, subject: Subject, body: Body): void {
    this.#options.stats.fromDead++
    let former = this.#former.get(node)?.find((peer) => peer.incarnation === incarnation)
    if (former === undefined) {
      former = new Peer<R>(node, incarnation, 0)
      this.#remember(former)
    }
    former.heardMs = this.#options.clock.now()
    if (body.kind === 'batch' && subject !== 'all') this.#spokenBatch(former, subject, body)
    else if (body.kind === 'heads') this.#heads(former, body.heads)
  }

  #remember(peer: Peer<R>): void {
    peer.isDead = true
    peer.heardMs = this.#options.clock.now()
    const peers = this.#former.get(peer.id) ?? []
    this.#former.set(peer.id, peers)
    peers.push(peer)
    if (peers.length > MAX_FORMER) peers.shift()
  }

  #handle(peer: Peer<R>, subject: Subject, body: Body): void {
    const { stats, asked } = this.#options
    switch (body.kind) {
      case 'batch':
        stats.batchesIn++
        stats.opsIn += body.ops.length
        if (subject === 'all') this.#presenceBatch(peer, body)
        else this.#spokenBatch(peer, subject, body)
        break
      case 'heads':
        this.#heads(peer, body.heads)
        break
      case 'hello':
        if (body.isNew) this.#options.isNew(peer)
        if (body.people === 0) this.#replace(peer, body.next, [])
        else if (!peer.isKnown || peer.next !== body.next) this.outOfDate(peer)
        asked(peer)
        break
      case 'order':
        this.#options.ordered(peer, body.order)
        break
      case 'resync':
        asked(peer)
        break
      case 'where':
        this.#options.askedWhere(peer, body.subjects)
        break
      case 'snapshot':
        this.#snapshot(peer, body)
    }
    if (!peer.isKnown) this.ask(peer)
  }

  #presenceBatch(peer: Peer<R>, { first, ops }: Batch): void {
    if (!peer.isKnown) return
    const next = peer.next as number
    if (first > next) {
      this.#options.stats.gaps++
      this.outOfDate(peer)
      return
    }
    for (let index = next - first; index < ops.length; index++) {
      peer.next = first + index + 1
      this.#options.presence().apply(peer, ops[index] as PresenceOp)
      if (!peer.isKnown) return
    }
  }

  #spokenBatch(peer: Peer<R>, subject: Subject, { first, ops }: Batch): void {
    this.#incoming(peer, subject).batch({ first, ops: ops as readonly SpokenOp[] })
  }

  #heads(peer: Peer<R>, heads: readonly Head[]): void {
    const unplaced: Subject[] = []
    for (const head of heads) {
      const { subject, next } = head
      if (subject !== 'all') {
        if (!this.#options.isListenedTo(subject)) continue
        if (this.#incoming(peer, subject).head(head)) unplaced.push(subject)
      } else if (peer.isKnown && !peer.isDead && next > (peer.next as number)) {
        this.#options.stats.gaps++
        this.outOfDate(peer)
      }
    }
    if (unplaced.length > 0 && !peer.isDead) {
      this.#options.send(peer.id, { kind: 'where', subjects: unplaced })
    }
  }

  #snapshot(peer: Peer<R>, piece: Snapshot): void {
    const before = peer.pieces.at(-1)
    if (piece.index === 0) peer.pieces = [piece]
    else if (before?.index === piece.index - 1 && before.next === piece.next) peer.pieces.push(piece)
    else peer.pieces = []
    if (peer.pieces.length > MAX_PIECES) {
      this.#options.stats.damaged++
      peer.pieces = []
    }
    if (!piece.isLast || peer.pieces.length === 0) return
    const ops = peer.pieces.flatMap((one) => one.ops as readonly PresenceOp[])
    peer.pieces = []
    this.#replace(peer, piece.next, ops)
  }

  #replace(peer: Peer<R>, next: number, ops: readonly PresenceOp[]): void {
    this.#options.stats.snapshotsIn++
    peer.next = next
    peer.isKnown = true
    this.#options.presence().replace(peer, ops)
    if (peer.isKnown) this.#options.known(peer)
  }

  #incoming(peer: Peer<R>, subject: Subject): Incoming {
    let incoming = peer.incoming.get(subject)
    if (incoming === undefined) {
      incoming = new Incoming(this.#sink(peer, subject), this.#before(peer, subject))
      peer.incoming.set(subject, incoming)
    }
    return incoming
  }

  /** What the incarnation before has said there, where it may still come. */
  #before(peer: Peer<R>, subject: Subject): Incoming | null {
    if (this.#options.durable === null) return null
    for (const former of (this.#former.get(peer.id) ?? []).toReversed()) {
      const incoming = former.incarnation < peer.incarnation ? former.incoming.get(subject) : undefined
      if (incoming !== undefined) return incoming
    }
    return null
  }

  #sink(peer: Peer<R>, subject: Subject): IncomingSink {
    const { durable, spoken, stats, lost } = this.#options
    const room = subject.startsWith('room.') ? subject.slice('room.'.length) : null
    const missing = (count: number): void => {
      if (durable === null) stats.gaps++
      lost(peer.id, subject, count)
    }
    const { id: node } = peer
    return {
      apply: (ops) => {
        // What is kept is heard whatever has become of its node.
        const isHeard = durable !== null || !peer.isDead
        const unknown = isHeard ? spoken().apply(peer, room, ops) : ops.length
        if (unknown > 0) lost(node, subject, unknown)
      },
      lost: missing,
      keeper: durable === null ? null : this.#keeper(peer, subject, durable),
    }
  }

  #keeper(peer: Peer<R>, subject: Subject, durable: Durable): Keeper {
    const { stats, send, clock } = this.#options
    const { id: node, incarnation } = peer
    return {
      fill: (incoming) => {
        stats.gaps++
        const search: Search = {
          get missing() {
            return incoming.missing
          },
          found: (batches) => incoming.found(batches.flatMap((bytes) => numberedOf(bytes, peer) ?? [])),
          giveUp: () => incoming.giveUp(),
        }
        durable.fill({ node, incarnation, subject }, search)
      },
      place: (incoming) => {
        if (!peer.isDead) send(node, { kind: 'where', subjects: [subject] })
        clock.later(() => incoming.begin(), PLACE_MS)
      },
    }
  }
}

function forget<R extends Recipient>(peer: Peer<R>, subject: Subject): void {
  peer.incoming.get(subject)?.end()
  peer.incoming.delete(subject)
}

/** What was kept, if it can be read and is of `peer`. */
function numberedOf(
  bytes: Uint8Array,
  { id, incarnation: theirs }: Pick<LeaseHolder, 'incarnation'> & { readonly id: string },
): Numbered | null {
  try {
    const { body, node, incarnation } = readPacket(bytes)
    if (node !== id || incarnation !== theirs) return null
    return body.kind === 'batch' ? { first: body.first, ops: body.ops as readonly SpokenOp[] } : null
  } catch (error) {
    if (error instanceof Damaged || error instanceof OtherVersion) return null
    throw error
  }
}
