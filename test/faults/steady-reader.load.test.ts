/**
 * Slow readers at the shipped defaults, through real sockets with receive buffers of their own: one that is steady above
 * the minimum rate lives, one that has stopped is cut off in time, and whoever says little notices neither. The whole
 * table is `npm run bench:outcomes -- steady-readers`. About 15 seconds.
 */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'

const PROGRAM = fileURLToPath(new URL('../../bench/outcomes/steady_reader.py', import.meta.url))
const SECONDS = 14

interface Result {
  readonly cutAfterSeconds: number | null
  readonly longestGapSeconds: number
  readonly talkerSlowestSeconds: number
  readonly wrong: number
}

async function flooded(t: TestContext, bytesPerSecond: number, receiveBytes: number): Promise<Result> {
  const relay = await serve(t)
  const words = [relay.port, bytesPerSecond, receiveBytes, 'flood', SECONDS].map(String)
  const program = new RunningProgram('python3', [PROGRAM, ...words])
  t.after(() => program.end())
  await program.shows('}', (SECONDS + 20) * 1000)
  return JSON.parse(program.output) as Result
}

describe('a room of 22 that is flooded', { concurrency: true }, () => {
  test('M6 a reader of 100 KB/s with a small buffer lives in a flood, as steady as it is, and nobody loses anything', async (t) => {
    const { cutAfterSeconds, longestGapSeconds, talkerSlowestSeconds, wrong } = await flooded(
      t,
      100_000,
      16_384,
    )
    assert.equal(cutAfterSeconds, null)
    assert.equal(wrong, 0)
    assert.ok(longestGapSeconds < 3, `the room stood still for ${longestGapSeconds} s`)
    assert.ok(talkerSlowestSeconds < 3, `ten words took ${talkerSlowestSeconds} s`)
  })

  test('M6 a reader that has stopped is cut off after the grace time, and the room does not stand still for it', async (t) => {
    const { cutAfterSeconds, longestGapSeconds, talkerSlowestSeconds, wrong } = await flooded(t, 0, 0)
    assert.ok(
      cutAfterSeconds !== null && cutAfterSeconds > 9.5 && cutAfterSeconds < 13,
      `${cutAfterSeconds} s`,
    )
    assert.equal(wrong, 0)
    assert.ok(longestGapSeconds < 3, `the room stood still for ${longestGapSeconds} s`)
    assert.ok(talkerSlowestSeconds < 3, `ten words took ${talkerSlowestSeconds} s`)
  })
})
