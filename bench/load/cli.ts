/** The load generator's command line: one command a scenario. */

import { Command } from 'commander'
import { surviveEndings } from './endings.js'
import { churn } from './scenarios/churn.js'
import { direct } from './scenarios/direct.js'
import { fanout, manyToMany } from './scenarios/fanout.js'
import { addIdleCommand } from './scenarios/idle.js'
import { addJoinStormCommand } from './scenarios/join-storm.js'
import { addLoadScenario } from './scenarios/load-scenario.js'
import { mixed } from './scenarios/mixed.js'
import { rooms } from './scenarios/rooms.js'
import { slowReaders } from './scenarios/slow-readers.js'

const program = new Command('load').description('thousands of simulated clients on one relay')
addLoadScenario(program, fanout)
addLoadScenario(program, manyToMany)
addLoadScenario(program, rooms)
addLoadScenario(program, direct)
addLoadScenario(program, slowReaders)
addLoadScenario(program, churn)
addLoadScenario(program, mixed)
addJoinStormCommand(program)
addIdleCommand(program)

surviveEndings()
try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
