/** The charts of the page, by file name: memory, what is open, and how long the event loop was busy with one thing. */

import { type Chart, COLORS, type Series } from '../load/report/svg-chart.js'
import type { SoakResults } from './results.js'
import type { Sample } from './samples.js'

/** An hour has hundreds of samples; a chart shows as many points as it has room for. */
const POINTS = 180

/** A figure of a sample. */
type Figure = (sample: Sample) => number

export function chartsOf({ samples }: Pick<SoakResults, 'samples'>): Map<string, Chart> {
  const x = { name: 'minutes', min: 0 }
  const line = (name: string, color: number, of: Figure, more: Partial<Series> = {}): Series => ({
    name,
    kind: 'line',
    color: COLORS[color] as string,
    points: pointsOf(samples, of),
    ...more,
  })
  return new Map<string, Chart>([
    [
      'soak-memory.svg',
      {
        title: 'Memory of the relay',
        x,
        y: [{ name: 'MiB', min: 0 }],
        series: [
          line('resident', 0, ({ rssMib }) => rssMib),
          line('heap, used or not', 3, ({ heapTakenMib }) => heapTakenMib),
          line('heap, used', 1, ({ heapMib }) => heapMib),
          line('retained for slow readers', 2, ({ retainedMib }) => retainedMib),
        ],
      },
    ],
    [
      'soak-open.svg',
      {
        title: 'What is open',
        x,
        y: [{ name: 'descriptors, connections', min: 0 }],
        series: [
          line('descriptors', 0, ({ descriptors }) => descriptors),
          line('connections', 1, ({ connections }) => connections),
        ],
      },
    ],
    [
      'soak-event-loop.svg',
      {
        title: 'The event loop: how late it was, at the most',
        x,
        y: [{ name: 'ms', min: 0 }],
        series: [
          line('the longest', 4, ({ lagMaxMs }) => lagMaxMs, { dashed: true }),
          line('p99', 0, ({ lagP99Ms }) => lagP99Ms),
        ],
      },
    ],
  ])
}

/** The most in each piece of time, so that no peak is lost. */
export function pointsOf(samples: readonly Sample[], of: Figure): (readonly [number, number])[] {
  const each = Math.max(1, Math.ceil(samples.length / POINTS))
  const points: (readonly [number, number])[] = []
  for (let at = 0; at < samples.length; at += each) {
    const piece = samples.slice(at, at + each)
    const most = Math.max(...piece.map(of))
    const { seconds } = piece[0] as Sample
    points.push([Number((seconds / 60).toFixed(2)), Number(most.toPrecision(3))])
  }
  return points
}
