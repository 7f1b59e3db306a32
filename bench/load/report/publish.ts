/** Puts an outcome where it was asked for: the terminal always, files where named. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SharedOptions } from '../options.js'
import { failureNotes, THRESHOLD_EXIT_CODE, verdictsOn } from '../thresholds.js'
import { phaseCharts } from './charts.js'
import { page } from './page.js'
import type { ScenarioOutcome } from './phase.js'
import { provenance } from './provenance.js'
import { renderSvg } from './svg-chart.js'
import { outcomeText } from './table.js'

const DEFAULT_COLUMNS = 80

/**
 * @param results everything that was measured, for the JSON file
 * The exit code says when a load was beyond a threshold, or else when something was lost, came twice or out of order, or
 * somebody was lost.
 */
export function publish(outcome: ScenarioOutcome, options: SharedOptions, results: readonly unknown[]): void {
  const thresholds = outcome.phases.map(({ name, measured, notes }) => {
    const verdicts = verdictsOn(options.failIf ?? [], measured)
    notes.push(...failureNotes(verdicts))
    return { load: name, verdicts }
  })
  console.log(outcomeText(outcome, process.stdout.columns ?? DEFAULT_COLUMNS))
  const { scenario, server } = outcome
  const origin = provenance()
  if (options.json !== undefined) {
    writeJson(options.json, { ...origin, scenario, server, parameters: options, thresholds, results })
  }
  if (options.html !== undefined) writeFileSync(options.html, page(outcome, origin, options))
  if (options.svg !== undefined) writeSvgs(options.svg, outcome)
  if (!outcome.phases.every(({ isClean }) => isClean)) process.exitCode = 1
  if (thresholds.some(({ verdicts }) => verdicts.some(({ failed }) => failed)))
    process.exitCode = THRESHOLD_EXIT_CODE
}

export function writeJson(path: string, contents: object): void {
  writeFileSync(path, `${JSON.stringify(contents, null, 2)}\n`)
}

function writeSvgs(directory: string, { scenario, phases }: ScenarioOutcome): void {
  mkdirSync(directory, { recursive: true })
  for (const phase of phases) {
    const prefix = `${scenario} ${phase.name}`.replace(/[^A-Za-z0-9]+/g, '-')
    for (const [name, chart] of phaseCharts(phase)) {
      writeFileSync(join(directory, `${prefix}-${name}.svg`), renderSvg(chart))
    }
  }
}
