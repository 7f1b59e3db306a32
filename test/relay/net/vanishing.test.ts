/** The arithmetic of `vanishedMs`: with the kernel's timers as late as they can be, and the looks at the worst moment, it is kept. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOOKS_PER_SILENCE, vanishingTimes } from '../../../src/relay/net/vanishing.js'

/** How often Linux can be built to count its time, a second. */
const TICKS_A_SECOND = [100, 250, 300, 1000]
const PROBES = 10
/** What is left for a machine that is busy. */
const BUSY_MS = 1000
const DAY_MS = 86_400_000
/** TCP_KEEPIDLE takes no more. */
const MOST_SECONDS = 32_767

/** When a timer of Linux's runs out at the latest: kernel/time/timer.c has 63 places for each wheel, and the next is eight times as coarse. */
function latestMs(ms: number, ticksASecond: number): number {
  const ticks = Math.ceil((ms * ticksASecond) / 1000)
  let coarse = 1
  while (ticks >= 63 * coarse) coarse *= 8
  return ((ticks + coarse) * 1000) / ticksASecond
}

test('row 7: whatever vanishedMs is, a peer is gone by then, if nothing is sent to it, or anything at any moment', () => {
  for (let vanishedMs = 15_000; vanishedMs <= DAY_MS; vanishedMs = Math.ceil(vanishedMs * 1.01)) {
    const { keepAliveMs, silentMs } = vanishingTimes(vanishedMs)
    assert.ok(keepAliveMs >= 1000 && keepAliveMs % 1000 === 0 && keepAliveMs / 1000 <= MOST_SECONDS)
    const lookMs = silentMs / LOOKS_PER_SILENCE
    for (const ticks of TICKS_A_SECOND) {
      const askedMs = latestMs(keepAliveMs, ticks)
      const neverSentTo = askedMs + PROBES * latestMs(1000, ticks)
      // Just missed by one look, and by one too little for another.
      const sentToJustBefore = askedMs + lookMs + silentMs + lookMs
      const worst = Math.max(neverSentTo, sentToJustBefore)
      assert.ok(worst <= vanishedMs - BUSY_MS, `${worst} ms of ${vanishedMs} at ${ticks} ticks a second`)
    }
  }
})

test('row 7: of the time that there is, most is for peers who are slow to answer', () => {
  assert.deepEqual(vanishingTimes(30_000), { keepAliveMs: 7000, silentMs: 15_000 })
  assert.deepEqual(vanishingTimes(15_000), { keepAliveMs: 2000, silentMs: 7500 })
})
