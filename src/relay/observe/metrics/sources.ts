/** Where the numbers are that metrics show. */

import type { Backplane } from '../../backplane/backplane.js'
import type { ClusterStats } from '../../backplane/cluster/stats.js'
import type { FanoutStats } from '../../fanout/flusher.js'
import type { Pressure } from '../../fanout/pressure.js'
import type { ConnectionStats, TransportKind, TransportStats } from '../../net/connection-context.js'
import type { WebSocketStats } from '../../net/websocket/websocket-transport.js'
import type { Tally } from '../tally.js'

/** A node of a cluster, as far as there are numbers of it. */
export interface ClusterNumbers {
  readonly cluster: Pick<Backplane, 'state' | 'nodes'>
  readonly stats: ClusterStats
  readonly bus: {
    readonly pendingBytes: number
    readonly lagMs: number
    readonly stats: { readonly refused: number; readonly reconnects: number }
  }
  /** `null` where nothing is kept. */
  readonly durable: DurableNumbers | null
}

/** What is said, on its way to where it is kept. */
export interface DurableNumbers {
  readonly stats: {
    readonly kept: number
    readonly repeated: number
    readonly refused: number
    readonly spooled: number
    readonly full: number
  }
  readonly unsent: { readonly batches: number; readonly bytes: number }
  readonly searches: number
}

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
  /** What rooms keep for newcomers. */
  readonly history: () => { readonly messages: number; readonly bytes: number }
  readonly historyLost: () => number
  /** `null` for a node that is alone. */
  readonly cluster: ClusterNumbers | null
}
