/** What people get to see: tables within their width, a page that loads nothing, verdicts that can be relied on. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bar, liveLines } from '../../bench/load/live-view.js'
import { Recorder } from '../../bench/load/recorder.js'
import { page } from '../../bench/load/report/page.js'
import type { Phase } from '../../bench/load/report/phase.js'
import { provenance } from '../../bench/load/report/provenance.js'
import { type Chart, renderSvg } from '../../bench/load/report/svg-chart.js'
import { outcomeText, table } from '../../bench/load/report/table.js'
import { idlePhase } from '../../bench/load/scenarios/idle.js'
import { gaugesOf } from '../../bench/load/server-gauges.js'
import { median, verdictOn } from '../../bench/load/verdict.js'

function phase(name: string, more: Partial<Phase> = {}): Phase {
  const times = { count: 10, mean: 500, p50: 400, p90: 700, p99: 900, p999: 1000, max: 1100 }
  const moment = {
    stage: 'measuring' as const,
    messagesPerSecond: 10,
    deliveriesPerSecond: 1000,
    joinsHeard: 3,
    joined: 100,
    latencyUs: times,
    joinTimeUs: null,
    server: { cpuShare: 0.5, rssBytes: 80 * 2 ** 20 },
    busyShare: 0.4,
  }
  return {
    name,
    facts: [
      { label: 'deliveries/s', value: '1,000,000' },
      { label: 'latency p50 µs', value: '400' },
    ],
    notes: ['every delivery in order'],
    isClean: true,
    measured: { times, deliveriesPerSecond: 1000, messagesPerSecond: 10, wrong: 0 },
    moments: [
      { ...moment, seconds: 1, stage: 'warming up' },
      { ...moment, seconds: 2 },
    ],
    curve: [
      { percentile: 50, us: 400 },
      { percentile: 100, us: 1100 },
    ],
    curveOf: 'latency',
    processes: [{ clients: 100, deliveriesPerSecond: 1000, busyShare: 0.4, cpuShare: 0.4 }],
    gauges: [{ seconds: 0, values: { 'queued bytes': 4096 } }],
    ...more,
  }
}

const OUTCOME = { scenario: 'fanout', server: 'parlance', crowd: '1 <speaking>' }

test('a table aligns its first column left and the others right', () => {
  assert.equal(
    table(
      ['', 'b'],
      [
        ['aa', '1'],
        ['a', '22'],
      ],
    ),
    '     b\n--  --\naa   1\na   22',
  )
})

test('phases that do not fit beside each other come below each other', () => {
  const phases = Array.from({ length: 9 }, (_, index) => phase(`${index + 1} in flight`))
  const text = outcomeText({ ...OUTCOME, phases }, 80)
  const lines = text.split('\n')
  assert.ok(lines.every((line) => line.length <= 80))
  for (const { name } of phases) assert.ok(lines.some((line) => line.includes(name)))
  assert.ok(text.includes('3 in flight: every delivery in order'))
})

test('the page holds everything itself and escapes what it is given', () => {
  const phases = [phase('1 in flight'), phase('16 in flight', { notes: ['DELIVERIES WRONG: lost 3'] })]
  const html = page({ ...OUTCOME, phases }, provenance(), { seed: 7 })
  assert.ok(!/\b(src|href)=/.test(html))
  assert.ok(!html.includes('<script'))
  assert.ok(html.includes('1 &lt;speaking&gt;'))
  assert.ok(html.includes('&quot;seed&quot;:7'))
  assert.ok(html.includes('<li class="bad">DELIVERIES WRONG: lost 3</li>'))
  // One of all of them, and of each phase times, distribution, throughput, server, queues, arrivals, processes.
  assert.equal(html.match(/<svg /g)?.length, 1 + 2 * 7)
})

test('charts that there are no numbers for are left out', () => {
  const empty = phase('idle', { moments: [], curve: [], processes: [], gauges: [] })
  assert.ok(!page({ ...OUTCOME, phases: [empty] }, provenance(), {}).includes('<svg '))
})

test('memory that has shrunk is noise, and no connection’s', () => {
  const result = {
    clients: 50,
    rssBytesBefore: 2 ** 20,
    rssBytesAfter: 2 ** 19,
    idleCpuShare: 0,
    moments: [],
  }
  const shrunk = idlePhase({ ...result, rssBytesPerConnection: -(2 ** 19) / 50 })
  assert.deepEqual(shrunk.facts[0], { label: 'KiB/connection', value: 'noise' })
  assert.match(shrunk.notes.join(), /noise; more --clients/)
  const grown = idlePhase({ ...result, rssBytesPerConnection: 2048 })
  assert.deepEqual(grown.facts[0], { label: 'KiB/connection', value: '2.00' })
  assert.deepEqual(grown.notes, [])
})

test('a bar is as long at any share, and a live view without numbers is a bar alone', () => {
  for (const share of [-1, 0, 0.5, 1, 2]) assert.equal(bar(share).length, bar(0).length)
  const watched = {
    name: 'x',
    recorder: new Recorder(1, 1000),
    seconds: 10,
    clients: 5,
    more: () => ['more'],
  }
  const lines = liveLines(watched, 5)
  assert.equal(lines.length, 2)
  assert.match(lines[0] ?? '', /█░+ 5 of 10 s {2}x$/)
})

test('a regression of five percent shows when the pairs agree, and is unclear when they do not', () => {
  assert.equal(verdictOn([0.94, 0.93, 0.95, 0.94, 0.96], 0.05), 'SLOWER')
  assert.equal(verdictOn([0.96, 0.97, 0.99, 1.01, 0.98], 0.05), 'same')
  assert.equal(verdictOn([1.1, 1.08, 1.07, 1.09, 1.2], 0.05), 'faster')
  assert.equal(verdictOn([0.6, 1.4, 0.9, 1.2, 0.8], 0.05), 'unclear')
  assert.equal(median([3, 1, 2, 10]), 2.5)
})

test('of a server’s metrics those are read that a report shows', () => {
  const text = [
    '# HELP parlance_queued_bytes Bytes waiting.',
    'parlance_queued_bytes 4096',
    'parlance_connections{dialect="framed"} 3',
    'parlance_connections{dialect="other"} 4',
    'process_cpu_seconds_total 12',
  ].join('\n')
  assert.deepEqual(gaugesOf(text), { 'queued bytes': 4096, connections: 7 })
})

test('a chart is well-formed XML: a page shows it as it is', () => {
  const x = { name: 'seconds' }
  const chart: Chart = {
    title: 'p99 < "5 ms" & more',
    x,
    y: [{ name: 'ms' }],
    series: [{ name: 'a & "b"', kind: 'line', color: '#0f62a8', points: [[0, 1]] }],
  }
  const svg = renderSvg(chart).replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')
  const tag = /<\/?[A-Za-z][\w:]*(\s+[\w:-]+="[^"<]*")*\s*\/?>/g
  assert.doesNotMatch(svg.replace(tag, ''), /[<>"]/)
})
