/**
 * What one connection may have the relay do before it is the others' turn: a number of requests, the time that
 * they take, and the people whom they have told something that is no message. One for all connections, because only
 * one is read from at a time.
 */

/** Of cheap requests: they tell rooms something, and what is told is written only after the turn. */
const MAX_REQUESTS = 1024
/** With ten connections that use all of theirs, everybody else is read from every 20 ms. */
const MAX_MS = 2
/**
 * Joins, renames, statuses and the like, times the people who are told: a few bytes of input can make many times as
 * many of output, so that ten connections in a room of 3,000 would have megabytes written to each of them.
 */
const MAX_PRESENCE_DELIVERIES = 16 * 1024

export class TurnBudget {
  /** When what is carried out was read. */
  readMs = 0
  readonly #now: () => number
  #requests = 0
  #presenceDeliveries = 0
  #endMs = 0

  /** @param now milliseconds on a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The next connection's turn. @param readMs when what it sent was read, where that was not a moment ago */
  begin(readMs: number | null = null): void {
    const nowMs = this.#now()
    this.readMs = readMs ?? nowMs
    this.#requests = MAX_REQUESTS
    this.#presenceDeliveries = MAX_PRESENCE_DELIVERIES
    this.#endMs = nowMs + MAX_MS
  }

  /** Something that is no message is told to so many people. */
  spend(deliveries: number): void {
    this.#presenceDeliveries -= deliveries
  }

  /** One request is carried out. @returns whether there is no more to spend */
  requestDone(): boolean {
    return --this.#requests <= 0 || this.#presenceDeliveries <= 0 || this.#now() >= this.#endMs
  }
}
