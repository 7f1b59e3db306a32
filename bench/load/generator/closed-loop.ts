/**
 * The closed loop: each sender has a number of messages in flight, and says the next one as soon as every
 * receiver has the oldest. Says how much a server can do; its latencies are those of a full pipe.
 */

import { monotonicUs } from '../clock.js'
import type { InFlight } from './in-flight.js'
import type { Speaker } from './speaker.js'

export class ClosedLoop {
  readonly #speakers: readonly Speaker[]
  readonly #inFlight: InFlight
  readonly #limit: number
  #running = true

  constructor(speakers: readonly Speaker[], inFlight: InFlight, limit: number) {
    this.#speakers = speakers
    this.#inFlight = inFlight
    this.#limit = limit
    for (const speaker of speakers) this.#fillUp(speaker)
  }

  /** To be called after each chunk that was received. */
  chunkRead(): void {
    if (this.#running && this.#inFlight.movedCount > 0) this.#inFlight.takeMoved(this.#onMoved)
  }

  stop(): void {
    this.#running = false
  }

  readonly #onMoved = (sender: number): void => {
    this.#fillUp(this.#speakers[sender] as Speaker)
  }

  #fillUp(speaker: Speaker): void {
    const until = this.#inFlight.completed(speaker.sender) + this.#limit
    if (speaker.sent >= until) return
    const nowUs = monotonicUs()
    while (speaker.sent < until) speaker.say(nowUs)
    speaker.flush()
  }
}
