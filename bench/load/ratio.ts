/**
 * How near the relay comes to the bare C relay under the same load: both in turn, several times over, so that
 * what else the machine does falls on both. Prints medians, and the ratio of each pair's median.
 */

import { availableParallelism } from 'node:os'
import { Command, Option } from 'commander'
import { surviveEndings } from './endings.js'
import type { LoadResult } from './measure.js'
import { wholeNumber } from './options.js'
import { accountWords, count, isClean, percent, table, writeJson } from './report.js'
import { addFanoutOptions, crowdWords, type FanoutOptions, fanout } from './scenarios/fanout.js'
import { SERVER_KINDS, type ServerKind, spawnServer } from './server.js'

const IN_FLIGHT = [1, 16, 256]

/** The least share of the ceiling's deliveries a second that is aimed at, in the order of `IN_FLIGHT`. */
const AIMS = [0.8, 0.9, 0.9]

interface RatioOptions extends FanoutOptions {
  runs: number
  subject: ServerKind
}

type Runs = Record<'ceiling' | 'subject', LoadResult[][]>

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

async function runOnce(kind: ServerKind, options: RatioOptions): Promise<LoadResult[]> {
  const server = await spawnServer({
    kind,
    cpu: options.pinServer ?? null,
    arguments: kind === 'ceiling' ? [] : options.serverArg,
  })
  try {
    return await fanout(server, { ...options, inFlight: IN_FLIGHT, rate: [] })
  } finally {
    await server.stop()
  }
}

async function runPairs(options: RatioOptions): Promise<Runs> {
  const runs: Runs = { ceiling: [], subject: [] }
  for (let pair = 1; pair <= options.runs; pair++) {
    runs.ceiling.push(await runOnce('ceiling', options))
    runs.subject.push(await runOnce(options.subject, options))
    console.log(
      `pair ${pair} of ${options.runs}, deliveries/s of ceiling | ${options.subject}:`,
      pairWords(runs),
    )
  }
  return runs
}

/** The newest pair: per load, one against the other. */
function pairWords({ ceiling, subject }: Runs): string {
  const rates = (all: LoadResult[][]) =>
    (all.at(-1) ?? []).map(({ deliveriesPerSecond }) => count(deliveriesPerSecond))
  const [ceilings, subjects] = [rates(ceiling), rates(subject)]
  return IN_FLIGHT.map((_, index) => `${ceilings[index]} | ${subjects[index]}`).join(', ')
}

function rows(runs: Runs): string[][] {
  return IN_FLIGHT.map((inFlight, index) => {
    const at = (all: LoadResult[][]) => all.map((results) => results[index] as LoadResult)
    const [ceilings, subjects] = [at(runs.ceiling), at(runs.subject)]
    const ratio = (of: (result: LoadResult) => number) =>
      median(subjects.map((result, pair) => of(result) / of(ceilings[pair] as LoadResult)))
    const busyShares = [ceilings, subjects].map((all) =>
      median(all.map(({ generator }) => generator.busyShare)),
    )
    return [
      `${inFlight}`,
      count(median(ceilings.map(perSecond))),
      count(median(subjects.map(perSecond))),
      ratio(perSecond).toFixed(2),
      verdict(ratio(perSecond), AIMS[index] as number),
      count(median(ceilings.map(perCpuSecond))),
      count(median(subjects.map(perCpuSecond))),
      ratio(perCpuSecond).toFixed(2),
      verdict(ratio(perCpuSecond), AIMS[index] as number),
      busyShares.map(percent).join(' | '),
    ]
  })
}

function perSecond({ deliveriesPerSecond }: LoadResult): number {
  return deliveriesPerSecond
}

/** What the server would do on a whole core: says more where the generator is the slower side. */
function perCpuSecond({ server }: LoadResult): number {
  return 1e6 / (server?.cpuUsPerDelivery ?? Number.NaN)
}

function verdict(ratio: number, aim: number): string {
  return `${ratio >= aim ? 'met' : 'MISSED'} (${aim})`
}

function print(runs: Runs, options: RatioOptions): void {
  const { subject } = options
  const columns = (per: string) => [`ceiling ${per}`, `${subject} ${per}`, 'ratio', 'aim']
  const header = ['in flight', ...columns('dlv/s'), ...columns('dlv/CPU s'), 'load busy']
  console.log(`\n${crowdWords(options)}; medians of ${options.runs} pairs`)
  console.log(table(header, rows(runs)))
  const all = [...runs.ceiling, ...runs.subject].flat()
  const notes = new Map<string, number>()
  for (const result of all) {
    for (const note of [...accountWords(result.account), ...result.notes]) {
      const kind = note.replace(/^\d+% of the time/, 'more than 5% of the time')
      notes.set(kind, (notes.get(kind) ?? 0) + 1)
    }
  }
  for (const [note, times] of notes) console.log(`in ${times} of ${all.length} loads: ${note}`)
}

const cores = availableParallelism()
const program = addFanoutOptions(new Command('ratio'))
  .description('the relay against the bare C relay, in turn')
  .option('--runs <pairs>', 'pairs of runs', wholeNumber, 5)
  .addOption(new Option('--subject <server>', 'what is compared').choices(SERVER_KINDS).default('parlance'))
  .parse()
const options: RatioOptions = program.opts()
if (cores > 1) {
  options.pinServer ??= 0
  options.pinLoad ??= 1
}

surviveEndings()
try {
  const runs = await runPairs(options)
  print(runs, options)
  if (options.json !== undefined) writeJson(options.json, { scenario: 'ratio', options, runs })
  const all = [...runs.ceiling, ...runs.subject].flat()
  if (!all.every(({ account }) => isClean(account))) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
