/** How long to wait before the next attempt: at random, so that thousands who lost the same relay do not come back at once. */

/**
 * Full jitter: anything from nothing to the whole of a span that doubles with each attempt.
 * @param attempt 0 for the first
 * @param random from 0 up to 1
 * @returns milliseconds
 */
export function backoffMs(attempt: number, minDelayMs: number, maxDelayMs: number, random: number): number {
  return Math.floor(random * Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(attempt, 30)))
}
