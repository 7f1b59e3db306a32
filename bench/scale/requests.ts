/** What the parent asks of its generator processes and what they answer, over the channel of `child_process.fork`. */

import type { PresenceCounts, Round, RoundCounts } from './ledger.js'
import type { Range, ScalePlan } from './plan.js'

export type ScaleRequest =
  /** Bring the clients of `range` in, at most `joining` at once. */
  | { do: 'join'; plan: ScalePlan; range: Range; joining: number }
  /** Wait until nothing has arrived for `quietMs`, at most `deadlineMs`. */
  | { do: 'settle'; quietMs: number; deadlineMs: number }
  | { do: 'expect'; round: Round }
  /** The process that has the speaker says it. */
  | { do: 'say'; round: Round }
  /** Wait until everybody who is meant has it and nothing more comes for `quietMs`; or nothing has come for `stallMs`. */
  | { do: 'await'; quietMs: number; stallMs: number }
  | { do: 'leave' }

export interface ScaleAnswers {
  /** How many are not in, by reason. */
  join: Record<string, number>
  settle: { presence: PresenceCounts; triedAgain: number; lost: Record<string, number> }
  expect: null
  /** When it was written, on the monotonic clock. */
  say: number
  await: { counts: RoundCounts; arrivalsUs: number[] }
  leave: null
}

export type ScaleAnswer = ScaleAnswers[ScaleRequest['do']]

export type FromScaleGenerator =
  | { id: number; answer: ScaleAnswer }
  | { id: number; error: string }
  /** So many are in, said once a second. */
  | { joined: number }
