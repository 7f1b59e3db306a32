/** Thresholds of `--fail-if`: what may be written, and when they are beyond. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureNotes, type Measured, threshold, verdictsOn } from '../../bench/load/thresholds.js'

const MEASURED: Measured = {
  times: { count: 10, mean: 500, p50: 400, p90: 7_000, p99: 50_000, p999: 60_000, max: 1_500_000 },
  deliveriesPerSecond: 1000,
  messagesPerSecond: 10,
  wrong: 2,
}

function isBeyond(text: string, measured: Measured = MEASURED): boolean {
  return verdictsOn(threshold(text), measured).some(({ failed }) => failed)
}

test('a load is held against times in every unit, against rates, and against what went wrong', () => {
  for (const text of [
    'p50>399µs',
    'p50 > 399 μs',
    'p50>=400us',
    'p90<7.5ms',
    'p99>=50ms',
    'p99.9>0.05s',
    'max>1s',
    'deliveries/s<1000.5',
    'messages/s<=10',
    'wrong>0',
  ])
    assert.ok(isBeyond(text), text)
  for (const text of ['p50>400us', 'p99>50ms', 'p99<50ms', 'deliveries/s<1000', 'messages/s>10', 'wrong>2'])
    assert.ok(!isBeyond(text), text)
})

test('what cannot be read is refused', () => {
  for (const text of [
    '',
    'p99',
    'p99>50',
    'p98>5ms',
    'p99=5ms',
    'p99>5 minutes',
    'wrong>1ms',
    'deliveries/s<-1',
  ])
    assert.throws(() => threshold(text), { name: 'InvalidArgumentError', message: /expected p50, p90/ }, text)
})

test('several are several, and each that is beyond is said with what it is', () => {
  const thresholds = threshold('wrong>0', threshold('deliveries/s<5', threshold('p99>1ms')))
  const verdicts = verdictsOn(thresholds, MEASURED)
  assert.deepEqual(failureNotes(verdicts), ['FAILED p99>1ms: it is 50.00 ms', 'FAILED wrong>0: it is 2'])
})

test('what was not measured is beyond any threshold', () => {
  const nothing = { ...MEASURED, times: { ...MEASURED.times, count: 0 } as Measured['times'] }
  assert.ok(isBeyond('p99>1s', nothing))
  assert.deepEqual(failureNotes(verdictsOn(threshold('p99>1s'), nothing)), [
    'FAILED p99>1s: nothing was measured',
  ])
})
