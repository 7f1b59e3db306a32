/** Where the numbers are that metrics show. */

import type { FanoutStats } from '../../fanout/flusher.js'
import type { Pressure } from '../../fanout/pressure.js'
import type { ConnectionStats, TransportKind, TransportStats } from '../../net/connection-context.js'
import type { WebSocketStats } from '../../net/websocket/websocket-transport.js'
import type { Tally } from '../tally.js'

/** Functions are called at each scrape. */
export interface MetricSources {
  readonly version: string
  /** How rooms are written to. */
  readonly fanoutWay: string
  /** What the relay is at: `ready`, or one of the stages of its end. */
  readonly stage: () => string
  /** By dialect. */
  readonly connections: ReadonlyMap<string, ConnectionStats>
  /** By kind. */
  readonly transports: Readonly<Record<TransportKind, TransportStats>>
  readonly maxConnections: () => number
  /** For each port with TLS until when its certificate is valid, in milliseconds since 1970. */
  readonly certificateEnds: () => Iterable<readonly [port: number, endMs: number]>
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
}
