/** That a scrape says everything that operators were promised, in numbers that are right, with labels that do not grow. */

import assert from 'node:assert/strict'
import { totalmem } from 'node:os'
import { test } from 'node:test'
import { ChunkPool } from '../../../src/relay/fanout/chunk.js'
import { Flusher } from '../../../src/relay/fanout/flusher.js'
import { Pressure } from '../../../src/relay/fanout/pressure.js'
import { CLOSE_REASONS } from '../../../src/relay/hub/close-reason.js'
import type { MetricSources } from '../../../src/relay/observe/metrics/sources.js'
import { createMetrics } from '../../../src/relay/observe/metrics.js'
import { Tally } from '../../../src/relay/observe/tally.js'

const LIMITS = {
  softLimitBytes: 1,
  hardLimitBytes: 2,
  graceMs: 1,
  minDrainBytesPerSecond: 1,
  retainedLimitBytes: 1,
}
const AT = { at: 1, dialect: 'framed' } as const

function sources(overrides: Partial<MetricSources> = {}) {
  return {
    fanoutWay: 'portable',
    version: '1.2.3',
    connections: new Map([
      ['framed', { opened: 10, closed: 3, bytesIn: 1000, bytesOut: 2000 }],
      ['other', { opened: 1, closed: 1, bytesIn: 0, bytesOut: 5 }],
    ]),
    transports: { tcp: { open: 4 }, tls: { open: 1 }, ws: { open: 2 }, wss: { open: 0 } },
    maxConnections: () => 5000,
    webSockets: { closes: new Map([[1003, 7]]), pingsUnanswered: 3 },
    fanout: new Flusher().stats,
    pressure: new Pressure(LIMITS, new ChunkPool(), () => 0, null),
    tally: new Tally(),
    certificateEnds: () => [[9443, 1_800_000_000_000]] as const,
    sessions: () => 6,
    rooms: () => 2,
    queuedBytes: () => 77,
    retainedBytes: () => 4096,
    heldInputBytes: () => 11,
    logLinesLost: () => 9,
    history: () => ({ messages: 21, bytes: 4200 }),
    historyLost: () => 8,
    cluster: null,
    stage: () => 'ready',
    ...overrides,
  } satisfies MetricSources
}

/** Every sample of a scrape: `name{labels}` to its value. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      const value = Number(line.slice(space + 1))
      // Of Node's own, some have no value yet.
      assert.ok(!Number.isNaN(value) || line.startsWith('nodejs_'), line)
      return [line.slice(0, space), value]
    }),
  )
}

const scrape = async (from: MetricSources) => samplesOf(await createMetrics(from).metrics())

test('a scrape has what operators look for', async () => {
  const text = await createMetrics(sources()).metrics()
  const wanted: Record<string, string> = {
    parlance_info: 'gauge',
    parlance_stage: 'gauge',
    parlance_reloads_total: 'counter',
    parlance_clock_seconds: 'gauge',
    parlance_memory_limit_bytes: 'gauge',
    parlance_event_loop_active_seconds_total: 'counter',
    parlance_connections: 'gauge',
    parlance_max_connections: 'gauge',
    parlance_retained_limit_bytes: 'gauge',
    parlance_tls_certificate_expiry_timestamp_seconds: 'gauge',
    parlance_connections_behind: 'gauge',
    parlance_connections_stuck: 'gauge',
    parlance_connections_paused: 'gauge',
    parlance_longest_behind_seconds: 'gauge',
    parlance_rooms_congested: 'gauge',
    parlance_congestions_total: 'counter',
    parlance_pauses_total: 'counter',
    parlance_paused_seconds_total: 'counter',
    parlance_dropped_events_total: 'counter',
    parlance_connections_opened_total: 'counter',
    parlance_sessions: 'gauge',
    parlance_rooms: 'gauge',
    parlance_messages_received_total: 'counter',
    parlance_deliveries_total: 'counter',
    parlance_received_bytes_total: 'counter',
    parlance_sent_bytes_total: 'counter',
    parlance_queued_bytes: 'gauge',
    parlance_retained_bytes: 'gauge',
    parlance_batch_events: 'histogram',
    parlance_batch_bytes: 'histogram',
    parlance_flush_seconds: 'histogram',
    parlance_delivery_seconds: 'histogram',
    parlance_disconnects_total: 'counter',
    parlance_rejected_joins_total: 'counter',
    parlance_events_total: 'counter',
    parlance_log_lines_lost_total: 'counter',
    parlance_unfinished_request_bytes: 'gauge',
    parlance_accept_errors_total: 'counter',
    parlance_ops_refused_total: 'counter',
    parlance_faults_total: 'counter',
    process_cpu_seconds_total: 'counter',
    process_resident_memory_bytes: 'gauge',
    nodejs_eventloop_lag_seconds: 'gauge',
    nodejs_heap_size_used_bytes: 'gauge',
    nodejs_gc_duration_seconds: 'histogram',
  }
  for (const [name, type] of Object.entries(wanted)) {
    assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'))
    assert.match(text, new RegExp(`^# TYPE ${name} ${type}$`, 'm'))
  }
})

test('the numbers are those of the sources', async () => {
  const from = sources()
  from.fanout.deliveries = 123
  Object.assign(from.pressure.stats, {
    behind: 31,
    stuck: 32,
    congestedRooms: 33,
    congestions: 34,
    droppedEvents: 35,
  })
  Object.assign(from.tally, { acceptErrors: 41, opsRefused: 42, faults: 43 })
  for (const kind of ['message', 'direct', 'joined'] as const) {
    const rest = { name: 'Bob', room: 'general', to: 'Amy', id: '', text: '', saidAt: null }
    from.tally.observe({ kind, ...AT, ...rest })
  }
  from.tally.nameRequested('taken')
  from.tally.nameRequested('taken')
  from.tally.nameRequested('accepted')
  from.tally.closed(CLOSE_REASONS.slow)
  const samples = await scrape(from)
  const wanted: Record<string, number> = {
    'parlance_info{version="1.2.3",fanout="portable"}': 1,
    'parlance_stage{stage="ready"}': 1,
    'parlance_stage{stage="draining"}': 0,
    parlance_max_connections: 5000,
    parlance_retained_limit_bytes: LIMITS.retainedLimitBytes,
    'parlance_connections{dialect="framed"}': 7,
    'parlance_connections{dialect="other"}': 0,
    'parlance_connections_opened_total{dialect="framed"}': 10,
    'parlance_received_bytes_total{dialect="framed"}': 1000,
    'parlance_sent_bytes_total{dialect="framed"}': 2000,
    'parlance_sent_bytes_total{dialect="other"}': 5,
    parlance_sessions: 6,
    parlance_rooms: 2,
    'parlance_messages_received_total{dialect="framed"}': 2,
    'parlance_messages_received_total{dialect="other"}': 0,
    parlance_deliveries_total: 123,
    parlance_queued_bytes: 77,
    parlance_retained_bytes: 4096,
    parlance_log_lines_lost_total: 9,
    parlance_unfinished_request_bytes: 11,
    parlance_connections_behind: 31,
    parlance_connections_stuck: 32,
    parlance_rooms_congested: 33,
    parlance_congestions_total: 34,
    parlance_dropped_events_total: 35,
    parlance_accept_errors_total: 41,
    parlance_ops_refused_total: 42,
    parlance_faults_total: 43,
    'parlance_rejected_joins_total{reason="taken"}': 2,
    'parlance_rejected_joins_total{reason="invalid"}': 0,
    'parlance_disconnects_total{reason="slow"}': 1,
    'parlance_events_total{kind="joined"}': 1,
  }
  for (const [sample, value] of Object.entries(wanted)) assert.equal(samples.get(sample), value, sample)
  for (const { label } of Object.values(CLOSE_REASONS)) {
    assert.ok(
      samples.has(`parlance_disconnects_total{reason="${label}"}`),
      `${label} is there from the start`,
    )
  }
})

test('every kind of event has its series from the start, at nothing', async () => {
  const samples = await scrape(sources())
  const kinds = [
    'message',
    'direct',
    'edited',
    'receipt',
    'joined',
    'left',
    'renamed',
    'status',
    'visibility',
    'blocked',
  ]
  for (const kind of kinds) assert.equal(samples.get(`parlance_events_total{kind="${kind}"}`), 0, kind)
})

test('each help text says by itself what its metric is', async () => {
  const text = await createMetrics(sources()).metrics()
  const helps = [...text.matchAll(/^# HELP parlance_\S+ (.*)$/gm)].map(([, help]) => help as string)
  assert.equal(new Set(helps).size, helps.length)
  for (const help of helps) {
    assert.match(help, /^[A-Z].{12,}\.$/)
    assert.doesNotMatch(help, /\b(them|it that|How long, over)\b/)
    // Which words a label has is said where that is not plain from its name.
    if (/ by (cause|reason)\b/.test(help)) assert.match(help, / by (cause|reason): ./)
  }
})

test('counters go on from scrape to scrape', async () => {
  const from = sources()
  const registry = createMetrics(from)
  for (let round = 1; round <= 3; round++) {
    from.fanout.deliveries = 100 * round
    from.tally.closed(CLOSE_REASONS.left)
    const samples = samplesOf(await registry.metrics())
    assert.equal(samples.get('parlance_deliveries_total'), 100 * round)
    assert.equal(samples.get('parlance_disconnects_total{reason="left"}'), round)
  }
})

test('histograms are cumulative, complete and in the unit of their name', async () => {
  const from = sources()
  const events = [1, 1, 2, 3, 4, 5, 1000, 2 ** 20, 2 ** 40]
  for (const value of events) from.fanout.batchEvents.add(value)
  for (const microseconds of [1, 1000, 1_500_000]) {
    from.fanout.flushMicroseconds.add(microseconds)
    from.fanout.deliveryMicroseconds.add(microseconds)
  }
  const samples = await scrape(from)
  const seconds = ['parlance_flush_seconds', 'parlance_delivery_seconds']
  for (const name of ['parlance_batch_events', 'parlance_batch_bytes', ...seconds]) {
    const buckets = [...samples].filter(([sample]) => sample.startsWith(`${name}_bucket`))
    const bounds = buckets.map(([sample]) => /le="(.*)"/.exec(sample)?.[1])
    assert.equal(bounds.at(-1), '+Inf')
    assert.ok(buckets.length > 10)
    const counts = buckets.map(([, count]) => count)
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    )
    assert.equal(counts.at(-1), samples.get(`${name}_count`))
  }
  for (const bound of [1, 2, 4, 8, 1024]) {
    const wanted = events.filter((value) => value <= bound).length
    assert.equal(samples.get(`parlance_batch_events_bucket{le="${bound}"}`), wanted, `up to ${bound}`)
  }
  assert.equal(samples.get('parlance_batch_events_count'), events.length)
  for (const name of seconds) {
    assert.equal(samples.get(`${name}_bucket{le="0.001024"}`), 2)
    assert.ok(Math.abs((samples.get(`${name}_sum`) ?? 0) - 1.501001) < 1e-9)
  }
})

test('names, rooms, texts and reasons from outside make no new samples', async () => {
  const from = sources()
  const happen = (index: number) => {
    const event = {
      ...AT,
      name: `name${index}`,
      room: `room${index}`,
      text: `text${index}`,
      id: `${index}`,
      saidAt: null,
    }
    from.tally.observe({ kind: 'joined', ...event })
    from.tally.observe({ kind: 'message', ...event })
    from.tally.observe({ kind: 'direct', ...event, to: `to${index}` })
    from.tally.observe({ kind: 'left', ...event, reason: `reason${index}` })
    from.tally.nameRequested('taken')
    from.tally.nameRequested('invalid')
    for (const reason of Object.values(CLOSE_REASONS)) from.tally.closed(reason)
    from.fanout.batchBytes.add(index)
  }
  const ours = async () => [...(await scrape(from)).keys()].filter((sample) => sample.startsWith('parlance_'))
  happen(0)
  const before = await ours()
  for (let index = 1; index < 2000; index++) happen(index)
  assert.deepEqual(await ours(), before)
  assert.ok(before.length < 290, `${before.length} samples`)
})

test('a relay that ends is at one stage after the other', async () => {
  const samples = await scrape(sources({ stage: () => 'draining' }))
  assert.equal(samples.get('parlance_stage{stage="ready"}'), 0)
  assert.equal(samples.get('parlance_stage{stage="draining"}'), 1)
})

test('what the process itself takes and shows is there, and makes sense', async () => {
  // The event loop of a test that runs at once has not begun.
  await new Promise(setImmediate)
  const before = Date.now() / 1000
  const samples = await scrape(sources())
  const clock = samples.get('parlance_clock_seconds') ?? 0
  assert.ok(clock >= before && clock <= Date.now() / 1000)
  const limit = samples.get('parlance_memory_limit_bytes') ?? 0
  assert.ok(limit > (samples.get('process_resident_memory_bytes') ?? 0) && limit <= totalmem())
  assert.ok((samples.get('parlance_event_loop_active_seconds_total') ?? 0) > 0)
})

test('several relays of one process keep their numbers apart', async () => {
  const [one, other] = [createMetrics(sources()), createMetrics(sources({ sessions: () => 50 }))]
  assert.equal(samplesOf(await one.metrics()).get('parlance_sessions'), 6)
  assert.equal(samplesOf(await other.metrics()).get('parlance_sessions'), 50)
})
