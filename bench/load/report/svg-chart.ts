/** The chart library as the reports use it: one look, no animation, an SVG as text without a browser. */

import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkAreaComponent, TitleComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, LegendComponent, MarkAreaComponent, TitleComponent, SVGRenderer])

const WIDTH = 640
const HEIGHT = 320
const LEGEND_TOP = 28
const LEGEND_LINE = 38
const FONT = 'system-ui, sans-serif'
const GREY = '#5b6470'
const LINE_GREY = '#e3e6ea'

/** Tells series apart that have no order, also for people who see few colours. */
export const COLORS = ['#0f62a8', '#d9730d', '#3c8d5a', '#8a4fa3', '#b8860b', '#46808a', '#b03a48', '#6b7280']

/** For what has an order, from the ordinary to the worst. */
export const ORDERED_COLORS = ['#8fbfe0', '#4a90c8', '#0f62a8', '#0b3a66', '#d9730d']

export interface Axis {
  name: string
  kind?: 'value' | 'log' | 'category'
  min?: number
  max?: number
  categories?: string[]
  label?: (value: number) => string
}

export interface Series {
  name: string
  kind: 'line' | 'bar'
  color: string
  /** Which of the y axes. */
  axis?: 0 | 1
  dashed?: boolean
  area?: boolean
  points: (readonly [number, number])[] | number[]
}

export interface Shaded {
  from: number
  to: number
  words: string
}

export interface Chart {
  title: string
  x: Axis
  y: readonly Axis[]
  series: readonly Series[]
  /** A piece of the x axis that is not measured, shaded. */
  shaded?: Shaded | null
  /** Lines that the names of the series take; 1 unless there are many. */
  legendLines?: number
}

export function renderSvg(chart: Chart): string {
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    canvas.setOption(optionOf(chart))
    return canvas.renderToSVGString()
  } finally {
    canvas.dispose()
  }
}

function optionOf({ title, x, y, series, shaded = null, legendLines = 1 }: Chart): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: GREY },
    title: { text: title, left: 8, top: 4, textStyle: { fontSize: 14, fontWeight: 600, color: '#1d2430' } },
    // Room between the names: without a browser the widths of letters are a guess.
    legend: {
      top: LEGEND_TOP,
      left: 8,
      itemWidth: 16,
      itemHeight: 8,
      itemGap: 24,
      textStyle: { color: GREY, fontSize: 11 },
    },
    grid: {
      left: 64,
      right: y.length > 1 ? 64 : 24,
      top: LEGEND_TOP + legendLines * LEGEND_LINE,
      bottom: 40,
    },
    xAxis: { ...axisOption(x), nameLocation: 'middle', nameGap: 26 },
    yAxis: y.map((axis, index) => ({
      ...axisOption(axis),
      nameLocation: 'middle',
      nameGap: 48,
      splitLine: { show: index === 0, lineStyle: { color: LINE_GREY } },
    })),
    series: series.map((one, index) => ({
      name: one.name,
      type: one.kind,
      yAxisIndex: one.axis ?? 0,
      data: one.points,
      showSymbol: one.points.length < 3,
      symbolSize: 5,
      barMaxWidth: 40,
      itemStyle: { color: one.color },
      lineStyle: { color: one.color, width: 2, type: one.dashed ? 'dashed' : 'solid' },
      ...(one.area ? { areaStyle: { color: one.color, opacity: 0.12 } } : {}),
      ...(index === 0 && shaded !== null ? { markArea: markArea(shaded) } : {}),
    })),
  }
}

function axisOption({ name, kind = 'value', min, max, categories, label }: Axis) {
  return {
    name,
    type: kind,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(categories === undefined ? {} : { data: categories }),
    nameTextStyle: { color: GREY, fontSize: 11 },
    axisLabel: { color: GREY, fontSize: 11, ...(label === undefined ? {} : { formatter: label }) },
    axisLine: { lineStyle: { color: '#aab2bd' } },
    splitLine: { lineStyle: { color: LINE_GREY } },
  }
}

function markArea({ from, to, words }: Shaded) {
  return {
    silent: true,
    itemStyle: { color: '#9aa3ae', opacity: 0.14 },
    label: { position: 'insideTopLeft', color: GREY, fontSize: 10 },
    data: [[{ name: words, xAxis: from }, { xAxis: to }]],
  }
}
