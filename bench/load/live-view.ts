/**
 * What is on the terminal while a load runs: a bar, live rates and percentiles. On anything but a terminal it
 * is one line for each thing begun. Owns the drawing; the numbers are the recorder's.
 */

import { createLogUpdate } from 'log-update'
import { monotonicUs } from './clock.js'
import type { Moment, Recorder } from './recorder.js'
import { count, mebibytes, percent } from './report/words.js'

const REDRAW_MS = 250
const BAR_CHARACTERS = 28

export interface Watched {
  name: string
  recorder: Recorder
  /** How long it takes, or null for as long as it takes until all clients are in. */
  seconds: number | null
  clients: number
  /** Further lines of the scenario's own. */
  more: () => string[]
}

export interface LiveView {
  watch(watched: Watched): void
  /** What was watched last is over. */
  done(): void
}

export const NO_VIEW: LiveView = { watch: () => {}, done: () => {} }

/** @param quiet whether to show nothing at all */
export function liveView(stream: NodeJS.WriteStream, quiet: boolean): LiveView {
  if (quiet) return NO_VIEW
  if (!stream.isTTY) return { watch: ({ name }) => void stream.write(`${name} …\n`), done: () => {} }
  const update = createLogUpdate(stream)
  let timer: NodeJS.Timeout | undefined
  return {
    watch: (watched) => {
      const beganUs = monotonicUs()
      const draw = () => update(liveLines(watched, (monotonicUs() - beganUs) / 1e6).join('\n'))
      clearInterval(timer)
      timer = setInterval(draw, REDRAW_MS)
      draw()
    },
    done: () => {
      clearInterval(timer)
      update.clear()
    },
  }
}

/** @param elapsedSeconds since it began */
export function liveLines(watched: Watched, elapsedSeconds: number): string[] {
  const { name, seconds, clients, recorder } = watched
  const moment = recorder.latest()
  const joined = moment?.joined ?? 0
  const share = seconds === null ? joined / Math.max(1, clients) : Math.min(1, elapsedSeconds / seconds)
  const of =
    seconds === null
      ? `${count(joined)} of ${count(clients)} clients`
      : `${Math.min(seconds, elapsedSeconds).toFixed(0)} of ${seconds} s`
  const stage = seconds === null ? '' : elapsedSeconds > seconds ? 'draining' : (moment?.stage ?? '')
  const lines = [`${bar(share)} ${of}  ${name}  ${stage}`.trimEnd()]
  if (moment !== null) lines.push(...momentLines(moment, recorder.wrong, seconds !== null))
  return [...lines, ...watched.more()]
}

export function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CHARACTERS)
  return '█'.repeat(full) + '░'.repeat(BAR_CHARACTERS - full)
}

function momentLines(moment: Moment, wrong: number, isLoad: boolean): string[] {
  const { latencyUs, joinTimeUs, server, busyShare } = moment
  const lines: string[] = []
  if (isLoad) {
    const rates = `${count(moment.messagesPerSecond)} messages/s  ${count(moment.deliveriesPerSecond)} deliveries/s`
    lines.push(`${rates}${wrong === 0 ? '' : `  WRONG so far: ${count(wrong)}`}`)
  }
  const times = latencyUs ?? joinTimeUs
  if (times !== null) {
    const { p50, p90, p99, p999, max } = times
    const of = latencyUs === null ? 'to join' : 'latency'
    lines.push(
      `${of} µs  p50 ${count(p50)}  p90 ${count(p90)}  p99 ${count(p99)}  p99.9 ${count(p999)}  max ${count(max)}`,
    )
  }
  const words = [`load busy ${percent(busyShare)}`]
  if (server !== null)
    words.unshift(`server CPU ${percent(server.cpuShare)}, RSS ${mebibytes(server.rssBytes)} MiB`)
  if (moment.joinsHeard > 0) words.push(`joins announced ${count(moment.joinsHeard)}`)
  return [...lines, words.join('  ')]
}
