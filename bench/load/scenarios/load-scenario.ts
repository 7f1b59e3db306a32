/**
 * What the scenarios have in common in which somebody speaks: a crowd for each size of text, one load after the
 * other on it, one report. A scenario says who is there and what they do.
 */

import { Command } from 'commander'
import { type CrowdLoadResult, loopsOf, runCrowd } from '../crowd.js'
import { type ListenerPlan, listenersFor } from '../listeners.js'
import type { LiveView } from '../live-view.js'
import { addLoadOptions, type LoadOptions } from '../options.js'
import {
  type Headcount,
  refuseGiven,
  refuseIgnored,
  requireDescriptors,
  requireWritable,
} from '../preflight.js'
import { loadPhase } from '../report/load-phase.js'
import { publish } from '../report/publish.js'
import type { ChurnPlan, Loop } from '../requests.js'
import { withServer } from '../resources.js'
import type { Server } from '../server.js'
import { targetByName } from '../targets/by-name.js'
import { MAX_TEXT_BYTES } from '../targets/target.js'
import type { TopologyPlan } from '../topology.js'

export interface LoadScenario<Options extends LoadOptions = LoadOptions> {
  name: string
  description: string
  defaults: Partial<LoadOptions>
  addOptions(command: Command): Command
  cast(options: Options): Cast
}

/** Who is there and what they do. */
export interface Cast {
  topology: TopologyPlan
  churn?: ChurnPlan
  trickleBytesPerSecond?: number
  /** The load when no option names one. */
  otherwise: Loop
  /** In a few words, for the top of a report. */
  words: string
}

export function addLoadScenario<Options extends LoadOptions>(
  program: Command,
  scenario: LoadScenario<Options>,
): void {
  const command = program.command(scenario.name).description(scenario.description)
  scenario
    .addOptions(addLoadOptions(command, scenario.defaults))
    .action(async (options: Options, given: Command) => {
      const cast = scenario.cast(options)
      requireFeasible(cast, options)
      refuseIgnored(given, options)
      refuseUnused(given, cast, options)
      requireDescriptors(headcountOf(cast), options)
      requireWritable(options)
      await withServer(options, cast.topology.rooms, async (server, view) => {
        const results = await runScenario(scenario, server, options, view)
        const phases = results.map((result) => loadPhase(result, options.payload.length > 1))
        publish(
          { scenario: scenario.name, server: server.label, crowd: cast.words, phases },
          options,
          results,
        )
      })
    })
}

/** Options of what this load does not have. */
function refuseUnused(given: Command, { churn, topology, otherwise }: Cast, options: LoadOptions): void {
  const open = loopsOf(options, otherwise).filter((loop) => loop.kind === 'open')
  if (open.length === 0) refuseGiven(given, ['arrivals'], 'only for open loops, and no --rate is given')
  if (churn === undefined && !open.some(({ arrivals }) => arrivals === 'poisson'))
    refuseGiven(given, ['seed'], 'nothing is at random here')
  if (topology.trickling === 0) refuseGiven(given, ['trickleRate'], 'nobody trickles')
  if (targetByName(options.target).direct === undefined)
    refuseGiven(given, ['direct'], `${options.target} has no direct messages`)
}

function headcountOf({ topology, churn }: Cast): Headcount {
  const { clients, roomSenders, directSenders } = topology
  // Somebody who comes is there a moment before and after.
  const visitors = churn === undefined ? 0 : Math.ceil(churn.perSecond * (churn.staySeconds + 1))
  return { clients, speaking: Math.max(roomSenders, directSenders), visitors }
}

/** @throws RangeError for what the protocol does not have */
function requireFeasible({ topology }: Cast, { target: name, payload }: LoadOptions): void {
  const target = targetByName(name)
  if (topology.rooms > 1 && target.rooms === undefined) {
    throw new RangeError(`${name} has one room only: this scenario needs several`)
  }
  if (topology.directSenders > 0 && target.direct === undefined) {
    throw new RangeError(`${name} has no direct messages: this scenario needs them`)
  }
  const { maxTextBytes = MAX_TEXT_BYTES } = target
  const tooLong = payload.find((bytes) => bytes > maxTextBytes)
  if (tooLong !== undefined)
    throw new RangeError(
      `--payload ${tooLong}: expected no more than ${maxTextBytes}, the longest text of ${name}`,
    )
}

/** A scenario's options as its command line would give them. @throws CommanderError for what is no such option */
export function scenarioOptions<Options extends LoadOptions>(
  scenario: LoadScenario<Options>,
  words: readonly string[],
): Options {
  const command = new Command(scenario.name).exitOverride().configureOutput({ writeErr: () => {} })
  scenario.addOptions(addLoadOptions(command, scenario.defaults)).parse(words, { from: 'user' })
  return command.opts()
}

/** Everything that the options ask for, on a server that is there. */
export async function runScenario<Options extends LoadOptions>(
  scenario: LoadScenario<Options>,
  server: Server,
  options: Options,
  view: LiveView,
): Promise<CrowdLoadResult[]> {
  const cast = scenario.cast(options)
  requireFeasible(cast, options)
  const { topology, churn = null, trickleBytesPerSecond = 0, otherwise } = cast
  const loops = loopsOf(options, otherwise)
  const results: CrowdLoadResult[] = []
  for (const payloadBytes of options.payload) {
    const plan = { topology, payloadBytes, loops, churn, trickleBytesPerSecond }
    results.push(...(await runCrowd(server, options, plan, view)))
  }
  return results
}

/** What the server has to listen for. */
export function listenersOf({ topology }: Cast, { target }: LoadOptions): ListenerPlan[] {
  return listenersFor(targetByName(target), topology.rooms)
}
