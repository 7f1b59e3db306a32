/**
 * One node of a cluster: puts together what it tells and what it hears, and owns its life: joining the others, being cut off from
 * them, being declared dead by them, and leaving.
 *
 *     start ──▶ joining ──▶ joined ──▶ joining     the link is back, or it was declared dead: it is somebody new then
 *                 ▲            │
 *                 └── cut-off ◀┘                   its people go on; after a while the others' are taken for gone
 */

import { createHash } from 'node:crypto'
import type { CloseReason } from '../../hub/close-reason.js'
import type { Recipient } from '../../hub/events.js'
import type { Hub } from '../../hub/hub.js'
import type { Replication } from '../../hub/replication.js'
import type { Session } from '../../hub/session.js'
import type { Backplane, BackplaneState, ClusterRefusal, NodeInfo } from '../backplane.js'
import type { Bus, LeaseHolder, Leases, NameRegistry, Subject } from '../bus.js'
import type { Order } from '../orders.js'
import { type ClaimAnswer, Claims } from './claims.js'
import type { Clock } from './clock.js'
import type { Durable } from './durable.js'
import { Introductions } from './introductions.js'
import { Joining } from './joining.js'
import type { ClusterObserver } from './observer.js'
import type { PersonRef, PresenceOp } from './ops.js'
import { Outgoing } from './outgoing.js'
import { introduction, OwnPeople, type OwnPerson } from './own-people.js'
import { type Body, packetBytes } from './packets.js'
import { Peers } from './peers.js'
import { Presence } from './presence.js'
import { Replicator } from './replicator.js'
import { nodeSubject, peerSubject, RoomInterest, roomOf } from './room-interest.js'
import { Spoken } from './spoken.js'
import { type ClusterStats, noStats } from './stats.js'
import * as timing from './timing.js'
import { Trials } from './trials.js'

export interface ClusterOptions<R extends Recipient> {
  /** What this node is called; printable ASCII without space. */
  readonly node: string
  readonly bus: Bus
  readonly names: NameRegistry
  readonly leases: Leases
  readonly clock: Clock
  /** Calls back once, right after the poll phase. */
  readonly afterTurn: (callback: () => void) => void
  /** Ends somebody's connection, and with it the session; at once, if that can be. */
  readonly expel: (session: Session<R>, reason: CloseReason) => void
  readonly observer: ClusterObserver
  readonly durable?: Durable | null
  /** There is no room for what else they say, until there is. */
  readonly wait?: (session: Session<R>) => void
}

/** What is made once the hub is known. */
interface Parts<R extends Recipient> {
  readonly hub: Hub<R>
  readonly presence: Presence<R>
  readonly spoken: Spoken<R>
  readonly trials: Trials<R>
}

export class ClusterNode<R extends Recipient> implements Backplane<R> {
  readonly stats: ClusterStats = noStats()
  readonly idSuffix: string
  readonly #options: ClusterOptions<R>
  readonly #own = new OwnPeople<R>()
  readonly #outgoing: Outgoing
  readonly #rooms: RoomInterest
  readonly #replicator: Replicator<R>
  readonly #introductions: Introductions<R>
  readonly #claims: Claims
  readonly #peers: Peers<R>
  readonly #joining: Joining
  #parts: Parts<R> | null = null
  /** Whether it has, or had, a lease. */
  #isMember = false
  #isNew = true
  #state: BackplaneState = 'joining'
  #startedMs = 0
  #cutOffMs: number | null = null
  #hasForgotten = false
  #lastTickMs = 0
  #lastBeatMs = Number.NEGATIVE_INFINITY
  #timer: { cancel(): void } | null = null
  #started: (() => void) | null = null
  #ordered: (order: Order, from: string) => void = () => {}
  #isStopped = false
  readonly #saidUnreadable = new Map<string, number>()

  constructor(options: ClusterOptions<R>) {
    this.#options = options
    const { node, bus, names, leases, clock, afterTurn, durable = null } = options
    const { stats } = this
    this.idSuffix = suffixOf(node)
    const own = this.#own
    const outgoing = new Outgoing({
      node,
      incarnation: leases.incarnation,
      stats,
      afterTurn,
      publish: (subject, bytes, range) => {
        if (durable === null || subject === 'all') bus.publish(subject, bytes)
        else durable.publish(subject, bytes, range)
      },
    })
    this.#outgoing = outgoing
    this.#joining = new Joining(leases)
    this.#rooms = new RoomInterest({
      bus,
      receive: (subject, bytes) => this.#peers.receive(subject, bytes),
      unheard: (subject) => this.#peers.unheard(subject),
      forgotten: (subject) => outgoing.drop(subject),
    })
    const introduce = (person: OwnPerson<R>): Iterable<PresenceOp> =>
      introduction(person, this.#live.hub.messages.blocks.madeBy(person.session))
    this.#introductions = new Introductions({
      outgoing,
      own,
      stats,
      clock,
      introduction: introduce,
      send: (subject, body, incarnation) => this.#send(subject, body, incarnation),
    })
    this.#claims = new Claims({
      registry: names,
      leases,
      clock,
      stats,
      afterTurn,
      isTakenUp: (name) => this.#live.hub.isTakenHere(name),
      isKnown: (name) => this.#live.hub.isHere(name),
      isElsewhere: (name) => (this.#live.hub.session(name)?.node ?? null) !== null,
    })
    this.#replicator = new Replicator({
      outgoing,
      own,
      rooms: this.#rooms,
      isDurable: durable !== null,
      isAwaited: (room) => this.#introductions.isAwaited(room),
      said: (session) => {
        if (durable?.isFull === true) options.wait?.(session)
      },
      mayHold: () => durable !== null || this.#canAsk,
      numberOf: (session) => this.#numberOf(session),
      isSure: (person) => this.#isSure(person),
      introduction: introduce,
      freed: (name) => this.#freed(name),
      released: (name) => this.#claims.release(name),
    })
    this.#peers = new Peers({
      node,
      clock,
      stats,
      durable,
      presence: () => this.#live.presence,
      spoken: () => this.#live.spoken,
      isListenedTo: (subject) =>
        subject === nodeSubject(node) ||
        (subject.startsWith('room.') && this.#rooms.isHeard(roomOf(subject))),
      send: (to, body) => this.#send(peerSubject(to), body),
      asked: (peer) => {
        if (this.#isMember) this.#introductions.snapshot(peer)
      },
      handled: () => this.#introductions.sendEntered(),
      ordered: (peer, order) => this.#ordered(order, peer.id),
      came: (peer) => options.observer.nodeCame(peer.id),
      known: (peer) => {
        this.#joining.settled(peer.id)
        peer.completeMs = clock.now() + timing.COMPLETE_MS
      },
      gone: (peer) => options.observer.nodeGone(peer.id),
      askedWhere: (peer, subjects) => this.#introductions.where(peer, subjects),
      isNew: (peer) => this.#introductions.forget(peer.id),
      lost: (from, subject, messages) => this.#lost(from, subject, messages),
      unreadable: (why, error) => this.#unreadable(why, error),
    })
  }

  get replication(): Replication<R> {
    return this.#replicator
  }

  get state(): BackplaneState {
    if (!this.#options.bus.isUp) return 'cut-off'
    // The link is there, but nobody answers who could decide anything: most of NATS's servers are gone, or stand still.
    if (this.#isMember && !this.#options.leases.isFresh) return 'cut-off'
    return this.#isMember && this.#joining.isDone ? 'joined' : 'joining'
  }

  nodes(): readonly NodeInfo[] {
    const now = this.#options.clock.now()
    return Array.from(this.#peers.all(), ({ id, people, heardMs }) => ({
      id,
      sessions: people.size,
      silentMs: Math.round(now - heardMs),
    })).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  start(hub: Hub<R>): Promise<void> {
    const { node, bus, leases, clock } = this.#options
    this.#parts = {
      hub,
      presence: new Presence({
        hub,
        makeWay: (name) => this.#live.trials.makeWay(name),
        outOfDate: (peer) => this.#peers.outOfDate(peer),
        entered: (peer, room) => {
          this.#rooms.nodeEntered(room)
          this.#introductions.entered(peer, room)
        },
        emptied: (peer, room) => {
          this.#rooms.nodeLeft(room)
          this.#introductions.left(peer, room)
        },
        lostSight: (_peer, room) => this.#rooms.nodeLeft(room),
      }),
      spoken: new Spoken({
        hub,
        node,
        own: (number) => this.#own.numbered(number)?.session,
        peer: (id) => this.#peers.get(id),
      }),
      trials: new Trials({
        hub,
        own: this.#own,
        claims: this.#claims,
        stats: this.stats,
        observer: this.#options.observer,
        canAsk: () => this.#canAsk,
        introduce: (person) => this.#replicator.introduce(person),
        expel: this.#options.expel,
      }),
    }
    this.#startedMs = clock.now()
    this.#lastTickMs = this.#startedMs
    if (!bus.isUp) this.#cutOffMs = this.#startedMs
    bus.subscribe('all', (bytes) => this.#peers.receive('all', bytes))
    const own = nodeSubject(node)
    bus.subscribe(own, (bytes) => this.#peers.receive(own, bytes))
    bus.subscribe(peerSubject(node), (bytes) => this.#peers.receive(peerSubject(node), bytes))
    bus.onLink((isUp) => this.#linkIs(isUp))
    const started = new Promise<void>((resolve) => {
      this.#started = resolve
    })
    const died = (dead: LeaseHolder) => this.#died(dead)
    const lost = () => this.#fenced()
    void leases.start({ died, lost }).then(() => this.#becomeMember())
    this.#tick()
    return started
  }

  claim(name: string, then: (refusal: ClusterRefusal | null) => void): void {
    const { hub } = this.#live
    // The hub will say why not.
    if (hub.isTakenHere(name)) then(null)
    else if (!this.#canAsk) then(hub.isHere(name) ? 'taken' : null)
    else this.#claims.claim(name, (answer) => then(this.#refusalOf(name, answer)))
  }

  order(order: Order, to: string | null): void {
    if (this.#canAsk) this.#send(to === null ? 'all' : peerSubject(to), { kind: 'order', order })
  }

  /**
   * What this node's people have said so far is kept where it is not lost, as far as it can be: before they are answered, or anybody
   * here hears it.
   */
  secure(): void {
    this.#outgoing.flush()
    this.#options.durable?.secure()
  }

  onOrder(listener: (order: Order, from: string) => void): void {
    this.#ordered = listener
  }

  *nodesIn(room: string): Iterable<string> {
    for (const { id, rooms } of this.#peers.all()) if (rooms.has(room)) yield id
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#outgoing.flush()
    this.#isStopped = true
    this.#timer?.cancel()
    this.#started?.()
    this.#rooms.end()
    const { bus, leases, durable } = this.#options
    await this.#within(timing.STOP_MS, Promise.all([bus.flush(), durable?.flush()]))
    durable?.close()
    await this.#within(timing.STOP_MS, leases.end())
    await this.#within(timing.STOP_MS, bus.close())
  }

  get #live(): Parts<R> {
    if (this.#parts === null) throw new Error('it was not started')
    return this.#parts
  }

  get #canAsk(): boolean {
    return this.#options.bus.isUp && this.#isMember
  }

  #becomeMember(): void {
    this.#isMember = true
    if (this.#outgoing.incarnation !== this.#options.leases.incarnation) this.#begin()
    this.#join()
  }

  /** Everybody is told that this node is there, and asked for their people. */
  #join(): void {
    if (!this.#canAsk || this.#isStopped) return
    const now = this.#options.clock.now()
    this.#hearAnew(now)
    this.#outgoing.repeatHeads()
    this.#joining.begin(now)
    this.#introductions.hello(
      this.#isNew,
      Array.from(this.#peers.all(), ({ id }) => id),
    )
    this.#isNew = false
    this.#live.trials.claim()
    this.#settle()
  }

  #linkIs(isUp: boolean): void {
    if (this.#isStopped) return
    if (isUp) {
      this.#cutOffMs = null
      this.#hasForgotten = false
      this.#join()
    } else {
      this.#cutOffMs = this.#options.clock.now()
      this.#claims.cutOff()
      if (this.#options.durable == null) this.#replicator.dropAllHeld()
    }
    this.#settle()
  }

  #died(dead: LeaseHolder): void {
    this.#joining.settled(dead.node)
    this.#peers.died(dead)
    this.#settle()
  }

  /** This node was declared dead: the others' have taken its people for gone, and their names may be somebody else's. */
  #fenced(): void {
    this.stats.fenced++
    this.#options.observer.fenced()
    this.#begin()
    this.#join()
  }

  #begin(): void {
    // What is kept is heard of a dead incarnation as well.
    if (this.#options.durable != null) this.#outgoing.flush()
    this.#introductions.begin(this.#options.leases.incarnation)
    for (const person of [...this.#own.all()]) this.#own.doubt(person)
    this.#claims.forgetGrants()
  }

  #tick(): void {
    if (this.#isStopped) return
    const { bus, clock } = this.#options
    const now = clock.now()
    if (now - this.#lastTickMs > timing.STOOD_STILL_MS) this.#hearAnew(now)
    this.#lastTickMs = now
    this.#claims.expire()
    this.#introductions.expire(now, (id) => this.#peers.get(id)?.isKnown === true)
    this.#peers.expire(now)
    if (bus.isUp) {
      if (this.#isMember) this.#tickLinked(now)
    } else if (this.#cutOffMs !== null && now - this.#cutOffMs >= timing.CUT_OFF_MS && !this.#hasForgotten) {
      this.#hasForgotten = true
      this.#peers.forgetPeople()
    }
    this.#settle()
    this.#timer = clock.later(() => this.#tick(), timing.TICK_MS)
  }

  /** Whoever stood still or was cut off has heard of nobody, which says nothing of them. */
  #hearAnew(now: number): void {
    for (const peer of this.#peers.all()) {
      peer.heardMs = now
      if (peer.completeMs !== null) peer.completeMs = now + timing.COMPLETE_MS
    }
  }

  #tickLinked(now: number): void {
    const { leases } = this.#options
    if (now - this.#lastBeatMs >= timing.HEARTBEAT_MS) {
      this.#lastBeatMs = now
      this.#introductions.heartbeat(this.#options.durable?.isBehind !== true)
    }
    this.#claims.ask()
    this.#live.trials.claim()
    for (const peer of [...this.#peers.all()]) {
      if (now - peer.heardMs > timing.SILENT_MS) {
        leases.suspect(peer.id)
        const holder = leases.others().find(({ node }) => node === peer.id)
        if (holder !== undefined) this.#peers.holds(holder)
      }
      this.#peers.ask(peer)
      if (peer.completeMs === null) continue
      // While it is out of sight it tells nothing, and its people may be about to be told of.
      if (now - peer.heardMs > timing.UNSEEN_MS) peer.completeMs = now + timing.COMPLETE_MS
      if (now < peer.completeMs || !peer.isKnown) continue
      peer.completeMs = null
      this.#introductions.complete(peer)
    }
    this.#joining.check(now, (node) => this.#send(peerSubject(node), { kind: 'resync' }))
  }

  /** Says what has become of this node's state, and whether its start is over. */
  #settle(): void {
    const { state } = this
    if (state !== this.#state) {
      this.#state = state
      this.#options.observer.stateChanged(state)
    }
    const sinceMs = this.#options.clock.now() - this.#startedMs
    const waitsMs = state === 'cut-off' ? timing.START_CUT_OFF_MS : timing.START_MS
    if (state !== 'joined' && sinceMs < waitsMs) return
    this.#started?.()
    this.#started = null
  }

  #isSure(person: OwnPerson<R>): boolean {
    if (this.#claims.takeUp(person.session.name)) return true
    if (this.#canAsk) this.#options.afterTurn(() => this.#live.trials.claim())
    return false
  }

  #freed(name: string): void {
    // Also one that was on trial: it may have been granted, and only the answer is missing.
    this.#outgoing.onceSent(() => this.#claims.giveBack(name))
    this.#parts?.presence.freed(name)
  }

  #refusalOf(name: string, answer: ClaimAnswer): ClusterRefusal | null {
    if (answer === 'granted') return null
    if (answer === 'cut-off') return this.#live.hub.isHere(name) ? 'taken' : null
    return answer
  }

  #numberOf(session: Session<R>): PersonRef | null {
    if (session.node === null) {
      const number = this.#own.of(session)?.number
      return number === undefined ? null : { node: null, number }
    }
    const number = this.#live.presence.personOf(session)?.number
    return number === undefined ? null : { node: session.node, number }
  }

  #send(subject: Subject, body: Body, incarnation = this.#outgoing.incarnation): void {
    const { node, bus } = this.#options
    bus.publish(subject, packetBytes(node, incarnation, body))
  }

  #lost(node: string, subject: Subject, messages: number): void {
    this.stats.lost += messages
    const room = subject.startsWith('room.') ? roomOf(subject) : null
    this.#options.observer.lost({ node, room, messages })
  }

  #unreadable(why: 'damaged' | 'version', error: Error): void {
    const now = this.#options.clock.now()
    const last = this.#saidUnreadable.get(why)
    if (last !== undefined && now - last < timing.UNREADABLE_EVERY_MS) return
    this.#saidUnreadable.set(why, now)
    this.#options.observer.unreadable(why, error.message)
  }

  async #within(milliseconds: number, work: Promise<unknown>): Promise<void> {
    const { clock } = this.#options
    let timer: { cancel(): void } | undefined
    const late = new Promise<void>((resolve) => {
      timer = clock.later(resolve, milliseconds)
    })
    await Promise.race([work.catch(() => {}), late])
    timer?.cancel()
  }
}

const SUFFIX_DIGITS = 8

/** Of a fixed length, so that ids sort by when they were given. */
function suffixOf(node: string): string {
  const hash = createHash('sha256').update(node).digest().readUIntBE(0, 6) % 36 ** SUFFIX_DIGITS
  return hash.toString(36).padStart(SUFFIX_DIGITS, '0')
}
