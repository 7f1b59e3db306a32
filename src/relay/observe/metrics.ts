/**
 * The relay's numbers for Prometheus. The only file that knows prom-client: the relay adds to plain integers,
 * and they are read here when somebody scrapes. No label holds a name, a room or an address.
 */

import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  type Metric,
  type MetricValueWithName,
  Registry,
} from 'prom-client'
import type { FanoutStats } from '../fanout/flusher.js'
import type { Magnitudes } from '../fanout/magnitudes.js'
import type { PauseClock } from '../fanout/pauses.js'
import type { Pressure } from '../fanout/pressure.js'
import type { ConnectionStats, TransportKind, TransportStats } from '../net/connection-context.js'
import type { WebSocketStats } from '../net/websocket/websocket-transport.js'
import type { Tally } from './tally.js'

/** Where the numbers are. Functions are called at each scrape. */
export interface MetricSources {
  readonly version: string
  /** How rooms are written to. */
  readonly fanoutWay: string
  /** By dialect. */
  readonly connections: ReadonlyMap<string, ConnectionStats>
  /** By kind. */
  readonly transports: Readonly<Record<TransportKind, TransportStats>>
  readonly webSockets: WebSocketStats
  readonly fanout: FanoutStats
  readonly pressure: Pressure
  readonly tally: Tally
  readonly sessions: () => number
  readonly rooms: () => number
  readonly queuedBytes: () => number
  readonly retainedBytes: () => number
  readonly heldInputBytes: () => number
  readonly logLinesLost: () => number
  /** What the relay is at: `ready`, or one of the stages of its end. */
  readonly stage: () => string
}

/** Those in which anybody can scrape. */
const STAGES = ['ready', 'draining', 'closing', 'flushing']

/** For who reads a metric without a page beside it. */
const CAUSES =
  'room (one that it sends to is congested), direct (a person that it sends to is slow), answers (it does not read its own), turn (others are next), decoding (what it sent is being inflated), refusals (too many names were refused), allowance (it, or its address, asks for more than it may)'

/** A registry of its own, so that several relays can live in one process. */
export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { connections, transports, webSockets, fanout, pressure, tally } = sources
  const pauses = Object.entries(pressure.stats.pauses)
  const gauge = (name: string, help: string, read: () => number) => {
    new Gauge({ name, help, registers: [registry], collect: collectOne(read) })
  }
  const counter = (name: string, help: string, read: () => number) => {
    new Counter({ name, help, registers: [registry], collect: collectTotal(read) })
  }
  const byLabel = (
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [string, number]>,
  ) => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect: collectTotals(label, read),
    })
  }
  const byDialect = (name: string, help: string, key: keyof ConnectionStats) => {
    byLabel(name, help, 'dialect', () =>
      [...connections].map(([dialect, stats]) => [dialect, stats[key]] as const),
    )
  }

  new Gauge({
    name: 'parlance_info',
    help: 'Always 1; the labels say which version of parlance this is, and how it writes to rooms: native or portable.',
    labelNames: ['version', 'fanout'],
    registers: [registry],
  }).set({ version: sources.version, fanout: sources.fanoutWay }, 1)
  new Gauge({
    name: 'parlance_stage',
    help: 'What the relay is at, as 1 for the stage and 0 for the others: ready, or at its end draining (not ready any more), closing (no new connections, everybody is told) or flushing (what is queued is sent).',
    labelNames: ['stage'],
    registers: [registry],
    collect() {
      for (const stage of STAGES) this.set({ stage }, stage === sources.stage() ? 1 : 0)
    },
  })
  byLabel(
    'parlance_reloads_total',
    'Reloads of the configuration since the start, by outcome: taken, or refused because something was wrong, which changes nothing.',
    'outcome',
    () => tally.reloads,
  )
  new Gauge({
    name: 'parlance_connections',
    help: 'Connections that are open now, by dialect.',
    labelNames: ['dialect'],
    registers: [registry],
    collect() {
      for (const [dialect, stats] of connections) this.set({ dialect }, stats.opened - stats.closed)
    },
  })
  new Gauge({
    name: 'parlance_connections_by_transport',
    help: 'Connections that are open now, by what is below their dialect: tcp, tls, ws (WebSocket) or wss (WebSocket over TLS).',
    labelNames: ['transport'],
    registers: [registry],
    collect() {
      for (const [transport, { open }] of Object.entries(transports)) this.set({ transport }, open)
    },
  })
  byLabel(
    'parlance_websocket_refused_total',
    'Requests to become a WebSocket that were refused with an HTTP status, by reason: a foreign origin, no subprotocol that is a dialect, or no valid handshake.',
    'reason',
    () => tally.upgradeRefusals,
  )
  byLabel(
    'parlance_websocket_closes_total',
    'Close frames that the relay sent of its own accord, by code of RFC 6455: 1001 at its end, 1003 for text in place of binary, and so on.',
    'code',
    () => [...webSockets.closes].map(([code, count]) => [String(code), count] as const),
  )
  counter(
    'parlance_websocket_pings_unanswered_total',
    'WebSocket clients that were closed because they did not answer pings.',
    () => webSockets.pingsUnanswered,
  )
  byDialect(
    'parlance_connections_opened_total',
    'Connections that the relay has accepted since its start, by dialect.',
    'opened',
  )
  byDialect(
    'parlance_received_bytes_total',
    'Bytes read from clients since the start, by dialect.',
    'bytesIn',
  )
  byDialect('parlance_sent_bytes_total', 'Bytes written to clients since the start, by dialect.', 'bytesOut')
  byLabel(
    'parlance_disconnects_total',
    'Connections that have ended since the start, by reason: left, reset, slow and so on.',
    'reason',
    () => tally.disconnects,
  )
  byLabel(
    'parlance_refused_connections_total',
    'Connections that were refused when they came, by reason: there were as many as there may be (full), or from their address (address-full), they came too fast (rate, address-rate), or their address may not come (denied, banned). They count among those that have ended too.',
    'reason',
    () => tally.refusals,
  )
  byLabel(
    'parlance_rejected_joins_total',
    'Requests for a name that were refused, by reason: somebody has it (taken), or it cannot be one (invalid).',
    'reason',
    () => tally.rejections,
  )
  byLabel(
    'parlance_events_total',
    'Events in rooms and between people since the start, by kind: messages, edits, people coming and going, and so on. Each counts once, however many are told.',
    'kind',
    () => tally.events,
  )
  gauge('parlance_sessions', 'Sessions: connected people whose name was accepted.', sources.sessions)
  gauge('parlance_rooms', 'Rooms that exist now, private ones included.', sources.rooms)
  byLabel(
    'parlance_messages_received_total',
    'Room and direct messages that clients sent and the relay accepted, by the dialect of the sender.',
    'dialect',
    () => [...connections.keys()].map((dialect) => [dialect, tally.messages.get(dialect) ?? 0] as const),
  )
  counter(
    'parlance_deliveries_total',
    'Deliveries: each event counts once for every room member that it is sent to.',
    () => fanout.deliveries,
  )
  gauge(
    'parlance_queued_bytes',
    'Bytes waiting to be sent, added up over all connections; shared bytes count once for each.',
    sources.queuedBytes,
  )
  gauge(
    'parlance_retained_bytes',
    'Bytes of memory that hold what waits to be sent; what several connections share counts once. Bounded by retainedLimitBytes.',
    sources.retainedBytes,
  )
  gauge(
    'parlance_unfinished_request_bytes',
    'Bytes of memory that hold requests of which clients have sent only a part so far.',
    sources.heldInputBytes,
  )
  gauge(
    'parlance_connections_behind',
    'Connections with more queued than softLimitBytes whose client reads at minDrainBytesPerSecond or faster.',
    () => pressure.stats.behind,
  )
  gauge(
    'parlance_connections_stuck',
    'Connections with more queued than softLimitBytes whose client reads slower than minDrainBytesPerSecond; they are cut off after graceMs.',
    () => pressure.stats.stuck,
  )
  gauge(
    'parlance_longest_behind_seconds',
    'Seconds since the connection that has been above softLimitBytes for the longest time went above it; 0 when none is.',
    () => pressure.longestSlowSeconds,
  )
  gauge(
    'parlance_rooms_congested',
    'Rooms in which senders are slowed down now because members do not read fast enough.',
    () => pressure.stats.congestedRooms,
  )
  counter(
    'parlance_congestions_total',
    'How often a room became congested, which slows its senders down.',
    () => pressure.stats.congestions,
  )
  counter(
    'parlance_dropped_events_total',
    'Events that were dropped from the queues of slow readers on listeners with policy=drop-oldest; each counts once for every reader that misses it.',
    () => pressure.stats.droppedEvents,
  )
  new Gauge({
    name: 'parlance_connections_paused',
    help: `Connections that the relay does not read from at the moment, by cause: ${CAUSES}.`,
    labelNames: ['cause'],
    registers: [registry],
    collect() {
      for (const [cause, clock] of pauses) this.set({ cause }, clock.active)
    },
  })
  const byCause = (name: string, help: string, read: (clock: PauseClock) => number) => {
    byLabel(name, help, 'cause', () => pauses.map(([cause, clock]) => [cause, read(clock)] as const))
  }
  byCause(
    'parlance_pauses_total',
    `How often the relay stopped reading from a connection for a while, by cause: ${CAUSES}.`,
    (clock) => clock.total,
  )
  byCause(
    'parlance_paused_seconds_total',
    `Seconds for which the relay did not read from connections, added up over all of these, by cause: ${CAUSES}.`,
    (clock) => clock.seconds,
  )
  counter(
    'parlance_accept_errors_total',
    'Connections that came in and that the operating system did not let the relay accept.',
    () => tally.acceptErrors,
  )
  counter(
    'parlance_faults_total',
    'Bugs of the relay that cost a connection each; the operational log has the stack of each.',
    () => tally.faults,
  )
  counter(
    'parlance_hook_faults_total',
    'Hooks of the program that has the relay inside which threw or answered what they may not; what they were asked about was refused.',
    () => tally.hookFaults,
  )
  counter(
    'parlance_ops_refused_total',
    'Connections to the ops endpoint, which serves this, that were closed because it had too many.',
    () => tally.opsRefused,
  )
  counter(
    'parlance_log_lines_lost_total',
    'Records of chat.log and connections.log that could not be written, because the disk was full or too slow.',
    sources.logLinesLost,
  )

  const magnitudes = (name: string, help: string, values: Magnitudes, buckets: number, unit: number) => {
    const metric: unknown = new MagnitudesMetric(name, help, values, buckets, unit)
    registry.registerMetric(metric as Metric)
  }
  magnitudes(
    'parlance_batch_events',
    'Events in a batch: what one room is told in one turn of the event loop, in one dialect.',
    fanout.batchEvents,
    16,
    1,
  )
  magnitudes(
    'parlance_batch_bytes',
    'Bytes in a batch: what one room is told in one turn of the event loop, in one dialect.',
    fanout.batchBytes,
    20,
    1,
  )
  const flushHelp =
    'Seconds that one flush takes: writing to everybody what one turn of the event loop has brought.'
  magnitudes('parlance_flush_seconds', flushHelp, fanout.flushMicroseconds, 24, 1e-6)
  const deliveryHelp =
    'Seconds from when the relay read a message to when it had written the message to all who are to have it and keep up, waiting for its turn included. A direct message counts once for each person that it is for.'
  magnitudes('parlance_delivery_seconds', deliveryHelp, fanout.deliveryMicroseconds, 25, 1e-6)
  return registry
}

function collectOne(read: () => number) {
  return function (this: Gauge): void {
    this.set(read())
  }
}

function collectTotal(read: () => number) {
  return function (this: Counter): void {
    this.reset()
    this.inc(read())
  }
}

function collectTotals(label: string, read: () => Iterable<readonly [string, number]>) {
  return function (this: Counter): void {
    this.reset()
    for (const [value, total] of read()) this.inc({ [label]: value }, total)
  }
}

/**
 * Shows `Magnitudes` as a Prometheus histogram, without observing each value a second time. Not a `Histogram`, whose
 * counts can only be added to one by one: a registry asks of a metric no more than a name and this `get`.
 */
class MagnitudesMetric {
  readonly name: string
  readonly #help: string
  readonly #magnitudes: Magnitudes
  readonly #buckets: number
  readonly #unit: number

  /** @param buckets how many to show below +Inf @param unit what one counted unit is in the metric's unit */
  constructor(name: string, help: string, magnitudes: Magnitudes, buckets: number, unit: number) {
    this.name = name
    this.#help = help
    this.#magnitudes = magnitudes
    this.#buckets = buckets
    this.#unit = unit
  }

  async get() {
    const { counts, sum } = this.#magnitudes
    const values: MetricValueWithName<'le'>[] = []
    let total = 0
    for (const [index, count] of counts.entries()) {
      total += count
      if (index >= this.#buckets) continue
      // Written with a few digits: 2^i millionths are not what binary fractions make of them.
      const le = Number((2 ** index * this.#unit).toPrecision(6))
      values.push({ metricName: `${this.name}_bucket`, labels: { le }, value: total })
    }
    values.push({ metricName: `${this.name}_bucket`, labels: { le: '+Inf' }, value: total })
    values.push({ metricName: `${this.name}_sum`, labels: {}, value: sum * this.#unit })
    values.push({ metricName: `${this.name}_count`, labels: {}, value: total })
    return { name: this.name, help: this.#help, type: 'histogram', values, aggregator: 'sum' }
  }
}
