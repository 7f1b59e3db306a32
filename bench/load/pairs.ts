/**
 * Two servers under the same loads in turn, several times over, so that what else the machine does falls on
 * both. What is compared is each pair with itself: a slow minute takes both of its runs along.
 */

import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import type { CrowdLoadResult } from './crowd.js'
import type { LiveView } from './live-view.js'
import { positiveWhole } from './options.js'
import { refuseGiven } from './preflight.js'
import { accountWords, count, loopName, percent } from './report/words.js'
import { type FanoutOptions, fanout } from './scenarios/fanout.js'
import { runScenario } from './scenarios/load-scenario.js'
import { type SpawnOptions, spawnServer } from './server.js'
import { median } from './verdict.js'

export interface Side {
  label: string
  server: Omit<SpawnOptions, 'cpu'>
}

export interface PairOptions extends FanoutOptions {
  runs: number
}

export interface Pairs {
  labels: [string, string]
  /** By pair, then by load. */
  first: CrowdLoadResult[][]
  second: CrowdLoadResult[][]
}

export function addPairOptions(command: Command): Command {
  return fanout.addOptions(command).option('--runs <pairs>', 'pairs of runs', positiveWhole, 5)
}

/** Options of a load that two servers in turn, started here, have no use for. */
export function refuseUnpaired(command: Command): void {
  const names = ['host', 'port', 'pid', 'metrics', 'spawn', 'html', 'svg', 'failIf']
  refuseGiven(command, names, 'two servers are started here in turn, and compared')
}

/** On a machine with more than one core, one is the server's and one the generator's, unless told otherwise. */
export function pinByDefault(options: PairOptions): void {
  if (availableParallelism() < 2) return
  options.pinServer ??= 0
  options.pinLoad ??= 1
}

/** @param say takes a line for each pair */
export async function runPairs(
  sides: readonly [Side, Side],
  options: PairOptions,
  view: LiveView,
  say: (line: string) => void,
): Promise<Pairs> {
  const [first, second] = sides
  const pairs: Pairs = { labels: [first.label, second.label], first: [], second: [] }
  for (let pair = 1; pair <= options.runs; pair++) {
    pairs.first.push(await runOnce(first, options, view))
    pairs.second.push(await runOnce(second, options, view))
    say(`pair ${pair} of ${options.runs}, deliveries/s ${newestWords(pairs)}`)
  }
  return pairs
}

/** The ratios second : first of one load, by pair. */
export function ratiosOf(pairs: Pairs, load: number, of: (result: CrowdLoadResult) => number): number[] {
  return pairs.second.map(
    (results, pair) =>
      of(results[load] as CrowdLoadResult) / of(pairs.first[pair]?.[load] as CrowdLoadResult),
  )
}

export function medianOf(
  runs: CrowdLoadResult[][],
  load: number,
  of: (result: CrowdLoadResult) => number,
): number {
  return median(runs.map((results) => of(results[load] as CrowdLoadResult)))
}

export function perSecond({ deliveriesPerSecond }: CrowdLoadResult): number {
  return deliveriesPerSecond
}

/** What the server would do on a whole core: says more where the generator is the slower side. */
export function perCpuSecond({ server }: CrowdLoadResult): number {
  return 1e6 / (server?.cpuUsPerDelivery ?? Number.NaN)
}

/** How busy the generator was with each of the two. */
export function busyWords({ first, second }: Pairs, load: number): string {
  return [first, second]
    .map((runs) => percent(medianOf(runs, load, ({ generator }) => generator.busyShare)))
    .join(' | ')
}

/** What was wrong or has to be known, and in how many of the loads. */
export function notesOf({ first, second }: Pairs): string[] {
  const all = [...first, ...second].flat()
  const notes = new Map<string, number>()
  for (const result of all) {
    for (const note of [...accountWords(result.account), ...result.notes]) {
      const kind = note
        .replace(/^\d+% of the time/, 'more than 5% of the time')
        .replace(/by \d+ µs \(p99\)/, 'by more than 1 ms (p99)')
      notes.set(kind, (notes.get(kind) ?? 0) + 1)
    }
  }
  return [...notes].map(([note, times]) => `in ${times} of ${all.length} loads: ${note}`)
}

async function runOnce(side: Side, options: PairOptions, view: LiveView): Promise<CrowdLoadResult[]> {
  const server = await spawnServer({ ...side.server, cpu: options.pinServer ?? null })
  try {
    return await runScenario(fanout, server, options, view)
  } finally {
    await server.stop()
  }
}

function newestWords({ labels, first, second }: Pairs): string {
  const [firsts, seconds] = [first.at(-1) ?? [], second.at(-1) ?? []]
  const loads = firsts.map((result, load) => {
    const other = seconds[load] as CrowdLoadResult
    return `${loopName(result.loop)}: ${count(perSecond(result))} | ${count(perSecond(other))}`
  })
  return `of ${labels.join(' | ')}: ${loads.join(', ')}`
}
