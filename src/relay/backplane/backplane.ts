/**
 * What a relay knows of other nodes: whether a name is to be had among all of them, and whether they are there. What its own
 * people do reaches them through `Replication`. There are two: a node that is alone (`single.ts`), which answers at once, and
 * one of a cluster over NATS (`cluster/cluster-node.ts`).
 */

import type { Recipient as FanoutRecipient } from '../fanout/recipient.js'
import type { Recipient } from '../hub/events.js'
import type { Hub } from '../hub/hub.js'
import type { Replication } from '../hub/replication.js'
import type { Order } from './orders.js'

/** Why a name is not to be had among all nodes. */
export type ClusterRefusal = 'taken' | 'busy'

/** Another node. */
export interface NodeInfo {
  readonly id: string
  /** Its people, as they are known here. */
  readonly sessions: number
  /** Milliseconds since it was last heard of. */
  readonly silentMs: number
}

/** `alone` without a cluster; `cut-off` while NATS cannot be reached; `joining` until the others' people are known. */
export type BackplaneState = 'alone' | 'joining' | 'joined' | 'cut-off'

export interface Backplane<R extends Recipient = FanoutRecipient> {
  /** Given to the hub when it is made; `null` for a node that is alone. */
  readonly replication: Replication<R> | null
  readonly state: BackplaneState
  /** Ends the ids of this node's messages, and of no other's (M1). */
  readonly idSuffix: string
  /** The others, sorted by id. */
  nodes(): readonly NodeInfo[]
  /** Before listeners are opened: resolves once the others' people are known, or after a while without NATS. */
  start(hub: Hub<R>): Promise<void>
  /**
   * N1, N3: whether `name` may be claimed in the hub now. Where others have to be asked, `then` is called later, from a
   * turn of the event loop of its own; otherwise before this returns. What is not in the hub when `then` has returned is
   * given back.
   */
  claim(name: string, then: (refusal: ClusterRefusal | null) => void): void
  /** @param to another node, or `null` for all of them */
  order(order: Order, to: string | null): void
  /** What other nodes have this one do; `from` is which of them. */
  onOrder(listener: (order: Order, from: string) => void): void
  /** Other nodes with people in the room. */
  nodesIn(room: string): Iterable<string>
  /** What was said is with the others, as far as they can be reached, and they know that this node's people are gone. */
  stop(): Promise<void>
}
