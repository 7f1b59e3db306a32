/** Samples of several processes as one: histograms added up and never percentiles, rates over each one's own time. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { newLatencyHistogram } from '../../bench/load/generator/tally.js'
import { curveOf, mergeHistograms, percentilesOf } from '../../bench/load/percentiles.js'
import { Recorder } from '../../bench/load/recorder.js'
import type { GeneratorSample } from '../../bench/load/requests.js'

function encoded(us: number, count: number): string {
  const histogram = newLatencyHistogram()
  histogram.recordValueWithCount(us, count)
  return encodeIntoCompressedBase64(histogram)
}

function sample(more: Partial<GeneratorSample>): GeneratorSample {
  return {
    stage: 'measuring',
    atUs: 1e6,
    seconds: 1,
    joined: 10,
    messages: 0,
    deliveries: 0,
    chunks: 0,
    joinsHeard: 0,
    leavesHeard: 0,
    wrong: 0,
    latency: null,
    joinTime: null,
    slip: null,
    overwhelmed: false,
    cpuSeconds: 0,
    busyShare: 0,
    waitSeconds: 0,
    server: null,
    ...more,
  }
}

test('percentiles are those of all deliveries together', () => {
  // The mean of the two p99 would be 50.5 ms; of 1,000 deliveries, 10 are slow.
  const merged = percentilesOf(mergeHistograms([encoded(1000, 990), encoded(100_000, 10), null]))
  assert.equal(merged.count, 1000)
  assert.equal(merged.p50, 1000)
  assert.equal(merged.p99, 1000)
  assert.ok(merged.p999 >= 99_900 && merged.p999 <= 100_100)
})

test('a distribution ends at its largest value, and there is none of nothing', () => {
  const histogram = mergeHistograms([encoded(7, 1), encoded(900, 3)])
  assert.deepEqual(curveOf(histogram).at(-1), { percentile: 100, us: 900 })
  assert.deepEqual(curveOf(mergeHistograms([])), [])
})

test('moments put the processes together, and what is left of a sample time goes with the one before', () => {
  const recorder = new Recorder(2, 1000)
  recorder.take(0, sample({ atUs: 1e6, deliveries: 100, busyShare: 0.2 }))
  recorder.take(1, sample({ atUs: 1.01e6, deliveries: 300, busyShare: 0.6 }))
  recorder.take(0, sample({ atUs: 2e6, deliveries: 200 }))
  recorder.take(0, sample({ atUs: 2.1e6, seconds: 0.1, deliveries: 20 }))
  recorder.take(1, sample({ atUs: 2.02e6, deliveries: 400 }))
  const moments = recorder.moments(['measuring'])
  assert.deepEqual(
    moments.map(({ deliveriesPerSecond }) => Math.round(deliveriesPerSecond)),
    [400, 600],
  )
  assert.equal(moments[0]?.busyShare, 0.6)
  assert.equal(moments[0]?.joined, 20)
  assert.deepEqual(
    recorder.shares('measuring').map(({ deliveriesPerSecond }) => Math.round(deliveriesPerSecond)),
    [152, 350],
  )
})

test('processes that begin apart, or are held up, are put together by the clock', () => {
  const recorder = new Recorder(2, 100)
  for (let nth = 1; nth <= 8; nth++) recorder.take(0, sample({ atUs: nth * 1e5, seconds: 0.1, joined: nth }))
  recorder.take(1, sample({ atUs: 3.4e5, seconds: 0.1, joined: 5 }))
  recorder.take(1, sample({ atUs: 7.4e5, seconds: 0.4, joined: 9 }))
  const moments = recorder.moments(['measuring'])
  const seconds = moments.map((moment) => moment.seconds)
  assert.deepEqual(
    seconds,
    seconds.toSorted((a, b) => a - b),
  )
  assert.deepEqual(
    moments.map(({ joined }) => joined),
    [1, 2, 8, 9, 10, 11, 16, 17],
  )
})

test('the server is measured from the sample before the stage to its last', () => {
  const usage = (cpuSeconds: number, rssBytes: number) => ({ cpuSeconds, rssBytes, waitSeconds: 0 })
  const recorder = new Recorder(1, 1000)
  recorder.take(0, sample({ stage: 'warming up', atUs: 1e6, server: usage(5, 100) }))
  recorder.take(0, sample({ atUs: 2e6, server: usage(5.5, 300) }))
  recorder.take(0, sample({ atUs: 3e6, server: usage(6, 200) }))
  recorder.take(0, sample({ stage: 'draining', atUs: 4e6, server: usage(9, 900) }))
  const { server } = recorder.totals('measuring')
  assert.equal(server?.seconds, 2)
  assert.equal((server?.after.cpuSeconds ?? 0) - (server?.before.cpuSeconds ?? 0), 1)
  assert.equal(server?.maxRssBytes, 300)
})

test('there is nothing newest until every process has told of something', () => {
  const recorder = new Recorder(2, 1000)
  assert.equal(recorder.latest(), null)
  recorder.take(0, sample({ messages: 5 }))
  assert.equal(recorder.latest(), null)
  recorder.take(1, sample({ wrong: 3 }))
  assert.equal(recorder.latest()?.messagesPerSecond, 5)
  assert.equal(recorder.wrong, 3)
})
