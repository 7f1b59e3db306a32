/** What came of a run, for people: a line for each rule, and a summary. */

import type { Outcome } from './run-check.js'
import type { CheckResult, RuleResult } from './run-suite.js'

/** How a rule ended: not ok when any check is not, skipped when all are. */
export type RuleStatus = 'ok' | 'not ok' | 'skip'

export interface Report {
  /** What stands before everything else. */
  begin(rules: number): string
  rule(result: RuleResult): string
  end(): string
}

export function statusOf({ results }: RuleResult): RuleStatus {
  if (results.some(isBad)) return 'not ok'
  return results.some(({ outcome }) => outcome.kind === 'ok') ? 'ok' : 'skip'
}

export function isBad({ outcome }: CheckResult): boolean {
  return outcome.kind === 'failed' || outcome.kind === 'crashed'
}

/** Counts rules by how they ended. */
export class Totals {
  readonly #counts = new Map<RuleStatus, number>()

  add(status: RuleStatus): void {
    this.#counts.set(status, this.of(status) + 1)
  }

  of(status: RuleStatus): number {
    return this.#counts.get(status) ?? 0
  }

  get words(): string {
    return `${this.of('ok')} ok, ${this.of('not ok')} not ok, ${this.of('skip')} skipped`
  }
}

/** `ok F2 …`, `not ok F4 …: expected …; came …`, `skip F15 … (needs --slow)`. */
export class LineReport implements Report {
  readonly #verbose: boolean
  readonly #totals = new Totals()

  /** @param verbose a line for each check */
  constructor({ verbose }: { readonly verbose: boolean }) {
    this.#verbose = verbose
  }

  begin(): string {
    return ''
  }

  rule(result: RuleResult): string {
    this.#totals.add(statusOf(result))
    const { rule, results } = result
    if (this.#verbose) return results.map((one) => checkLine(rule, one, '')).join('')
    const shown = results.find(isBad) ?? results.find(({ outcome }) => outcome.kind === 'ok') ?? results[0]
    return shown === undefined ? '' : checkLine(rule, shown, others(results, shown))
  }

  end(): string {
    return `${this.#totals.words}\n`
  }
}

function checkLine(rule: string, { title, outcome }: CheckResult, more: string): string {
  switch (outcome.kind) {
    case 'ok':
      return `ok ${rule} ${title}${more}\n`
    case 'skipped':
      return `skip ${rule} ${title} (${outcome.why})${more}\n`
    default:
      return `not ok ${rule} ${title}: ${troubleWords(outcome)}${more}\n`
  }
}

function troubleWords(outcome: Outcome & { kind: 'failed' | 'crashed' }): string {
  if (outcome.kind === 'crashed') return `the check itself failed: ${outcome.words}`
  return `expected ${outcome.expected}; came ${outcome.came}`
}

/** What is not shown of a rule: ` (2 more not ok, 1 more ok, 1 skipped)`. */
function others(results: readonly CheckResult[], shown: CheckResult): string {
  const rest = results.filter((one) => one !== shown)
  const bad = rest.filter(isBad).length
  const ok = rest.filter(({ outcome }) => outcome.kind === 'ok').length
  const skipped = rest.length - bad - ok
  const words = [
    bad > 0 ? `${bad} more not ok` : '',
    ok > 0 ? `${ok} more ok` : '',
    skipped > 0 ? `${skipped} more skipped` : '',
  ].filter((part) => part !== '')
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}
