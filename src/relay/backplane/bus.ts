/**
 * What a cluster needs of the engine that carries it. NATS is one (`nats/`), and the only one outside the tests; nothing
 * in `cluster/` knows more of it than this.
 */

/**
 * Where something is published: everybody, one node, or whoever has members in a room. The names are as they are. What is said to people goes to
 * rooms and nodes, and may be kept; what nodes ask and answer each other is never kept, and goes to peers.
 */
export type Subject = 'all' | `node.${string}` | `room.${string}` | `peer.${string}`

/** Bytes between nodes: in order from one node to another over all subjects; what is published while it is down is lost. */
export interface Bus {
  readonly isUp: boolean
  /** Published and not yet taken by the kernel. */
  readonly pendingBytes: number
  /** Told whenever `isUp` changes. */
  onLink(listener: (isUp: boolean) => void): void
  /** @param bytes kept: not to be changed afterwards */
  publish(subject: Subject, bytes: Uint8Array): void
  /** @param receive is lent the bytes until it returns. Own publications do not come back. */
  subscribe(subject: Subject, receive: (bytes: Uint8Array) => void): { end(): void }
  /** Everything published is with the engine. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Who has which name among all nodes. The one place that decides; it may be slow, and it may not be there. */
export interface NameRegistry {
  /**
   * For the node as it is now. Repeating a claim of one's own is granted, also where it was a former incarnation's. Waits for
   * a release of the same name that is under way.
   */
  claim(name: string): Promise<'granted' | 'taken' | 'unreachable'>
  /**
   * Of a name that this node was granted, or may have been: the answer may have been lost. Of others nothing happens. Repeated
   * until it is done, the name is claimed anew, or the lease is lost.
   */
  release(name: string): void
}

/** A node, as long as it has one lease. */
export interface LeaseHolder {
  readonly node: string
  readonly incarnation: string
}

/** A node that was declared dead: what it still says is of nobody. */
export type DeadNode = LeaseHolder

/** That this node is there, and who of the others is. */
export interface Leases {
  /** Another one after each loss; sorts behind the ones before. Also before the lease is taken. */
  readonly incarnation: string
  /** Nobody can have declared this node dead as of now. */
  readonly isFresh: boolean
  /** Takes the lease, as soon as it can be had, and holds it from now on. */
  start(listener: LeaseListener): Promise<void>
  /** Everybody else who has one, as far as is known here; from `start` on. */
  others(): readonly LeaseHolder[]
  /** `node` was not heard of for too long: declared dead unless it goes on renewing. One without a lease is dead at once. */
  suspect(node: string): void
  /** Gives the lease back: nobody has to wait. */
  end(): Promise<void>
}

export interface LeaseListener {
  /** Somebody else was declared dead, or has given its lease back. */
  died(dead: DeadNode): void
  /** This node was declared dead, and has a new incarnation already. */
  lost(): void
}
