/** How each kind of panel looks in Grafana. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type Panel as GrafanaPanel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as HeatmapBuilder, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import type { Panel } from './panel.js'

/** The one that is chosen on the dashboard. */
export const DATA_SOURCE = { type: 'prometheus', uid: '$datasource' }

/** Grafana's grid is 24 wide. */
const NUMBER = { width: 3, height: 4 }
const CHART = { width: 8, height: 8 }

type AnyBuilder = StatBuilder | HeatmapBuilder | TimeseriesBuilder

/** @param id its own on the dashboard: links to one panel have it */
export function grafanaPanel(panel: Panel, id: number): Builder<GrafanaPanel> {
  const { title, description, unit, kind = 'lines', queries } = panel
  const { width, height } = kind === 'number' ? NUMBER : CHART
  const builder = builderFor(panel)
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .span(width)
    .height(height)
    .thresholds(thresholdsOf(panel))
  for (const [index, [expression, legend]] of queries.entries()) {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .expr(expression)
      .legendFormat(legend)
      .datasource(DATA_SOURCE)
    if (kind === 'number') query.instant()
    else query.range()
    if (kind === 'heatmap') query.format(PromQueryFormat.Heatmap)
    builder.withTarget(query)
  }
  return builder
}

function builderFor({ kind, unit, redFrom }: Panel): AnyBuilder {
  switch (kind) {
    case 'number':
      return new StatBuilder()
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
        .colorMode(BigValueColorMode.Value)
        .graphMode(BigValueGraphMode.None)
    case 'heatmap':
      return new HeatmapBuilder().yAxis(new YAxisConfigBuilder().unit(unit))
    default: {
      const lines = new TimeseriesBuilder()
        .min(0)
        .lineWidth(1)
        .fillOpacity(kind === 'stack' ? 30 : 8)
        .showPoints(VisibilityMode.Never)
        .legend(new VizLegendOptionsBuilder().showLegend(true))
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      if (unit === 'percentunit') lines.axisSoftMax(1)
      if (redFrom !== undefined) {
        const dashed = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed)
        lines.thresholdsStyle(dashed)
      }
      if (kind === 'stack') lines.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
      return lines
    }
  }
}

function thresholdsOf({ redFrom, redBelow }: Panel): ThresholdsConfigBuilder {
  const first = { value: null, color: redBelow === undefined ? 'green' : 'red' }
  const then = redBelow === undefined ? { value: redFrom, color: 'red' } : { value: redBelow, color: 'green' }
  const steps = then.value === undefined ? [first] : [first, { ...then, value: then.value }]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
}
