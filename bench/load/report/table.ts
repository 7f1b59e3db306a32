/** Tables for a terminal. */

import type { Phase, ScenarioOutcome } from './phase.js'

const GAP = '  '

/** Left-aligned first column, the others to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? ''
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join(GAP)
      .trimEnd()
  return [line(header), widths.map((width) => '-'.repeat(width)).join(GAP), ...rows.map(line)].join('\n')
}

/** One column a phase and one line a fact, in as many tables as the width asks for; notes below. */
export function outcomeText({ server, crowd, phases }: ScenarioOutcome, columns: number): string {
  const tables = split(phases, columns).map(phaseTable)
  const prefix = (phase: Phase) => (phases.length > 1 ? `${phase.name}: ` : '')
  const notes = phases.flatMap((phase) => phase.notes.map((note) => prefix(phase) + note))
  return [`${server}: ${crowd}`, '', tables.join('\n\n'), '', ...notes].join('\n')
}

function phaseTable(phases: readonly Phase[]): string {
  const labels = [...new Set(phases.flatMap(({ facts }) => facts.map(({ label }) => label)))]
  const rows = labels.map((label) => [
    label,
    ...phases.map(({ facts }) => facts.find((fact) => fact.label === label)?.value ?? '–'),
  ])
  return table(['', ...phases.map(({ name }) => name)], rows)
}

function split(phases: readonly Phase[], columns: number): Phase[][] {
  const labelWidth = Math.max(0, ...phases.flatMap(({ facts }) => facts.map(({ label }) => label.length)))
  const groups: Phase[][] = []
  let left = 0
  for (const phase of phases) {
    const width = GAP.length + Math.max(phase.name.length, ...phase.facts.map(({ value }) => value.length))
    if (groups.length === 0 || width > left) {
      groups.push([])
      left = columns - labelWidth
    }
    groups.at(-1)?.push(phase)
    left -= width
  }
  return groups
}
