/** Writes the page and its charts into `docs/`. */

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { renderSvg } from '../load/report/svg-chart.js'
import { chartsOf } from './charts.js'
import { page } from './page.js'
import type { Results } from './results.js'

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))

/** @returns the files, from the top of the repository */
export function writePage(results: Results): string[] {
  const charts = chartsOf(results)
  for (const [name, chart] of charts) writeFileSync(`${DOCS}${name}`, renderSvg(chart))
  writeFileSync(`${DOCS}benchmarks.md`, page(results, [...charts.keys()]))
  return ['benchmarks.md', ...charts.keys()].map((name) => `docs/${name}`)
}
