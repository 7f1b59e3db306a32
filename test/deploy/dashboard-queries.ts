/** What the dashboard asks Prometheus, with its variables filled in as Grafana would for everything. */

import { readFileSync } from 'node:fs'

export interface PanelQuery {
  /** The title of its panel. */
  readonly panel: string
  readonly expression: string
}

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
  /** Of a row that is folded. */
  readonly panels?: readonly Panel[]
}

const DASHBOARD = new URL('../../deploy/grafana/dashboards/parlance.json', import.meta.url)
const VARIABLES: Readonly<Record<string, string>> = {
  instance: '.+',
  dialect: '.+',
  __rate_interval: '10s',
  __range: '1m',
}

export function readDashboard() {
  return JSON.parse(readFileSync(DASHBOARD, 'utf8'))
}

export function queriesOfDashboard(): PanelQuery[] {
  return queriesOf(readDashboard().panels)
}

function queriesOf(panels: readonly Panel[]): PanelQuery[] {
  return panels.flatMap(({ title, targets = [], panels: folded = [] }) => [
    ...targets.map(({ expr }) => ({ panel: title, expression: filledIn(expr) })),
    ...queriesOf(folded),
  ])
}

/** @throws Error for a variable that nobody knows */
function filledIn(expression: string): string {
  return expression.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const value = VARIABLES[name]
    if (value === undefined) throw new Error(`no variable ${name}: ${expression}`)
    return value
  })
}
