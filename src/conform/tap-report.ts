/** What came of a run, for programs: TAP version 14, a test point for each rule with its checks as a subtest. */

import { type Report, statusOf, Totals } from './report.js'
import type { CheckResult, RuleResult } from './run-suite.js'

const SUBTEST_INDENT = '    '

export class TapReport implements Report {
  readonly #totals = new Totals()
  #count = 0

  begin(rules: number): string {
    return `TAP version 14\n1..${rules}${rules === 0 ? ' # SKIP no such rules' : ''}\n`
  }

  rule(result: RuleResult): string {
    const status = statusOf(result)
    this.#totals.add(status)
    const { rule, results } = result
    const lines = [`# Subtest: ${escaped(rule)}`]
    const inner = [`1..${results.length}`]
    for (const [index, one] of results.entries()) inner.push(...checkLines(index + 1, one))
    for (const line of inner) lines.push(SUBTEST_INDENT + line)
    const skip = status === 'skip' ? ' # SKIP' : ''
    lines.push(`${status === 'not ok' ? 'not ok' : 'ok'} ${++this.#count} - ${escaped(rule)}${skip}`)
    return `${lines.join('\n')}\n`
  }

  end(): string {
    return `# ${this.#totals.words}\n`
  }
}

function checkLines(number: number, { title, outcome }: CheckResult): string[] {
  const description = `${number} - ${escaped(title)}`
  switch (outcome.kind) {
    case 'ok':
      return [`ok ${description}`]
    case 'skipped':
      return [`ok ${description} # SKIP ${escaped(outcome.why)}`]
    case 'failed':
      return [
        `not ok ${description}`,
        '  ---',
        `  expected: ${JSON.stringify(outcome.expected)}`,
        `  came: ${JSON.stringify(outcome.came)}`,
        '  ...',
      ]
    default:
      return [`not ok ${description}`, '  ---', `  crashed: ${JSON.stringify(outcome.words)}`, '  ...']
  }
}

/** A `#` would begin a directive. */
function escaped(text: string): string {
  return text.replace(/[\\#]/g, '\\$&').replace(/\s+/g, ' ')
}
