/**
 * What the scenarios have in common in which somebody speaks: a crowd for each size of text, one load after the
 * other on it, one report. A scenario says who is there and what they do.
 */

import { Command } from 'commander'
import { type CrowdLoadResult, loopsOf, runCrowd } from '../crowd.js'
import { roomNameOf } from '../generator/crowd.js'
import type { LiveView } from '../live-view.js'
import { addLoadOptions, type LoadOptions, withServer } from '../options.js'
import { loadPhase } from '../report/load-phase.js'
import { publish } from '../report/publish.js'
import type { ChurnPlan, Loop } from '../requests.js'
import type { ListenerPlan, Server } from '../server.js'
import { targetByName } from '../targets/by-name.js'
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
  scenario.addOptions(addLoadOptions(command, scenario.defaults)).action((options: Options) => {
    const cast = scenario.cast(options)
    const load = async (server: Server, view: LiveView) => {
      const results = await runScenario(scenario, server, options, view)
      const phases = results.map((result) => loadPhase(result, options.payload.length > 1))
      publish({ scenario: scenario.name, server: server.label, crowd: cast.words, phases }, options, results)
    }
    return withServer(options, load, listenersOf(cast, options))
  })
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
  const { topology, churn = null, trickleBytesPerSecond = 0, otherwise } = scenario.cast(options)
  const target = targetByName(options.target)
  if (topology.rooms > 1 && target.rooms === undefined) {
    throw new RangeError(`${target.name} has one room only: this scenario needs several`)
  }
  if (topology.directSenders > 0 && target.direct === undefined) {
    throw new RangeError(`${target.name} has no direct messages: this scenario needs them`)
  }
  const loops = loopsOf(options, otherwise)
  const results: CrowdLoadResult[] = []
  for (const payloadBytes of options.payload) {
    const plan = { topology, payloadBytes, loops, churn, trickleBytesPerSecond }
    results.push(...(await runCrowd(server, options, plan, view)))
  }
  return results
}

/** What the server has to listen for: one listener each for dialects and rooms that are told apart by it. */
export function listenersOf({ topology }: Cast, { target }: LoadOptions): ListenerPlan[] {
  const { name, mixture, dialect = name, rooms } = targetByName(target)
  if (mixture !== undefined) return mixture.map((one) => ({ dialect: one.dialect ?? one.name }))
  if (topology.rooms === 1 || rooms !== 'listeners') return [{ dialect }]
  return Array.from({ length: topology.rooms }, (_, room) => ({ dialect, room: roomNameOf(room) }))
}
