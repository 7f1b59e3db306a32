/** How near the relay comes to the bare C relay under the same load: medians, and each pair's ratio. */

import { Command, Option } from 'commander'
import { addLoadOptions } from './options.js'
import { asProgram, runPaired } from './paired-program.js'
import {
  addPairOptions,
  busyWords,
  medianOf,
  type PairOptions,
  type Pairs,
  perCpuSecond,
  perSecond,
  pinByDefault,
  ratiosOf,
  refuseUnpaired,
} from './pairs.js'
import { refuseGiven } from './preflight.js'
import { table } from './report/table.js'
import { count } from './report/words.js'
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

await asProgram(() => {
  refuseUnpaired(program)
  refuseGiven(program, ['inFlight', 'rate'], `the loads are ${IN_FLIGHT.join(', ')} in flight`)
  const sides = [
    { label: 'ceiling', server: { kind: 'ceiling', arguments: [] } },
    { label: subject, server: { kind: subject, arguments: options.serverArg } },
  ] as const
  const columns = (per: string) => [`ceiling ${per}`, `${subject} ${per}`, 'ratio', 'aim']
  const header = ['in flight', ...columns('dlv/s'), ...columns('dlv/CPU s'), 'load busy']
  const show = (pairs: Pairs) => console.log(table(header, rows(pairs)))
  return runPaired({ scenario: 'ratio', sides, show }, options)
})
