/**
 * The relay's figures at one moment, as operators are told them. What only grows is told as it is: whoever wants rates looks
 * twice. Nobody counts for it; these are the integers that metrics are made of.
 */

import { performance } from 'node:perf_hooks'
import type { Magnitudes } from '../fanout/magnitudes.js'
import type { MetricSources } from '../observe/metrics/sources.js'
import type { Clock } from './people.js'

/** Where the figures are: where metrics have them, and what operators are told besides. Functions are called at each look. */
export interface StatsSources
  extends Pick<
    MetricSources,
    | 'version'
    | 'fanoutWay'
    | 'maxConnections'
    | 'connections'
    | 'transports'
    | 'fanout'
    | 'pressure'
    | 'tally'
    | 'rooms'
    | 'queuedBytes'
    | 'retainedBytes'
    | 'heldInputBytes'
    | 'logLinesLost'
  > {
  readonly clock: Clock
  /** `ready`, or in a word why not. */
  readonly state: () => string
  readonly retainedLimitBytes: number
  readonly people: () => number
}

/** Of one dialect. All but `open` only grow. */
export interface DialectFigures {
  readonly open: number
  readonly opened: number
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly messages: number
}

/** Counts by magnitude: the first is of values up to 1, each further one of values up to twice as much. They only grow. */
export interface MagnitudeFigures {
  readonly counts: readonly number[]
}

/** Of one worker, where several are the relay. */
export interface WorkerStats {
  readonly worker: number
  readonly pid: number
  readonly state: string
  readonly connections: number
  readonly rssBytes: number
  readonly eventLoop: { readonly activeMs: number; readonly idleMs: number }
}

export interface Stats {
  readonly version: string
  readonly pid: number
  readonly state: string
  /** Milliseconds since 1970, and on a clock that never jumps, which rates are to be made by. */
  readonly atMs: number
  readonly monotonicMs: number
  /** Of the process. */
  readonly uptimeSeconds: number
  readonly fanout: string
  readonly people: number
  readonly rooms: number
  readonly congestedRooms: number
  readonly maxConnections: number
  /** By dialect, and by what is below it. */
  readonly connections: Readonly<Record<string, DialectFigures>>
  readonly transports: Readonly<Record<string, number>>
  /** Only grows. */
  readonly deliveries: number
  /** By reason, those that there were; they only grow. */
  readonly disconnects: Readonly<Record<string, number>>
  readonly refusedNames: Readonly<Record<string, number>>
  readonly queues: {
    readonly queuedBytes: number
    readonly retainedBytes: number
    readonly retainedLimitBytes: number
    readonly unfinishedRequestBytes: number
    /** Readers above the soft limit: those who read at the minimum rate or faster, and slower ones. */
    readonly behind: number
    readonly stuck: number
    readonly longestBehindSeconds: number
    readonly droppedEvents: number
  }
  readonly memory: { readonly rssBytes: number; readonly heapBytes: number; readonly externalBytes: number }
  /** Milliseconds that the event loop has worked and waited. They only grow. */
  readonly eventLoop: { readonly activeMs: number; readonly idleMs: number }
  readonly flushMicroseconds: MagnitudeFigures
  readonly deliveryMicroseconds: MagnitudeFigures
  readonly faults: number
  readonly logLinesLost: number
  /** By number; not there where the relay is one process. */
  readonly workers?: readonly WorkerStats[]
}

export function statsOf(sources: StatsSources): Stats {
  const { connections, transports, tally, fanout, pressure, clock } = sources
  const { rss, heapUsed, external } = process.memoryUsage()
  const { active, idle } = performance.eventLoopUtilization()
  return {
    version: sources.version,
    pid: process.pid,
    state: sources.state(),
    atMs: clock.wall(),
    monotonicMs: clock.monotonic(),
    uptimeSeconds: Math.floor(process.uptime()),
    fanout: sources.fanoutWay,
    people: sources.people(),
    rooms: sources.rooms(),
    congestedRooms: pressure.stats.congestedRooms,
    maxConnections: sources.maxConnections(),
    connections: Object.fromEntries(
      Array.from(connections, ([dialect, { opened, closed, bytesIn, bytesOut }]) => {
        const messages = tally.messages.get(dialect) ?? 0
        return [
          dialect,
          { open: opened - closed, opened, receivedBytes: bytesIn, sentBytes: bytesOut, messages },
        ]
      }),
    ),
    transports: Object.fromEntries(Object.entries(transports).map(([kind, { open }]) => [kind, open])),
    deliveries: fanout.deliveries,
    disconnects: present(tally.disconnects),
    refusedNames: present(tally.rejections),
    queues: {
      queuedBytes: sources.queuedBytes(),
      retainedBytes: sources.retainedBytes(),
      retainedLimitBytes: sources.retainedLimitBytes,
      unfinishedRequestBytes: sources.heldInputBytes(),
      behind: pressure.stats.behind,
      stuck: pressure.stats.stuck,
      longestBehindSeconds: pressure.longestSlowSeconds,
      droppedEvents: pressure.stats.droppedEvents,
    },
    memory: { rssBytes: rss, heapBytes: heapUsed, externalBytes: external },
    eventLoop: { activeMs: active, idleMs: idle },
    flushMicroseconds: figuresOf(fanout.flushMicroseconds),
    deliveryMicroseconds: figuresOf(fanout.deliveryMicroseconds),
    faults: tally.faults,
    logLinesLost: sources.logLinesLost(),
  }
}

function present(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].filter(([, count]) => count > 0))
}

function figuresOf({ counts }: Magnitudes): MagnitudeFigures {
  return { counts: [...counts] }
}
