/** One page with the tables and charts of a run: everything is inside it, nothing is loaded. */

import { distributionChart, phaseCharts } from './charts.js'
import type { Phase, ScenarioOutcome } from './phase.js'
import type { Provenance } from './provenance.js'
import { renderSvg } from './svg-chart.js'
import { mebibytes } from './words.js'

const STYLE = `
  :root { color-scheme: light; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: #1d2430 }
  body { max-width: 1360px; margin: 0 auto; padding: 24px; background: #f6f7f9 }
  h1 { font-size: 24px; margin: 0 } h2 { font-size: 19px; margin: 40px 0 12px }
  .crowd { color: #5b6470; margin: 4px 0 24px }
  .scroll { overflow-x: auto; background: #fff; border: 1px solid #e3e6ea; border-radius: 8px }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100% }
  th, td { padding: 5px 14px; text-align: right; white-space: pre; border-bottom: 1px solid #eef0f3 }
  th:first-child { text-align: left; font-weight: 400; color: #5b6470 } thead th { font-weight: 600 }
  tr:last-child th, tr:last-child td { border-bottom: 0 }
  ul { margin: 12px 0; padding-left: 20px; color: #5b6470 } .bad { color: #b03a48; font-weight: 600 }
  .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 16px }
  .single { max-width: 780px }
  figure { margin: 0; background: #fff; border: 1px solid #e3e6ea; border-radius: 8px; padding: 8px }
  figure svg { display: block; width: 100%; height: auto }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 20px; font-size: 13px }
  dt { color: #5b6470 } dd { margin: 0; overflow-wrap: anywhere }
  code { font: 12px ui-monospace, monospace }`

/** @param parameters what was asked for, defaults included */
export function page(outcome: ScenarioOutcome, origin: Provenance, parameters: object): string {
  const { scenario, server, crowd, phases } = outcome
  const comparison = phases.length > 1 ? distributionChart(phases) : null
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(`${scenario} on ${server}`)}</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>${text(scenario)} on ${text(server)}</h1>
<p class="crowd">${text(crowd)}</p>
${factTable(phases)}
${comparison === null ? '' : `<h2>All of them</h2>\n<div class="charts single">${figure(renderSvg(comparison))}</div>`}
${phases.map(section).join('\n')}
<h2>To repeat it</h2>
${originList(origin, parameters)}
</body>
</html>
`
}

/** What goes into text or a double-quoted attribute. */
export function text(raw: string): string {
  return raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function factTable(phases: readonly Phase[]): string {
  const labels = [...new Set(phases.flatMap(({ facts }) => facts.map(({ label }) => label)))]
  const head = phases.map(({ name }) => `<th>${text(name)}</th>`).join('')
  const rows = labels.map((label) => {
    const cells = phases.map(({ facts }) => facts.find((fact) => fact.label === label)?.value ?? '–')
    return `<tr><th>${text(label)}</th>${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`
  })
  return `<div class="scroll"><table><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function section(phase: Phase): string {
  const notes = phase.notes.map((note) => `<li${isBad(note) ? ' class="bad"' : ''}>${text(note)}</li>`)
  const figures = [...phaseCharts(phase).values()].map((chart) => figure(renderSvg(chart)))
  return `<h2>${text(phase.name)}</h2>
<ul>${notes.join('')}</ul>
<div class="charts">${figures.join('\n')}</div>`
}

function isBad(note: string): boolean {
  return note.includes('WRONG') || note.includes('FAILED')
}

function figure(svg: string): string {
  return `<figure>${svg}</figure>`
}

function originList({ time, command, versions, machine }: Provenance, parameters: object): string {
  const entries: [string, string][] = [
    ['when', time],
    ['command', command.join(' ')],
    [
      'versions',
      `parlance ${versions.parlance} (${versions.revision ?? 'no checkout'}), Node ${versions.node}`,
    ],
    ['machine', `${machine.cpu}, ${machine.cores} cores, ${mebibytes(machine.memoryBytes)} MiB`],
    ['system', `${machine.platform} ${machine.kernel} ${machine.architecture}`],
    ['parameters', JSON.stringify(parameters)],
  ]
  const items = entries.map(([term, words]) => `<dt>${text(term)}</dt><dd><code>${text(words)}</code></dd>`)
  return `<dl>${items.join('')}</dl>`
}
