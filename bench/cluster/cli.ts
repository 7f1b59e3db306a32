/** The command `bench:cluster`: what several nodes cost against one, how much later NATS makes it, and what a simulator says. */

import { Argument, Command } from 'commander'
import { surviveEndings } from '../load/endings.js'
import { positiveNumber, positiveWhole } from '../load/options.js'
import { requireWritable } from '../load/preflight.js'
import { provenance } from '../load/report/provenance.js'
import { writeJson } from '../load/report/publish.js'
import { table } from '../load/report/table.js'
import type { Claim } from '../outcomes/claim.js'
import { COEFFICIENTS_PATH, readCoefficients, writeCoefficients } from '../simulator/coefficients.js'
import { coefficientsOf, measureAll } from './calibrate.js'
import { proveLatency } from './latency.js'
import { checkPredictions } from './prediction.js'
import { proveSplit } from './split.js'

const PARTS = ['split', 'latency', 'simulator'] as const
type Part = (typeof PARTS)[number]

interface ClusterOptions {
  runs: number
  receivers: number
  seconds: number
  rate: number
  nats?: string
  coefficients: string
  idleClients: number
  writeCoefficients?: boolean
  checkSimulator?: boolean
  json?: string
}

const program = new Command('cluster')
  .description('several nodes against one on this machine')
  .addArgument(new Argument('[parts...]', 'which ones; all when none is named').choices(PARTS))
  .option('--runs <rounds>', 'rounds of split, whose median counts', positiveWhole, 5)
  .option('--receivers <count>', 'in the room of split', positiveWhole, 1000)
  .option('--seconds <seconds>', 'of each measured window', positiveNumber, 3)
  .option('--rate <messages>', 'messages a second, for latency', positiveWhole, 1000)
  .option('--nats <url>', 'a NATS server that runs already (default: one is started)')
  .option('--coefficients <file>', 'what the simulator reads', COEFFICIENTS_PATH)
  .option('--write-coefficients', 'measure them and write that file, before anything else')
  .option('--idle-clients <count>', 'who are there and say nothing, for coefficients', positiveWhole, 15_000)
  .option('--check-simulator', 'the part simulator alone: 1, 2 and 4 nodes against what it says of them')
  .option('--json <file>', 'write what was measured there')
  .parse()
const options = program.opts<ClusterOptions>()
const { runs: rounds, receivers, seconds, rate, nats: natsUrl = null, json } = options

const PROOFS: Readonly<Record<Part, (say: (line: string) => void) => Promise<Claim[]>>> = {
  split: (say) => proveSplit({ rounds, receivers, seconds, natsUrl }, say),
  latency: (say) => proveLatency({ rate, seconds: seconds * rounds, natsUrl }, say),
  simulator: (say) => {
    const { coefficients } = readCoefficients(options.coefficients)
    return checkPredictions(coefficients, { receivers, seconds: seconds * 2, natsUrl }, say)
  },
}

/** None when all that is wanted is the file. */
function chosenParts(): readonly Part[] {
  if (program.args.length > 0) return PARTS.filter((part) => program.args.includes(part))
  if (options.checkSimulator === true) return ['simulator']
  return options.writeCoefficients === true ? [] : PARTS
}

async function calibrate(): Promise<void> {
  console.log('coefficients')
  const measured = await measureAll({ seconds, idleClients: options.idleClients, natsUrl }, (line) =>
    console.log(`  ${line}`),
  )
  const coefficients = coefficientsOf(measured)
  writeCoefficients(options.coefficients, { measured: provenance(), coefficients })
  const rows = Object.entries(coefficients).map(([name, value]) => [name, value.toPrecision(3)])
  console.log(`\n${table(['', 'measured'], rows)}\n\nwritten to ${options.coefficients}\n`)
}

surviveEndings()
try {
  requireWritable({ json } as Parameters<typeof requireWritable>[0])
  if (options.writeCoefficients === true) await calibrate()
  const chosen = chosenParts()
  const results: Record<string, Claim[]> = {}
  for (const part of chosen) {
    console.log(part)
    const claims = await PROOFS[part]((line) => console.log(`  ${line}`))
    results[part] = claims
    const rows = claims.map(({ what, measured, expected, holds }) => [
      what,
      measured,
      expected,
      expected === '' ? '' : holds ? 'holds' : 'BROKEN',
    ])
    console.log(`\n${table(['', 'measured', 'expected', ''], rows)}\n`)
    if (!claims.every(({ holds }) => holds)) process.exitCode = 1
  }
  if (json !== undefined) writeJson(json, { ...provenance(), parameters: options, results })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
