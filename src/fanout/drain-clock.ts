/**
 * Tells a slow reader from one that has stopped, for one outbox above its soft limit.
 *
 * It works like a prepaid meter: time uses up credit, and every byte that the kernel takes buys the time that it may
 * take at the minimum rate. Credit starts at, and never exceeds, the grace time. Measuring the rate over a window
 * would be simpler and wrong: a full socket buffer takes bytes in lumps of up to a third of its size, so that a reader
 * that is fast enough shows no progress for seconds.
 *
 *   credit  grace ┐╲    ╱╲                 lumps of progress
 *                 │ ╲  ╱  ╲
 *   lagging below │──╲╱────╲───            a quarter of the grace time behind the minimum rate
 *                 │         ╲
 *   cut off at 0  └──────────╲───▶ time
 */

export class DrainClock {
  /** Bytes that the kernel has taken since the last `advance`. */
  drainedBytes = 0
  /** When the outbox went above its soft limit. */
  readonly sinceMs: number
  readonly #graceMs: number
  readonly #bytesPerMs: number
  #creditMs: number
  #atMs: number

  constructor(graceMs: number, minDrainBytesPerSecond: number, nowMs: number) {
    this.#graceMs = graceMs
    this.#bytesPerMs = minDrainBytesPerSecond / 1000
    this.#creditMs = graceMs
    this.#atMs = nowMs
    this.sinceMs = nowMs
  }

  /** Slower than the minimum rate for a while. */
  get lagging(): boolean {
    return this.#creditMs < this.#graceMs * 0.75
  }

  /** Slower than the minimum rate for the whole grace time. */
  get spent(): boolean {
    return this.#creditMs <= 0
  }

  advance(nowMs: number): void {
    const bought = this.drainedBytes / this.#bytesPerMs
    this.#creditMs = Math.min(this.#graceMs, this.#creditMs - (nowMs - this.#atMs) + bought)
    this.#atMs = nowMs
    this.drainedBytes = 0
  }
}
