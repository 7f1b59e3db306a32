/** Puts what a soak has found where it belongs: a table on the terminal, the page and its charts in `docs/`. */

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { renderSvg } from '../load/report/svg-chart.js'
import { table } from '../load/report/table.js'
import { chartsOf } from './charts.js'
import { claimsOf } from './claims.js'
import { page } from './page.js'
import type { SoakResults } from './results.js'

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))

/** @returns the files, from the top of the repository */
export function writePage(results: SoakResults): string[] {
  const charts = chartsOf(results)
  for (const [name, chart] of charts) writeFileSync(`${DOCS}${name}`, renderSvg(chart))
  writeFileSync(`${DOCS}soak.md`, page(results, [...charts.keys()]))
  return ['soak.md', ...charts.keys()].map((name) => `docs/${name}`)
}

export function terminalText(results: SoakResults): string {
  const tables = claimsOf(results).map(({ title, claims }) => {
    const rows = claims.map(({ what, measured, expected, holds }) => [
      what,
      measured,
      expected,
      expected === '' ? '' : holds ? 'holds' : 'BROKEN',
    ])
    return `${title}\n${table(['', 'measured', 'must be', ''], rows)}`
  })
  const visits = Object.entries(results.did.visits).map(([kind, times]) => [kind, `${times}`])
  const { troubles, troubleCount, checked, storms } = results
  const example = checked.example ?? storms.example
  return [
    ...tables,
    table(['visits', 'times'], visits),
    ...(example === null ? [] : [`a message with other bytes: ${example}`]),
    ...(troubleCount === 0 ? [] : [`${troubleCount} troubles:\n${troubles.join('\n')}`]),
  ].join('\n\n')
}
