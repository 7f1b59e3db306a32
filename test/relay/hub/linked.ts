/**
 * Several hubs that tell each other what their people do, without bytes between them: what one says to its `Replication` is
 * told to the others by `Elsewhere`, at once or when a test lets it arrive.
 */

import assert from 'node:assert/strict'
import type { DirectEvent, EditedEvent, MessageEvent, ReceiptEvent } from '../../../src/relay/hub/events.js'
import type { Hub } from '../../../src/relay/hub/hub.js'
import type { RecentMessage } from '../../../src/relay/hub/recent-messages.js'
import type { Replication } from '../../../src/relay/hub/replication.js'
import type { Room, Session } from '../../../src/relay/hub/session.js'
import type { Ear } from './model.js'

type Told = (hub: Hub<Ear>, of: (session: Session<Ear>) => Session<Ear> | undefined) => void

/** One node of several. */
export class LinkedNode implements Replication<Ear> {
  readonly id: string
  readonly freed: string[] = []
  /** Set as soon as it is made. */
  hub: Hub<Ear> | null = null
  readonly #cluster: LinkedNodes

  constructor(id: string, cluster: LinkedNodes) {
    this.id = id
    this.#cluster = cluster
  }

  came(session: Session<Ear>): void {
    const { name, dialect, refersToMessages } = session
    this.#cluster.came(session, this)
    this.#tell((hub) => {
      const there = hub.elsewhere.came({ name, dialect, refersToMessages, node: this.id })
      assert.ok(there !== null, `${name} is free`)
      this.#cluster.isCalled(session, hub, there)
    })
  }

  renamed(session: Session<Ear>): void {
    const { name } = session
    this.#tell((hub, of) => {
      const there = of(session)
      if (there !== undefined) hub.elsewhere.renamed(there, name)
    })
  }

  joined(session: Session<Ear>, room: Room<Ear>): void {
    const { name } = room
    const origin = room.originOf(session)
    this.#tell((hub, of) => {
      const there = of(session)
      if (there !== undefined) hub.elsewhere.joined(there, name, origin)
    })
  }

  left(session: Session<Ear>, { name }: Room<Ear>, reason: string): void {
    this.#tell((hub, of) => hub.elsewhere.left(of(session) as Session<Ear>, name, reason))
  }

  gone(session: Session<Ear>, reason: string): void {
    this.#tell((hub, of) => hub.elsewhere.gone(of(session) as Session<Ear>, reason))
  }

  statusSet(session: Session<Ear>): void {
    const { status } = session
    this.#tell((hub, of) => hub.elsewhere.statusSet(of(session) as Session<Ear>, status))
  }

  visibilitySet(session: Session<Ear>, { name, isPrivate }: Room<Ear>): void {
    this.#tell((hub, of) => hub.elsewhere.visibilitySet(of(session) as Session<Ear>, name, isPrivate))
  }

  said(session: Session<Ear>, _room: Room<Ear>, event: MessageEvent): void {
    const { name, dialect } = session
    this.#tell((hub, of) => hub.elsewhere.said(of(session) ?? { name, dialect }, event))
  }

  toldDirectly(session: Session<Ear>, people: ReadonlySet<Session<Ear>>, event: DirectEvent): void {
    const { name, dialect } = session
    this.#tell((hub, of) => {
      if (![...people].some((person) => this.#cluster.homeOf(person)?.hub === hub)) return
      const known = [...people].flatMap((person) => of(person) ?? [])
      hub.elsewhere.direct(of(session) ?? { name, dialect }, known, event)
    })
  }

  followed(actor: Session<Ear>, _message: RecentMessage<Ear>, event: EditedEvent | ReceiptEvent): void {
    this.#tell(({ elsewhere }, of) => {
      if (event.kind === 'edited') elsewhere.edited(of(actor) as Session<Ear>, event.id, event.text, event.at)
      else elsewhere.acknowledged(of(actor) as Session<Ear>, event.id, event.at)
    })
  }

  blocked(session: Session<Ear>, name: string): void {
    this.#tell((hub, of) => hub.elsewhere.blocked(of(session) as Session<Ear>, name))
  }

  unblocked(session: Session<Ear>, name: string): void {
    this.#tell((hub, of) => hub.elsewhere.unblocked(of(session) as Session<Ear>, name))
  }

  released(name: string): void {
    this.freed.push(name)
  }

  #tell(told: Told): void {
    for (const other of this.#cluster.nodes) if (other !== this) this.#cluster.send(this, other, told)
  }
}

export class LinkedNodes {
  readonly nodes: readonly LinkedNode[]
  /** Whether what is told arrives only when `deliver` has it so. */
  readonly #isSlow: boolean
  /** In order on each way from one node to another, and in no order between them. */
  readonly #underWay = new Map<string, (() => void)[]>()
  /** By what it is at any node: where it is at home, and what it is at each node. */
  readonly #sessions = new Map<Session<Ear>, { home: LinkedNode; at: Map<Hub<Ear>, Session<Ear>> }>()

  constructor(count: number, isSlow = false) {
    this.#isSlow = isSlow
    this.nodes = Array.from({ length: count }, (_, index) => new LinkedNode(`n${index}`, this))
  }

  came(session: Session<Ear>, home: LinkedNode): void {
    this.#sessions.set(session, { home, at: new Map([[home.hub as Hub<Ear>, session]]) })
  }

  isCalled(session: Session<Ear>, hub: Hub<Ear>, there: Session<Ear>): void {
    const known = this.#sessions.get(session)
    assert.ok(known !== undefined)
    known.at.set(hub, there)
    this.#sessions.set(there, known)
  }

  /** What the session is in that hub; `undefined` where it has never come. */
  in(hub: Hub<Ear>, session: Session<Ear>): Session<Ear> | undefined {
    return this.#sessions.get(session)?.at.get(hub)
  }

  homeOf(session: Session<Ear>): LinkedNode | undefined {
    return this.#sessions.get(session)?.home
  }

  send(from: LinkedNode, to: LinkedNode, told: Told): void {
    const hub = to.hub as Hub<Ear>
    const deliver = () => told(hub, (session) => this.in(hub, session))
    if (!this.#isSlow) {
      deliver()
      return
    }
    const way = `${from.id} ${to.id}`
    const underWay = this.#underWay.get(way)
    if (underWay === undefined) this.#underWay.set(way, [deliver])
    else underWay.push(deliver)
  }

  /** Lets the first thing that is under way on one of the ways arrive. @returns whether there was one */
  deliver(which = 0): boolean {
    const ways = [...this.#underWay.values()].filter((way) => way.length > 0)
    const next = ways[which % Math.max(ways.length, 1)]?.shift()
    next?.()
    return next !== undefined
  }
}
