/** The load generator's command line: one command a scenario. */

import { Command } from 'commander'
import { surviveEndings } from './endings.js'
import { addFanoutCommand } from './scenarios/fanout.js'
import { addIdleCommand } from './scenarios/idle.js'

const program = new Command('load').description('thousands of simulated clients on one relay')
addFanoutCommand(program)
addIdleCommand(program)

surviveEndings()
try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
