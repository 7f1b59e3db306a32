/**
 * Tells a slow reader from one that has stopped, for one outbox above its soft limit.
 *
 * It works like a prepaid meter: time uses up credit, and every byte that the reader acknowledges buys the time that it
 * may take at the minimum rate. Credit starts at, and never exceeds, the grace time. Measuring the rate over a window
 * would be simpler and wrong: a full window opens in lumps (a sixteenth of the receiver's buffer, or a segment, which
 * is 64 KB on the loopback), so that a reader that is fast enough shows no progress for a second or more.
 *
 *   credit  grace ┐╲    ╱╲                 lumps of progress
 *                 │ ╲  ╱  ╲
 *   lagging below │──╲╱────╲───            a quarter of the grace time behind the minimum rate
 *                 │         ╲
 *   cut off at 0  └──────────╲───▶ time
 */

export class DrainClock {
  readonly #graceMs: number
  readonly #bytesPerMs: number
  #creditMs: number
  #atMs: number

  constructor(graceMs: number, minDrainBytesPerSecond: number, nowMs: number) {
    this.#graceMs = graceMs
    this.#bytesPerMs = minDrainBytesPerSecond / 1000
    this.#creditMs = graceMs
    this.#atMs = nowMs
  }

  /** Slower than the minimum rate for a while. */
  get lagging(): boolean {
    return this.#creditMs < this.#graceMs * 0.75
  }

  /** Slower than the minimum rate for the whole grace time. */
  get spent(): boolean {
    return this.#creditMs <= 0
  }

  /** @param drainedBytes since the last call */
  advance(nowMs: number, drainedBytes: number): void {
    const bought = drainedBytes / this.#bytesPerMs
    this.#creditMs = Math.min(this.#graceMs, this.#creditMs - (nowMs - this.#atMs) + bought)
    this.#atMs = nowMs
  }
}
