/** Runs the checks of a suite, rule by rule. */

import type { Check, CheckSuite } from './check.js'
import {
  freshNames,
  type Outcome,
  type Over,
  type Place,
  runCheck,
  type ServerUnderTest,
} from './run-check.js'

export interface SuiteOptions {
  readonly host: string
  readonly port: number
  /** As in `ServerUnderTest`. */
  readonly more?: readonly Place[]
  readonly settled?: () => Promise<void>
  /** How long to wait for what must come. */
  readonly timeoutMs: number
  /** How long nothing must come for it to count as nothing. */
  readonly quietMs: number
  /** Whether to run the checks that wait for deadlines or need very many people. */
  readonly slow: boolean
  /** As in `CheckContext`. */
  readonly editWindowMs?: number | null
  readonly recentMessages?: number | null
  /** As in `ServerUnderTest`. */
  readonly over?: Over
  /** Only these rules; all when null. */
  readonly only: ReadonlySet<string> | null
}

export interface CheckResult {
  readonly title: string
  readonly outcome: Outcome
}

/** What came of the checks of one rule, in the suite's order. */
export interface RuleResult {
  readonly rule: string
  readonly results: readonly CheckResult[]
}

/** Why a slow check was not run. */
export const NEEDS_SLOW = 'needs --slow'

/** The rules of a suite in order, each with its checks: `F2` is before `F10`, and those of the whole relay are last. */
export function rulesOf(suite: CheckSuite, only: ReadonlySet<string> | null = null): Map<string, Check[]> {
  const rules = new Map<string, Check[]>()
  for (const check of suite.checks) {
    if (only !== null && !only.has(check.rule)) continue
    const sofar = rules.get(check.rule)
    if (sofar === undefined) rules.set(check.rule, [check])
    else sofar.push(check)
  }
  const own = partsOf(suite.checks[0]?.rule ?? '').letters
  return new Map([...rules].sort(([a], [b]) => byRule(a, b, own)))
}

/** One rule at a time, one check at a time: what a server does when many things happen at once is a check's own matter. */
export async function* runSuite(suite: CheckSuite, options: SuiteOptions): AsyncGenerator<RuleResult> {
  const server: ServerUnderTest = { ...options, freshName: freshNames() }
  for (const [rule, checks] of rulesOf(suite, options.only)) {
    const results: CheckResult[] = []
    for (const check of checks) {
      const outcome: Outcome =
        check.slow === true && !options.slow
          ? { kind: 'skipped', why: NEEDS_SLOW }
          : await runCheck(check, server)
      results.push({ title: check.title, outcome })
    }
    yield { rule, results }
  }
}

/** The rules of the dialect's own page come first, each letter in the order of its numbers. */
function byRule(a: string, b: string, own: string): number {
  const [one, other] = [partsOf(a), partsOf(b)]
  if (one.letters === other.letters) return one.number - other.number
  if (one.letters === own) return -1
  if (other.letters === own) return 1
  return one.letters < other.letters ? -1 : 1
}

function partsOf(rule: string): { letters: string; number: number } {
  const [, letters = rule, number = ''] = /^(\D*)(\d*)/.exec(rule) ?? []
  return { letters, number: Number(number) }
}
