/** How near the relay comes to the bare C relay under the same load: medians, and each pair's ratio. */

import { Command, Option } from 'commander'
import { surviveEndings } from './endings.js'
import { liveView } from './live-view.js'
import { addLoadOptions } from './options.js'
import {
  addPairOptions,
  busyWords,
  medianOf,
  notesOf,
  type PairOptions,
  type Pairs,
  perCpuSecond,
  perSecond,
  pinByDefault,
  ratiosOf,
  runPairs,
} from './pairs.js'
import { provenance } from './report/provenance.js'
import { writeJson } from './report/publish.js'
import { table } from './report/table.js'
import { count, isClean } from './report/words.js'
import { fanout } from './scenarios/fanout.js'
import { SERVER_KINDS, type ServerKind } from './server.js'
import { median } from './verdict.js'

const IN_FLIGHT = [1, 16, 256]

/** The least share of the ceiling's deliveries a second that is aimed at, in the order of `IN_FLIGHT`. */
const AIMS = [0.8, 0.9, 0.9]

interface RatioOptions extends PairOptions {
  subject: ServerKind
}

function rows(pairs: Pairs): string[][] {
  return IN_FLIGHT.map((inFlight, load) => {
    const aim = AIMS[load] as number
    const columns = [perSecond, perCpuSecond].flatMap((of) => {
      const ratio = median(ratiosOf(pairs, load, of))
      const verdict = `${ratio >= aim ? 'met' : 'MISSED'} (${aim})`
      const medians = [pairs.first, pairs.second].map((runs) => count(medianOf(runs, load, of)))
      return [...medians, ratio.toFixed(2), verdict]
    })
    return [`${inFlight}`, ...columns, busyWords(pairs, load)]
  })
}

const program = addPairOptions(addLoadOptions(new Command('ratio'), {}))
  .description('the relay against the bare C relay, in turn')
  .addOption(new Option('--subject <server>', 'what is compared').choices(SERVER_KINDS).default('parlance'))
  .parse()
const options: RatioOptions = { ...program.opts<RatioOptions>(), inFlight: IN_FLIGHT, rate: [] }
pinByDefault(options)
const { subject } = options

surviveEndings()
try {
  const pairs = await runPairs(
    [
      { label: 'ceiling', server: { kind: 'ceiling', arguments: [] } },
      { label: subject, server: { kind: subject, arguments: options.serverArg } },
    ],
    options,
    liveView(process.stdout, options.quiet === true),
    console.log,
  )
  const columns = (per: string) => [`ceiling ${per}`, `${subject} ${per}`, 'ratio', 'aim']
  console.log(`\n${fanout.cast(options).words}; medians of ${options.runs} pairs`)
  console.log(table(['in flight', ...columns('dlv/s'), ...columns('dlv/CPU s'), 'load busy'], rows(pairs)))
  for (const note of notesOf(pairs)) console.log(note)
  if (options.json !== undefined) {
    writeJson(options.json, { ...provenance(), scenario: 'ratio', parameters: options, results: pairs })
  }
  const all = [...pairs.first, ...pairs.second].flat()
  if (!all.every(({ account }) => isClean(account))) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
