/**
 * What the parent asks of its generator processes and what they answer: the only thing that the two sides
 * share. Plain data, sent over the IPC channel of `child_process.fork`.
 */

import type { Arrivals } from './generator/open-loop.js'
import type { OrderCounts } from './generator/tally.js'
import type { ProcessUsage } from './proc-stat.js'

export interface JoinRequest {
  do: 'join'
  target: string
  host: string
  port: number
  payloadBytes: number
  /** Clients `first` up to `first + clients` of all of them are this process's. */
  first: number
  clients: number
  /** Clients 0 up to `senders` also speak; the first process has all of them. */
  senders: number
  otherProcesses: number
  sourceAddresses: readonly string[]
  /** How many may be on their way in at once. */
  joining: number
  /** The process whose CPU and memory are sampled with the window, when this one is to do it. */
  serverPid: number | null
}

export type Loop =
  | { kind: 'closed'; inFlight: number }
  | { kind: 'open'; perSecond: number; arrivals: Arrivals; seed: number }

export type GeneratorRequest =
  | JoinRequest
  /** Wait until nothing has arrived for `quietMs`, at most `deadlineMs`. */
  | { do: 'settle'; quietMs: number; deadlineMs: number }
  /** Count deliveries by the loop's rules; the first process also starts to speak. */
  | { do: 'start'; loop: Loop; sent: readonly number[] }
  | { do: 'open-window' }
  | { do: 'close-window' }
  /** Stop speaking. Answered with the messages sent, per sender. */
  | { do: 'hush' }
  /** Wait until all that was sent is here, or nothing has come for `stallMs`; at most `deadlineMs`. */
  | { do: 'drain'; sent: readonly number[]; stallMs: number; deadlineMs: number }
  | { do: 'account'; sent: readonly number[] }
  | { do: 'leave' }

export interface WindowMeasures {
  seconds: number
  messages: number
  deliveries: number
  chunks: number
  /** Encoded latencies in µs. */
  latency: string
  /** Encoded slip in µs; null in a closed loop. */
  slip: string | null
  overwhelmed: boolean
  /** The part of the window in which the process had something to do. */
  busyShare: number
  /** The part of the window in which it was ready to run and another process had its core. */
  waitShare: number
  cpuSeconds: number
  server: { before: ProcessUsage; after: ProcessUsage } | null
}

export interface Account extends OrderCounts {
  /** Clients that were lost on the way, by reason. */
  failures: Record<string, number>
}

export interface GeneratorAnswers {
  join: { failures: Record<string, number> }
  settle: { quiet: boolean }
  start: null
  'open-window': null
  'close-window': WindowMeasures
  hush: { sent: number[] }
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
