/**
 * The relay under load inside one of clinic's tools, and where the report is:
 *
 *     npm run profile -- doctor|flame|bubbleprof|heapprofiler [scenario] [options of the scenario]
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Argument, Command } from 'commander'
import { surviveEndings } from '../load/endings.js'
import { type ProfiledRelay, startProfiled, TOOLS, type Tool } from './profiled-relay.js'

/** Of each tool as much load as it takes without choking: bubbleprof keeps every asynchronous step. */
const DEFAULT_LOADS: Record<Tool, readonly string[]> = {
  doctor: ['--receivers', '300', '--in-flight', '16', '--seconds', '10'],
  flame: ['--receivers', '300', '--in-flight', '16', '--seconds', '10'],
  heapprofiler: ['--receivers', '300', '--in-flight', '16', '--seconds', '10'],
  bubbleprof: ['--receivers', '50', '--rate', '20', '--seconds', '5'],
}

const program = new Command('profile')
  .enablePositionalOptions()
  .description('the relay under load inside a tool of clinic')
  .addArgument(new Argument('<tool>', 'what to look at').choices(TOOLS))
  .argument('[scenario]', 'as of `npm run load`', 'fanout')
  .argument('[options...]', 'of the scenario')
  .passThroughOptions()
  .parse()
const [tool, scenario, options] = program.processedArgs as [Tool, string, string[]]

/** @throws Error when the load fails: a report of it would be of something else */
async function putLoadOn(relay: ProfiledRelay): Promise<void> {
  const more = scenario === 'fanout' && options.length === 0 ? DEFAULT_LOADS[tool] : options
  const where = ['--port', `${relay.port}`, '--pid', `${relay.pid}`]
  const words = ['--import', 'tsx', 'bench/load/cli.ts', scenario, ...where, ...more]
  const child = spawn(process.execPath, words, { stdio: 'inherit' })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  const [code] = await once(child, 'exit')
  process.off('exit', kill)
  if (code !== 0) throw new Error(`the load ended with ${code}`)
}

surviveEndings()
try {
  console.log(`starting the relay inside clinic ${tool} (which is installed the first time) …`)
  const relay = await startProfiled(tool)
  try {
    await putLoadOn(relay)
  } finally {
    console.log('\nwaiting for the report …')
    console.log(`the report: ${await relay.finish()}`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
