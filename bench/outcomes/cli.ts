/** The command `bench:outcomes`: what the relay promises under load, proved at full size; fails when it does not hold. */

import { Argument, Command } from 'commander'
import { surviveEndings } from '../load/endings.js'
import { positiveWhole } from '../load/options.js'
import { provenance } from '../load/report/provenance.js'
import { writeJson } from '../load/report/publish.js'
import { table } from '../load/report/table.js'
import type { Claim, Outcome } from './claim.js'
import { flood } from './flood.js'
import { joinStorm } from './join-storm.js'
import { mixedRoom } from './mixed-room.js'
import { questions } from './questions.js'
import { smallRooms } from './small-rooms.js'
import { steadyReaders } from './steady-readers.js'
import { stoppedReaders } from './stopped-readers.js'
import { strangers } from './strangers.js'

const OUTCOMES: readonly Outcome[] = [
  flood,
  stoppedReaders,
  steadyReaders,
  strangers,
  questions,
  joinStorm,
  smallRooms,
  mixedRoom,
]

const names = OUTCOMES.map(({ name }) => name)
const program = new Command('outcomes')
  .description('what the relay promises under load, proved at full size')
  .addArgument(new Argument('[names...]', 'which ones; all of them when none is named').choices(names))
  .option('--runs <rounds>', 'rounds of each, whose median counts', positiveWhole, 5)
  .option('--json <file>', 'write what was measured there')
  .parse()
const options = program.opts<{ runs: number; json?: string }>()

surviveEndings()
try {
  const chosen = OUTCOMES.filter(({ name }) => program.args.length === 0 || program.args.includes(name))
  const results: Record<string, Claim[]> = {}
  for (const outcome of chosen) {
    console.log(`${outcome.name}: ${outcome.description}`)
    const claims = await outcome.prove(options.runs, (line) => console.log(`  ${line}`))
    results[outcome.name] = claims
    const rows = claims.map(({ what, measured, expected, holds }) => [
      what,
      measured,
      expected,
      expected === '' ? '' : holds ? 'holds' : 'BROKEN',
    ])
    console.log(`\n${table(['', 'measured', 'expected', ''], rows)}\n`)
    if (!claims.every(({ holds }) => holds)) process.exitCode = 1
  }
  if (options.json !== undefined) writeJson(options.json, { ...provenance(), parameters: options, results })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
