/** Tells this node's hub what people of other nodes say, to rooms and directly. Whoever has said it may be gone when it arrives. */

import type { Recipient } from '../../hub/events.js'
import type { Hub } from '../../hub/hub.js'
import type { Session } from '../../hub/session.js'
import type { PersonRef, SpokenOp } from './ops.js'
import type { Peer } from './peer.js'

export interface SpokenOptions<R extends Recipient> {
  readonly hub: Hub<R>
  /** Somebody of this node, by their number. */
  readonly own: (number: number) => Session<R> | undefined
  /** This node. */
  readonly node: string
  readonly peer: (node: string) => Peer<R> | undefined
}

export class Spoken<R extends Recipient> {
  readonly #options: SpokenOptions<R>

  constructor(options: SpokenOptions<R>) {
    this.#options = options
  }

  /**
   * @param room where it was said; `null` for what was said to this node
   * @returns how many of them could not be told, because nobody knows who has done it
   */
  apply(peer: Peer<R>, room: string | null, ops: readonly SpokenOp[]): number {
    let unknown = 0
    for (const op of ops) if (!this.#apply(peer, room, op)) unknown++
    return unknown
  }

  #apply(peer: Peer<R>, room: string | null, op: SpokenOp): boolean {
    const { elsewhere } = this.#options.hub
    const session = peer.people.get(op.who)?.session ?? null
    switch (op.kind) {
      case 'message': {
        const { id, at, name, dialect, text, saidAt } = op
        if (room === null) return true
        elsewhere.said(session ?? { name, dialect }, {
          kind: 'message',
          id,
          at,
          room,
          name,
          dialect,
          text,
          saidAt,
        })
        return true
      }
      case 'direct': {
        const { id, at, name, dialect, text, saidAt } = op
        const people = op.people.flatMap((ref) => this.#person(peer, ref) ?? [])
        const first = people.find(({ node }) => node === null)
        // Whom it was for has gone meanwhile.
        if (first === undefined) return true
        const event = { kind: 'direct', id, at, name, dialect, to: first.name, text, saidAt } as const
        elsewhere.direct(session ?? { name, dialect }, people, event)
        return true
      }
      case 'edited':
        if (session !== null) elsewhere.edited(session, op.id, op.text, op.at)
        return session !== null
      case 'receipt':
        if (session !== null) elsewhere.acknowledged(session, op.id, op.at)
        return session !== null
    }
  }

  #person(peer: Peer<R>, { node, number }: PersonRef): Session<R> | undefined {
    const { own, node: self, peer: peerOf } = this.#options
    if (node === self) return own(number)
    const there = node === null ? peer : peerOf(node)
    return there?.people.get(number)?.session ?? undefined
  }
}
