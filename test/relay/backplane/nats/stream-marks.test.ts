/** Where it is looked for what is missing: from before the link was gone, however often that was, and of nothing more is kept. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamMarks } from '../../../../src/relay/backplane/nats/stream-marks.js'

/** A stream that grows by one each second, from the time 0 on. */
function marksUntil(seconds: number): StreamMarks {
  const marks = new StreamMarks()
  for (let second = 0; second <= seconds; second++) marks.note(second * 1000, second)
  return marks
}

test('what is missing is looked for from 15 s before the link was gone, for two minutes after it is back', () => {
  const marks = marksUntil(900)
  marks.linkDown(500_000)
  marks.linkUp(510_000)
  assert.equal(marks.from(520_000), 486)
  assert.equal(marks.from(629_000), 486)
  assert.equal(marks.from(640_000), 626)
})

test('of a link that comes and goes for hours, a hundred times are remembered and nothing is passed over', () => {
  const marks = marksUntil(900)
  for (let second = 100; second < 200; second += 0.5) {
    marks.linkDown(second * 1000)
    marks.linkUp(second * 1000 + 250)
  }
  assert.equal(marks.downs, 100)
  // The last of all is found for two minutes more, and the first as long as it is one with those behind it.
  assert.equal(marks.from(200_000), 86)
  assert.equal(marks.from(270_000), 86)
  assert.equal(marks.from(310_000), 176)
  assert.equal(marks.from(330_000), 316)
  assert.equal(marks.downs, 0)
  for (let second = 1000; second < 20_000; second += 60) {
    marks.linkDown(second * 1000)
    marks.linkUp(second * 1000 + 1000)
  }
  assert.ok(marks.downs <= 3, `${marks.downs}`)
})
