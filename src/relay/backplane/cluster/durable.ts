/**
 * What a cluster needs of an engine that keeps what was said until everybody concerned has it. Without one, what is published while
 * a link is down is lost, and counted.
 */

import type { Subject } from '../bus.js'

/** Which records of a room or a node, by number. */
export interface Range {
  readonly incarnation: string
  readonly first: number
  readonly count: number
}

/** Where something is missing that somebody has published. */
export interface Gap {
  readonly node: string
  readonly incarnation: string
  readonly subject: Subject
}

/** Whoever misses something. What comes later in that subject waits meanwhile. */
export interface Search {
  /** The number of the record that is missing now; `null` once nothing is, or nobody wants it any more. */
  readonly missing: number | null
  /** @param batches published bytes that may have it: of that subject, in any order, of anybody */
  found(batches: readonly Uint8Array[]): void
  /** It is not to be had: it is lost, and what comes later goes on. */
  giveUp(): void
}

export interface Durable {
  /** So much is not kept yet that whoever says something has to wait. */
  readonly isFull: boolean
  /** Something was not published yet: the numbers that come next are ahead of what others can have heard. */
  readonly isBehind: boolean
  /**
   * Instead of `Bus.publish`, for rooms and nodes, and in its order: kept until the engine has it, whatever becomes of the link.
   * @param bytes kept: not to be changed afterwards
   */
  publish(subject: Subject, bytes: Uint8Array, range: Range): void
  /** What was published and cannot be sent is on the disk when this returns, as far as the disk takes it. */
  secure(): void
  /** Looks for what is missing until it is there or was looked for long enough. */
  fill(gap: Gap, search: Search): void
  /** The engine has everything. */
  flush(): Promise<void>
  /** What it does not have is published when this node is started again. */
  close(): void
}
