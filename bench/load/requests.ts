/**
 * What the parent asks of its generator processes and what they answer: the only thing that the two sides
 * share. Plain data, sent over the IPC channel of `child_process.fork`.
 */

import type { Arrivals } from './generator/open-loop.js'
import type { OrderCounts } from './generator/tally.js'
import type { ProcessUsage } from './proc-stat.js'
import type { Share, TopologyPlan } from './topology.js'

/** The clients of `Share` are this process's. */
export interface JoinRequest extends Share {
  do: 'join'
  target: string
  host: string
  /** One, or one for each room; of several nodes one node's after the other's. */
  ports: readonly number[]
  /** Among how many nodes of one cluster the clients are divided. */
  nodes: number
  payloadBytes: number
  topology: TopologyPlan
  /** The shares of the processes that report to this one: of all others, when it has those who speak. */
  reporting: readonly Share[]
  sourceAddresses: readonly string[]
  /** How many may be on their way in at once. */
  joining: number
  /** How much a trickling client reads in a second, once it is told to. */
  trickleBytesPerSecond: number
  /** The process whose CPU and memory are read with every sample, when this one is to do it. */
  serverPid: number | null
  sampleMs: number
}

export type Loop =
  | { kind: 'closed'; inFlight: number }
  | { kind: 'open'; perSecond: number; arrivals: Arrivals; seed: number }

/** Clients that come and go while the others stay. */
export interface ChurnPlan {
  /** Over all processes; each takes its share. */
  perSecond: number
  staySeconds: number
  seed: number
}

export type GeneratorRequest =
  | JoinRequest
  /** Wait until nothing has arrived for `quietMs`, at most `deadlineMs`. */
  | { do: 'settle'; quietMs: number; deadlineMs: number }
  /** Those who are to read slowly begin to. Answered with where they are. */
  | { do: 'slow-down' }
  /** Count deliveries by the loop's rules; the first process also starts to speak. */
  | { do: 'start'; loop: Loop | null; sent: readonly number[]; churn: ChurnPlan | null }
  | { do: 'open-window' }
  | { do: 'close-window' }
  /** Stop speaking, and end what came to go again. Answered with the messages sent, per sender. */
  | { do: 'hush' }
  /** Wait until all that was sent is here, or nothing has come for `stallMs`; at most `deadlineMs`. */
  | { do: 'drain'; sent: readonly number[]; stallMs: number; deadlineMs: number }
  | { do: 'account'; sent: readonly number[] }
  | { do: 'leave' }

export type Stage = 'joining' | 'warming up' | 'measuring' | 'draining'

/** What happened in one process since its last sample. The counts are of this piece of time alone. */
export interface GeneratorSample {
  stage: Stage
  /** When it was taken, on the monotonic clock. */
  atUs: number
  seconds: number
  /** Clients of the process that are in, at the time. */
  joined: number
  messages: number
  deliveries: number
  chunks: number
  joinsHeard: number
  leavesHeard: number
  /** Deliveries lost (so far), duplicated, reordered or foreign, since the last account. */
  wrong: number
  /** Encoded latencies in µs; null when nothing was delivered. */
  latency: string | null
  /** Encoded times from wanting to connect to having joined, in µs; null when nobody joined. */
  joinTime: string | null
  /** Encoded slip in µs; null without an open loop. */
  slip: string | null
  overwhelmed: boolean
  cpuSeconds: number
  /** The part of the time in which the process had something to do. */
  busyShare: number
  /** How long it was ready to run and another process had its core. */
  waitSeconds: number
  /** The server's usage at the time, as the kernel counts it since its start. */
  server: ProcessUsage | null
}

/** One end of a connection. */
export interface End {
  address: string
  port: number
}

export interface SlowClient {
  pace: 'stopped' | 'trickling'
  client: End
  server: End
}

export interface ChurnCounts {
  joined: number
  left: number
  failures: Record<string, number>
}

export interface Account extends OrderCounts {
  /** Clients that were lost on the way, by reason. */
  failures: Record<string, number>
}

export interface GeneratorAnswers {
  join: { failures: Record<string, number> }
  settle: { quiet: boolean }
  'slow-down': SlowClient[]
  start: null
  'open-window': null
  'close-window': null
  hush: { sent: number[]; churn: ChurnCounts | null }
  drain: { quiet: boolean }
  account: Account
  leave: null
}

export type FromParent =
  | { id: number; request: GeneratorRequest }
  /** Another process's receivers have come this far. */
  | { progressOf: number; completed: readonly number[] }

export type FromGenerator =
  | { id: number; answer: unknown }
  | { id: number; error: string }
  | { completed: number[] }
  | { sample: GeneratorSample }
  /** Everybody who came in and reads as fast as they can has lost the connection; why the last one did. */
  | { deserted: string }
