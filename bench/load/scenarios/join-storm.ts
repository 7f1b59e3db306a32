/**
 * Everybody comes at once and everybody hears of everybody: how long until all are in, and until all of the
 * N·(N+1)/2 announcements are there. A server may put several into one line; they are counted as what they say.
 */

import { Command } from 'commander'
import type { LiveView } from '../live-view.js'
import { notesOn, serverUseOf } from '../measure.js'
import { addSharedOptions, failIfOption, positiveWhole, type SharedOptions } from '../options.js'
import { curveOf, mergeHistograms, type Percentiles, percentilesOf } from '../percentiles.js'
import { refuseGiven, refuseIgnored, requireDescriptors, requireWritable } from '../preflight.js'
import type { Moment, ProcessShare, Recorder } from '../recorder.js'
import { fact, serverFacts } from '../report/load-phase.js'
import type { Phase } from '../report/phase.js'
import { publish } from '../report/publish.js'
import { count, milliseconds } from '../report/words.js'
import { withServer } from '../resources.js'
import type { Server } from '../server.js'
import { targetByName } from '../targets/by-name.js'
import { THRESHOLD_HELP } from '../thresholds.js'
import { withSilentCrowd } from './silent-crowd.js'

export interface JoinStormOptions extends SharedOptions {
  clients: number
}

export interface JoinStormResult {
  clients: number
  allInSeconds: number
  joinTimeUs: Percentiles
  joinCurve: ReturnType<typeof curveOf>
  /** Null where the protocol announces nobody. */
  announcements: { expected: number; heard: number; allHeardSeconds: number } | null
  server: ReturnType<typeof serverUseOf>
  processes: ProcessShare[]
  moments: Moment[]
  notes: string[]
}

/** A storm is over in seconds. */
const SAMPLE_SECONDS = 0.1

export function addJoinStormCommand(program: Command): void {
  addJoinStormOptions(program.command('join-storm'))
    .description('everybody comes at once')
    .action(async (options: JoinStormOptions, given: Command) => {
      const { clients, failIf = [] } = options
      refuseIgnored(given, options)
      refuseGiven(given, ['metrics'], 'nothing is queued where nobody speaks')
      refuseGiven(given, ['joining'], 'all of them come at once')
      const unmeasured = failIf.find(({ measure }) => measure.endsWith('/s'))
      if (unmeasured !== undefined)
        throw new Error(`--fail-if ${unmeasured.text}: expected a time to join, or wrong: nobody speaks`)
      requireDescriptors({ clients, speaking: 1, visitors: 0 }, options)
      requireWritable(options)
      await withServer(options, 1, async (server, view) => {
        const result = await joinStorm(server, options, view)
        const crowd = `${clients} clients come at once`
        const phases = [stormPhase(result)]
        publish({ scenario: 'join-storm', server: server.label, crowd, phases }, options, [result])
      })
    })
}

/** The options as the command line would give them. */
export function joinStormOptions(words: readonly string[]): JoinStormOptions {
  return addJoinStormOptions(new Command('join-storm').exitOverride()).parse(words, { from: 'user' }).opts()
}

function addJoinStormOptions(command: Command): Command {
  return addSharedOptions(command, SAMPLE_SECONDS)
    .option('--clients <count>', 'clients that come', positiveWhole, 1000)
    .addOption(failIfOption())
    .addHelpText('after', THRESHOLD_HELP)
}

export async function joinStorm(
  server: Server,
  options: JoinStormOptions,
  view: LiveView,
): Promise<JoinStormResult> {
  const { clients } = options
  const storm = { ...options, joining: clients }
  return withSilentCrowd(server, storm, clients, view, async (recorder, fleet) => {
    // For the sample of what came last.
    await fleet.askAll<'close-window'>({ do: 'close-window' })
    return resultOf(recorder, clients, targetByName(options.target).announces === true)
  })
}

function resultOf(recorder: Recorder, clients: number, announces: boolean): JoinStormResult {
  const totals = recorder.totals('joining')
  const joinTimes = mergeHistograms(recorder.encoded('joining', 'joinTime'))
  const joinTimeUs = percentilesOf(joinTimes)
  const server = serverUseOf(totals, totals.joinsHeard)
  const moments = recorder.moments(['joining'])
  const lastHeard = moments.findLast(({ joinsHeard }) => joinsHeard > 0)
  return {
    clients,
    allInSeconds: joinTimeUs.max / 1e6,
    joinTimeUs,
    joinCurve: curveOf(joinTimes),
    announcements: announces
      ? {
          expected: (clients * (clients + 1)) / 2,
          heard: totals.joinsHeard,
          allHeardSeconds: lastHeard?.seconds ?? 0,
        }
      : null,
    server,
    processes: recorder.shares('joining'),
    moments,
    notes: notesOn(totals, server, { busyShare: totals.busyShare, slipUs: null }),
  }
}

function stormPhase(result: JoinStormResult): Phase {
  const { announcements, joinTimeUs, server } = result
  const missing = announcements === null ? 0 : Math.max(0, announcements.expected - announcements.heard)
  const words =
    missing > 0 ? `ANNOUNCEMENTS WRONG: ${count(missing)} missing` : 'everyone was told of everyone who came'
  return {
    name: `${count(result.clients)} at once`,
    facts: [
      fact('all in after s', result.allInSeconds.toFixed(2)),
      fact('time to join p50 ms', milliseconds(joinTimeUs.p50)),
      fact('             p99', milliseconds(joinTimeUs.p99)),
      ...(announcements === null
        ? []
        : [
            fact('all announced after s', announcements.allHeardSeconds.toFixed(2)),
            fact('announcements', count(announcements.heard)),
            fact('  of', count(announcements.expected)),
          ]),
      ...serverFacts(server),
    ],
    notes: [announcements === null ? 'this protocol announces nobody' : words, ...result.notes],
    isClean: missing === 0,
    measured: { times: joinTimeUs, deliveriesPerSecond: null, messagesPerSecond: null, wrong: missing },
    moments: result.moments,
    curve: result.joinCurve,
    curveOf: 'time to join',
    processes: result.processes,
    gauges: [],
  }
}
