/**
 * The open loop: messages at a rate, whether or not the server keeps up. Each message carries the time at
 * which the schedule wanted it, so that a late one is a slow one wherever the time was lost.
 *
 * Close to the next message it spins on `setImmediate`, since timers are a millisecond coarse; what of that
 * was waiting with nothing to do is counted as idle, and how late the writes were as slip.
 */

import type { Histogram } from 'hdr-histogram-js'
import { monotonicUs } from '../clock.js'
import { seededRandom } from './seeded-random.js'
import type { Speaker } from './speaker.js'
import { newLatencyHistogram, type Tally } from './tally.js'

const SPIN_US = 2500
const MAX_BURST = 2000
const MAX_QUEUED_BYTES = 64 * 1024 * 1024

export type Arrivals = 'even' | 'poisson'

export class OpenLoop {
  /** How late messages were handed to the socket, in µs; whoever reads it resets it. */
  readonly slip: Histogram = newLatencyHistogram()

  readonly #speakers: readonly Speaker[]
  readonly #tally: Tally
  readonly #gapUs: () => number
  #nextUs = monotonicUs()
  #next = 0
  #running = true
  #spunUs = 0
  #chunksSeen = -1
  #idleUs = 0
  #overwhelmed = false

  constructor(
    speakers: readonly Speaker[],
    tally: Tally,
    perSecond: number,
    arrivals: Arrivals,
    seed: number,
  ) {
    this.#speakers = speakers
    this.#tally = tally
    const meanUs = 1e6 / perSecond
    const random = seededRandom(seed)
    this.#gapUs = arrivals === 'even' ? () => meanUs : () => -Math.log(1 - random()) * meanUs
    this.#turn()
  }

  /**
   * To be called after each chunk that was received: a thousand clients' chunks are read before the event
   * loop comes round again, 8 ms in which messages would be late.
   */
  chunkRead(): void {
    const nowUs = this.#tally.chunkUs
    if (this.#nextUs <= nowUs && this.#running) this.#sayWhatIsDue(nowUs)
  }

  stop(): void {
    this.#running = false
  }

  /** @returns the time spent spinning with nothing to do since the last call, in µs */
  takeIdleUs(): number {
    const idleUs = this.#idleUs
    this.#idleUs = 0
    return idleUs
  }

  /** @returns whether the server took so little since the last call that the schedule had to wait for it */
  takeOverwhelmed(): boolean {
    const overwhelmed = this.#overwhelmed
    this.#overwhelmed = false
    return overwhelmed
  }

  readonly #turn = (): void => {
    if (!this.#running) return
    const nowUs = monotonicUs()
    const nothingCame = this.#tally.chunks === this.#chunksSeen
    this.#chunksSeen = this.#tally.chunks
    if (this.#nextUs <= nowUs) {
      this.#sayWhatIsDue(nowUs)
    } else if (nothingCame && this.#spunUs !== 0) {
      this.#idleUs += nowUs - this.#spunUs
    }
    const waitUs = this.#nextUs - nowUs
    if (waitUs > SPIN_US) {
      this.#spunUs = 0
      setTimeout(this.#turn, Math.floor((waitUs - SPIN_US) / 1000) + 1)
    } else {
      this.#spunUs = nowUs
      setImmediate(this.#turn)
    }
  }

  #sayWhatIsDue(nowUs: number): void {
    const first = this.#next
    for (let burst = 0; burst < MAX_BURST && this.#nextUs <= nowUs; burst++) {
      const speaker = this.#speakers[this.#next % this.#speakers.length] as Speaker
      if (speaker.queuedBytes > MAX_QUEUED_BYTES) {
        this.#overwhelmed = true
        break
      }
      speaker.say(this.#nextUs)
      this.slip.recordValue(Math.max(0, Math.round(nowUs - this.#nextUs)))
      this.#next++
      this.#nextUs += this.#gapUs()
    }
    const touched = Math.min(this.#next - first, this.#speakers.length)
    for (let index = 0; index < touched; index++) {
      ;(this.#speakers[(first + index) % this.#speakers.length] as Speaker).flush()
    }
  }
}
