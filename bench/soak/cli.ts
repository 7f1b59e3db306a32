/**
 * The command `scripts/soak churn`: a relay that lives with whatever may come, for as long as is said. Exit status 1 when anything was
 * lost, doubled, reordered or changed, was not counted or recorded, or did not come back. SIGUSR2 ends it early, with what was found until then.
 */

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { Command } from 'commander'
import { surviveEndings } from '../load/endings.js'
import { positiveNumber, positiveWhole, wholeNumber } from '../load/options.js'
import { claimsOf, isHeld } from './claims.js'
import { USUAL_PLAN } from './plan.js'
import { terminalText, writePage } from './publish.js'
import { loadResults, type SoakResults, saveResults } from './results.js'
import { runSoak } from './run.js'

interface ChurnOptions {
  minutes: number
  seed?: number
  people: number
  rate: number
  visits: number
  warmUp: number
  history: number
  relayArg: string[]
  write: boolean
}

const MOST_SEED = 999_999_999

const program = new Command('soak').description('a relay over time, with whatever may come')

program
  .command('churn')
  .description('people who talk and are checked, beside those who come, go, break, flood and do not read')
  .option('--minutes <minutes>', 'for how long', positiveNumber, 60)
  .option('--seed <number>', 'of everything that is at random', wholeNumber)
  .option('--people <count>', 'who stay and are checked', positiveWhole, USUAL_PLAN.people)
  .option(
    '--rate <rate>',
    'messages a second to the room, and as many to one',
    positiveNumber,
    USUAL_PLAN.messagesPerSecond,
  )
  .option('--visits <rate>', 'guests a second', positiveNumber, USUAL_PLAN.visitsPerSecond)
  .option('--warm-up <seconds>', 'before the relay is looked at', positiveNumber, USUAL_PLAN.warmUpSeconds)
  .option('--history <messages>', 'what rooms keep for newcomers, on the disk', wholeNumber, 0)
  .option('--relay-arg <argument>', 'a further argument of parlance serve (repeatable)', collect, [])
  .option('--write', 'write docs/soak.md and its charts', false)
  .action(async (options: ChurnOptions) => {
    const seed = options.seed ?? randomInt(MOST_SEED)
    const results = await runSoak({
      plan: {
        ...USUAL_PLAN,
        people: options.people,
        messagesPerSecond: options.rate,
        visitsPerSecond: options.visits,
        warmUpSeconds: options.warmUp,
        history: options.history,
      },
      seconds: options.minutes * 60,
      endsEarly: once(process, 'SIGUSR2'),
      seed,
      relayArguments: options.relayArg,
      say: (line) => console.log(line),
    })
    console.log(`kept: ${saveResults(results)}`)
    report(results, options.write)
  })

program
  .command('page')
  .description('write docs/soak.md and its charts from the last run that was kept')
  .action(() => report(loadResults(), true))

function report(results: SoakResults, writes: boolean): void {
  console.log(`\n${terminalText(results)}\n`)
  if (writes) for (const path of writePage(results)) console.log(`written: ${path}`)
  console.log(`seed ${results.seed}`)
  if (!isHeld(claimsOf(results))) process.exitCode = 1
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value]
}

surviveEndings()
try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
