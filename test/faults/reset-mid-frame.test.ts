/** Row 5 of docs/faults.md: a reset in the middle of a frame, 10,000 times in a soak. Rules F10, M6. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { join, joining, leaving, message, shown } from '../fixtures/framed-bytes.js'
import { timesOf } from '../fixtures/soak.js'

const RESETS = timesOf(1000, 10_000)
const AT_ONCE = 20

test('row 5, F10: resets after 1 to 6 bytes of a frame: one leave each, and everything as before', async (t) => {
  const trial = await FaultTrial.start(t)
  const begun = message('Hello')
  const names = Array.from({ length: AT_ONCE / 2 }, (_, index) => `Bad${index}`)
  const expected = names.flatMap((name) => [joining(name), leaving(name)].map(shown)).sort()
  const reset = 'parlance_disconnects_total{reason="reset"}'
  for (let round = 0; round < RESETS / AT_ONCE; round++) {
    const strangers = await Promise.all(names.map(() => trial.connect()))
    const members = await Promise.all(names.map(() => trial.connect()))
    for (const [index, member] of members.entries()) {
      member.send(Buffer.concat([join(`Bad${index}`), begun.subarray(0, 1 + ((round + index) % 6))]))
    }
    for (const [index, stranger] of strangers.entries()) {
      stranger.send(begun.subarray(0, 1 + ((round + index) % 6)))
      stranger.reset()
    }
    await Promise.all(members.map((member, index) => member.skipTo(joining(`Bad${index}`))))
    for (const member of members) member.reset()
    // The names are free for the next round when the leaves have been told.
    while (trial.pair.others.length < expected.length) await trial.pair.settle()
    assert.deepEqual(trial.pair.others.map(shown).sort(), expected)
    trial.pair.others = []
  }
  // Nobody has said farewell, and those whose bytes had been read are known to have been reset.
  await trial.reaches(reset, RESETS / 2)
  const { heard, longestMs } = await trial.assertAsBefore()
  t.diagnostic(
    `${RESETS} resets; the pair heard ${heard} messages, the longest after ${longestMs.toFixed(0)} ms`,
  )
})
