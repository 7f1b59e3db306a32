/** The command `bench:peers`: the same load on the relay and on others, in turn, and the page that tells of it. */

import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { surviveEndings } from '../load/endings.js'
import { positiveNumber, positiveWhole, positiveWholes, wholeNumber } from '../load/options.js'
import { measureCosts } from './cost-run.js'
import { isAvailable, type Peer } from './peer.js'
import { PEERS } from './peers.js'
import { estimateSeconds, planFor } from './plan.js'
import { writePage } from './publish.js'
import { loadResults, newResults, type Results, saveResults } from './results.js'
import { runTurns } from './run.js'
import { comparisonText } from './terminal.js'

interface PeersOptions {
  only?: string[]
  runs: number
  seconds: number
  clients: number[]
  quick: boolean
  write: boolean
  resume: boolean
  pinServer?: number
  pinLoad?: number
}

const COST_PLAN = {
  clients: 1000,
  inFlight: [1, 16],
  seconds: 4,
  idle: { clients: 5000, settleSeconds: 2 },
}
const COST_SECONDS = 90
const QUICK_COST_PLAN = { ...COST_PLAN, seconds: 1.5, idle: { clients: 1000, settleSeconds: 0.5 } }

const options: PeersOptions = new Command('bench:peers')
  .description('the same load on the relay, on a bare C relay and on other servers')
  .option('--only <names>', `of ${PEERS.map(({ name }) => name).join(', ')}`, (text) => text.split(','))
  .option('--runs <rounds>', 'how often every load is put on every server', positiveWhole, 5)
  .option('--seconds <seconds>', 'of each measured window', positiveNumber, 1)
  .option('--clients <counts>', 'who listens, one crowd after the other', positiveWholes, [1000, 5000])
  .option('--quick', 'one round of short windows: shows that it works, and no numbers to keep', false)
  .option('--write', 'write docs/benchmarks.md and its charts', false)
  .option('--resume', 'take up the run that build/bench-peers.json has the beginning of', false)
  .option('--pin-server <cpu>', 'the core of the servers (default: 0, where there are two)', wholeNumber)
  .option('--pin-load <cpu>', 'the core of the generator (default: 1, where there are two)', wholeNumber)
  .parse()
  .opts()

function chosenPeers(): Peer[] {
  const { only } = options
  const unknown = only?.find((name) => !PEERS.some((peer) => peer.name === name))
  if (unknown !== undefined) throw new RangeError(`there is no server ${unknown}`)
  return PEERS.filter(({ name }) => only === undefined || only.includes(name))
}

function beginning(): Results {
  if (options.resume) return loadResults()
  const hasTwo = availableParallelism() > 1
  const found = chosenPeers().map((peer) => ({ peer, availability: peer.probe() }))
  return newResults({
    isQuick: options.quick,
    plan: planFor(options),
    pinning: {
      server: options.pinServer ?? (hasTwo ? 0 : null),
      generator: options.pinLoad ?? (hasTwo ? 1 : null),
    },
    peers: found.flatMap(({ peer: { name, description }, availability }) =>
      isAvailable(availability) ? [{ name, description, version: availability.version }] : [],
    ),
    missing: found.flatMap(({ peer: { name }, availability }) =>
      isAvailable(availability) ? [] : [{ name, reason: availability.missing }],
    ),
  })
}

async function run(): Promise<void> {
  const results = beginning()
  for (const { name, reason } of results.missing) console.log(`LEFT OUT: ${name}: ${reason}`)
  const costSeconds = options.only === undefined && results.costs === null ? COST_SECONDS : 0
  const minutes = Math.ceil((estimateSeconds(results.plan, results.peers.length) + costSeconds) / 60)
  console.log(`${results.peers.length} servers, ${results.plan.rounds} rounds: about ${minutes} minutes`)
  const say = (line: string) => console.log(line)
  await runTurns(results, PEERS, say)
  if (results.costs === null && options.only === undefined) {
    const plan = results.isQuick ? QUICK_COST_PLAN : COST_PLAN
    results.costs = await measureCosts(plan, results.pinning, say)
    saveResults(results)
  }
  console.log(`\n${comparisonText(results)}`)
  if (options.write) for (const path of writePage(results)) console.log(`written: ${path}`)
  if (
    results.turns.some(({ measured, failure }) => failure !== null || measured.some((one) => !one.isClean))
  ) {
    process.exitCode = 1
  }
}

surviveEndings()
try {
  await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
