/**
 * The fast way out of a lane: whoever has nothing queued, and is in this lane alone, is written to in one call for
 * all, which touches neither their outboxes nor their connections. Owned by one lane; `net/` has the two kinds,
 * over descriptors and over Node's handles.
 *
 *   place     0     1     2     3
 *   port    | Amy |     | Cyd | Dan |     Bob has something queued: what he is told goes through his outbox
 */

/** What one connection is written to without asking it; only those who made it know what is in it. */
export interface Port {
  /** Bytes that the kernel has taken so far. */
  readonly takenBytes: number
}

/** A member's place in one lane, as far as its outbox knows it. */
export interface Place {
  /** Something has changed that decides whether the lane may write past the outbox. */
  review(): void
}

export interface Ports {
  /** Has the port at this place from now on, or none. Places come in any order. */
  set(place: number, port: Port | null): void
  /**
   * Sends `bytes` once to every port of the first `places`. A port may put something before them.
   * @returns how many could not take all; they are in `refused` until the next call
   */
  send(bytes: Buffer, places: number): number
  /**
   * Pairs: a place, and how many of the last bytes were not taken and have to be written to its sink (`Sink.writeRest`).
   * 0 when they are on their way already, as after `Sink.write` has said no.
   */
  readonly refused: ArrayLike<number>
}
