/**
 * One chart on a canvas, which uPlot draws. Owns its size, its colours (from the stylesheet, so light and dark are one place) and its
 * end. For those who do not see it the same numbers are in the table.
 */

import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { type Measure, written } from './panels.js'

export interface ChartProps {
  readonly measures: readonly Measure[]
  /** Seconds since 1970, then a column for each measure. */
  readonly columns: readonly (readonly (number | null)[])[]
  /** From when to when, in seconds since 1970. */
  readonly range: readonly [number, number]
  /** In words, with the newest figures. */
  readonly label: string
  /** Changes with the colours. */
  readonly scheme: string
}

const AXIS_WIDTH = 64
const AXIS_HEIGHT = 28

/** The lines of a chart, told apart by more than their colour. */
const DASHES = [[], [6, 4], [2, 3]]

export function Chart({ measures, columns, range, label, scheme }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const shown = useRef(range)
  shown.current = range

  useEffect(() => {
    const element = place.current as HTMLDivElement
    const made = new uPlot(
      optionsOf(element, measures, () => shown.current),
      data(columns),
      element,
    )
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize(sizeOf(element)))
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [measures, scheme])

  useEffect(() => {
    plot.current?.setData(data(columns))
  }, [columns])

  return <div class="chart" role="img" aria-label={label} ref={place} />
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: clientWidth, height: clientHeight }
}

function data(columns: ChartProps['columns']): uPlot.AlignedData {
  return columns as unknown as uPlot.AlignedData
}

function optionsOf(
  element: HTMLElement,
  measures: readonly Measure[],
  range: () => readonly [number, number],
): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const { unit } = measures[0] as Measure
  const axis = { stroke: colour('--muted'), font: `11px ${style.fontFamily}` }
  const grid = { stroke: colour('--line'), width: 1 }
  return {
    ...sizeOf(element),
    // Half a time of day fits beside the last.
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: () => [...range()] as [number, number] },
      // From 0, and never flat against the edge.
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      { ...axis, size: AXIS_HEIGHT, grid: { show: false }, ticks: grid, space: 70, values: times },
      {
        ...axis,
        size: AXIS_WIDTH,
        grid,
        ticks: { show: false },
        space: 26,
        values: (_, splits) => splits.map((value) => written(value, unit)),
        ...(unit === 'count' ? { incrs: WHOLE_STEPS } : {}),
        ...(unit === 'bytes' || unit === 'bytesRate' ? { incrs: BYTE_STEPS } : {}),
      },
    ],
    series: [
      {},
      ...measures.map(({ name }, index) => ({
        label: name,
        stroke: colour(`--line-${index + 1}`),
        width: 2,
        dash: DASHES[index] as number[],
        points: { show: false },
        ...(measures.length === 1 ? { fill: colour('--fill') } : {}),
      })),
    ],
  }
}

const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 8 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b)
const BYTE_STEPS = Array.from({ length: 44 }, (_, power) => 2 ** power)

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })

function times(_: uPlot, splits: number[]): string[] {
  return splits.map((seconds) => clock.format(seconds * 1000))
}
