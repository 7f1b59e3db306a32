/** Who is connected, how they came and went, and who was refused. */

import type { ConnectionStats } from '../../net/connection-context.js'
import type { MetricSet } from './metric-set.js'
import type { MetricSources } from './sources.js'

export function addConnectionMetrics(metrics: MetricSet, sources: MetricSources): void {
  const { connections, transports, webSockets, tally } = sources
  const byDialect = (read: (stats: ConnectionStats) => number) => () =>
    [...connections].map(([dialect, stats]) => [dialect, read(stats)] as const)

  metrics.gauges(
    'parlance_connections',
    'Connections that are open now, by dialect.',
    'dialect',
    byDialect(({ opened, closed }) => opened - closed),
  )
  metrics.gauges(
    'parlance_connections_by_transport',
    'Connections that are open now, by what is below their dialect: tcp, tls, ws (WebSocket) or wss (WebSocket over TLS).',
    'transport',
    () => Object.entries(transports).map(([transport, { open }]) => [transport, open] as const),
  )
  metrics.gauge(
    'parlance_max_connections',
    'How many connections there may be at once; above it, they are refused.',
    sources.maxConnections,
  )
  metrics.gauges(
    'parlance_tls_certificate_expiry_timestamp_seconds',
    'When the certificate of a listener with TLS expires, in seconds since 1970, by port.',
    'port',
    () => [...sources.certificateEnds()].map(([port, endMs]) => [String(port), endMs / 1000] as const),
    'min',
  )
  metrics.counters(
    'parlance_connections_opened_total',
    'Connections that the relay has accepted since its start, by dialect.',
    'dialect',
    byDialect(({ opened }) => opened),
  )
  metrics.counters(
    'parlance_received_bytes_total',
    'Bytes read from clients since the start, by dialect.',
    'dialect',
    byDialect(({ bytesIn }) => bytesIn),
  )
  metrics.counters(
    'parlance_sent_bytes_total',
    'Bytes written to clients since the start, by dialect.',
    'dialect',
    byDialect(({ bytesOut }) => bytesOut),
  )
  metrics.counters(
    'parlance_disconnects_total',
    'Connections that have ended since the start, by reason: left, reset, slow and so on.',
    'reason',
    () => tally.disconnects,
  )
  metrics.counters(
    'parlance_refused_connections_total',
    'Connections that were refused when they came, by reason: there were as many as there may be (full), or from their address (address-full), they came too fast (rate, address-rate), their address may not come (denied, banned), or the TLS or the PROXY header that are due were not there or not good. They count among those that have ended too.',
    'reason',
    () => tally.refusals,
  )
  metrics.counters(
    'parlance_rejected_joins_total',
    'Requests for a name that were refused, by reason: somebody has it (taken), it cannot be one (invalid), nothing was shown for it (no-secret), or something that is wrong (wrong-secret), past its time (expired) or for another name (other-name), too much was wrong from there (too-many), or too many wait to be checked (busy).',
    'reason',
    () => tally.rejections,
  )
  metrics.counter(
    'parlance_accept_errors_total',
    'Connections that came in and that the operating system did not let the relay accept.',
    () => tally.acceptErrors,
  )
  metrics.counters(
    'parlance_websocket_refused_total',
    'Requests to become a WebSocket that were refused with an HTTP status, by reason: a foreign origin, no subprotocol that is a dialect, or no valid handshake.',
    'reason',
    () => tally.upgradeRefusals,
  )
  metrics.counters(
    'parlance_websocket_closes_total',
    'Close frames that the relay sent of its own accord, by code of RFC 6455: 1001 at its end, 1003 for text in place of binary, and so on.',
    'code',
    () => [...webSockets.closes].map(([code, count]) => [String(code), count] as const),
  )
  metrics.counter(
    'parlance_websocket_pings_unanswered_total',
    'WebSocket clients that were closed because they did not answer pings.',
    () => webSockets.pingsUnanswered,
  )
}
