/**
 * What the supervisor and its workers say to each other, over the channel that `node:cluster` has between them. Each question
 * has one answer; what is told is not answered.
 */

import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { SettingKey, Settings } from '../relay/config/settings.js'
import type { ConnectionsAllowed } from '../relay/gate.js'
import type { ListeningAt } from '../relay/listening-at.js'
import type { Readiness } from '../relay/observe/ops-server.js'
import type { FanoutInUse } from '../relay/relay.js'

/** What a worker has to show for a scrape. */
export type MetricValues = MetricObjectWithValues<MetricValue<string>>[]

/** Everything that a worker has to know at its start. */
export interface Assignment {
  /** From 1. Whoever replaces a worker has its number. */
  readonly number: number
  /** How many there are. */
  readonly of: number
  /** Of the whole machine, by key, as an operator would write them. */
  readonly settings: Settings
  /** What is there in place of the share of `maxConnections`, where that is known better. */
  readonly maxConnections: number | null
  /** Whether another one had this number before, and has ended. */
  readonly takesOver: boolean
}

/** What a worker says when it takes connections. */
export interface Opened {
  readonly listeners: readonly ListeningAt[]
  readonly fanout: FanoutInUse
  readonly limit: ConnectionsAllowed
}

/** Why a worker could not start as it was told: what a `ConfigError` or a `StartError` says. */
export type StartFailure =
  | { readonly problems: readonly string[] }
  | {
      readonly key: SettingKey
      readonly target: string
      readonly takenBy: string | null
      readonly cause: { readonly message: string; readonly code?: string; readonly syscall?: string }
    }

/** A request at the admin socket. */
export interface OperatorRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** `''` for none. */
  readonly body: string
}

export interface OperatorAnswer {
  readonly status: number
  readonly text: string
}

/** By question: what is asked, and what is answered. */
export interface Questions {
  metrics: { asked: null; answer: MetricValues }
  operator: { asked: OperatorRequest; answer: OperatorAnswer }
  /** The first half of a reload: nothing has changed yet. Without problems it can be taken. */
  prepare: { asked: Settings; answer: { readonly problems: readonly string[] } }
  /** The second half. */
  take: { asked: null; answer: null }
  /** So many connections from now on. @returns how many it keeps to, which are no fewer than there are */
  limit: { asked: number; answer: number }
}

export type Question = keyof Questions

/** What the supervisor sends. */
export type ToWorker =
  | { readonly kind: 'begin'; readonly assignment: Assignment }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question; readonly asked: unknown }
  /** What was prepared is not taken. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'reopen-logs' }
  | { readonly kind: 'drain' }

/** What a worker sends. */
export type ToSupervisor =
  /** It can be sent something now. */
  | { readonly kind: 'here' }
  /** All the time from its beginning: its event loop goes round. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'opened'; readonly opened: Opened }
  | { readonly kind: 'failed'; readonly failure: StartFailure }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'cannot'; readonly id: number; readonly words: string }
  /** Now and then, and more often at the end. */
  | {
      readonly kind: 'at'
      readonly stage: string
      readonly readiness: Readiness
      readonly connections: number
    }
