/**
 * The dashboard as Grafana takes it: the rows beside this file, with what can be chosen above them. What a panel looks like is
 * `grafana-panel.ts`'s. Grafana's own SDK makes it, whose types are its schema.
 */

import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { CLUSTER } from './cluster.js'
import { DATA_SOURCE, grafanaPanel } from './grafana-panel.js'
import { LATENCY } from './latency.js'
import { OVERVIEW } from './overview.js'
import { PROCESS } from './process.js'
import { READERS } from './readers.js'
import { TRAFFIC } from './traffic.js'
import { TROUBLE } from './trouble.js'

const ROWS = [OVERVIEW, TRAFFIC, LATENCY, READERS, TROUBLE, CLUSTER, PROCESS]

/** The file that Grafana reads. */
export function dashboardText(): string {
  const dashboard = new DashboardBuilder('parlance')
    .uid('parlance')
    .description('A chat relay: who is there, what is said, how fast it arrives, and who does not keep up.')
    .tags(['parlance'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(chosen('instance', 'Relay', 'label_values(parlance_info, instance)'))
    .withVariable(
      chosen('dialect', 'Dialect', 'label_values(parlance_connections{instance=~"$instance"}, dialect)'),
    )
  let id = 0
  for (const { title, panels } of ROWS) {
    dashboard.withRow(new RowBuilder(title).id(++id))
    for (const panel of panels) dashboard.withPanel(grafanaPanel(panel, ++id))
  }
  return `${JSON.stringify(dashboard.build(), null, 2)}\n`
}

/** Any number of the values that a label has now, at first all. */
function chosen(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .query(query)
    .datasource(DATA_SOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] })
}
