/**
 * How long the server takes to answer, which is how long what it has for us waits: a node that does not keep up is a slow consumer, and NATS
 * would say so nowhere but in its own log, and close the connection.
 */

import type { NatsConnection } from '@nats-io/transport-node'

const EVERY_MS = 500
/** The server has seconds of patience; this is when an operator is told. */
const SLOW_MS = 1_500

export class LinkProbe {
  readonly #slow: (lagMs: number) => void
  #timer: NodeJS.Timeout | null = null
  #askedAt: number | null = null
  #lastMs = 0
  #isSaid = false

  /** @param slow told once each time that it becomes so */
  constructor(slow: (lagMs: number) => void) {
    this.#slow = slow
  }

  get lagMs(): number {
    if (this.#askedAt === null) return this.#lastMs
    return Math.max(this.#lastMs, performance.now() - this.#askedAt)
  }

  get isSlow(): boolean {
    return this.lagMs >= SLOW_MS
  }

  start(connection: NatsConnection): void {
    this.stop()
    this.#timer = setInterval(() => this.#ask(connection), EVERY_MS)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#askedAt = null
    this.#lastMs = 0
    this.#isSaid = false
  }

  #ask(connection: NatsConnection): void {
    this.#look()
    if (this.#askedAt !== null) return
    const askedAt = performance.now()
    this.#askedAt = askedAt
    const answered = () => {
      // Of a connection before, or after the end.
      if (this.#askedAt !== askedAt) return
      this.#askedAt = null
      this.#lastMs = performance.now() - askedAt
      this.#look()
    }
    connection.flush().then(answered, () => {})
  }

  #look(): void {
    const isSlow = this.isSlow
    if (isSlow && !this.#isSaid) this.#slow(Math.round(this.lagMs))
    this.#isSaid = isSlow
  }
}
