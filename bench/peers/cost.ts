/** The command `bench:cost`: what a delivery costs the server, by layer. Prints the table of docs/benchmarks.md. */

import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { surviveEndings } from '../load/endings.js'
import { positiveNumber, positiveWhole, positiveWholes } from '../load/options.js'
import { table } from '../load/report/table.js'
import { measureCosts } from './cost-run.js'
import { costHeader, costRows, memoryWords } from './cost-words.js'

interface CostOptions {
  clients: number
  inFlight: number[]
  seconds: number
}

const options: CostOptions = new Command('bench:cost')
  .description('what a delivery costs the server, by layer: over handles, over sockets, and in bare C')
  .option('--clients <count>', 'who listens', positiveWhole, 1000)
  .option('--in-flight <counts>', 'messages in flight', positiveWholes, [1, 16])
  .option('--seconds <seconds>', 'of each measured window', positiveNumber, 4)
  .parse()
  .opts()

surviveEndings()
const pinning = availableParallelism() > 1 ? { server: 0, generator: 1 } : { server: null, generator: null }
try {
  const idle = { clients: 5 * options.clients, settleSeconds: 2 }
  const { loads, memory } = await measureCosts({ ...options, idle }, pinning, console.log)
  for (const load of new Set(loads.map((cost) => cost.load))) {
    const ofLoad = loads.filter((cost) => cost.load === load)
    console.log(`\n${load}, µs a delivery`)
    console.log(table(costHeader(ofLoad), costRows(ofLoad)))
  }
  console.log(`\n${memoryWords(memory)}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
