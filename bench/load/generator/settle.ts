/** Waits for the end of what is on its way. */

import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicUs } from '../clock.js'
import type { Tally } from './tally.js'

const POLL_MS = 20

/**
 * Resolves when nothing has arrived for `quietMs`, or all `deliveries` have where they are known.
 * @returns whether it came to that within `deadlineMs`
 */
export async function settle(
  tally: Tally,
  deliveries: number | null,
  quietMs: number,
  deadlineMs: number,
): Promise<boolean> {
  const beganUs = monotonicUs()
  let changedUs = beganUs
  let chunks = tally.chunks
  for (;;) {
    const nowUs = monotonicUs()
    if (tally.chunks !== chunks) changedUs = nowUs
    chunks = tally.chunks
    if (deliveries !== null && tally.deliveries >= deliveries) return true
    if (nowUs - changedUs >= quietMs * 1000) return true
    if (nowUs - beganUs >= deadlineMs * 1000) return false
    await sleep(POLL_MS)
  }
}
