/**
 * Idle memory: what a connection that has joined and does nothing costs the server, as the growth of its
 * resident memory. Some clients come and go first, so that what the server loads once is not counted.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { LiveView } from '../live-view.js'
import {
  addSharedOptions,
  positiveNumber,
  positiveWhole,
  type SharedOptions,
  wholeNumber,
} from '../options.js'
import { refuseGiven, refuseIgnored, requireDescriptors, requireWritable } from '../preflight.js'
import { readProcessUsage } from '../proc-stat.js'
import type { Moment } from '../recorder.js'
import { fact } from '../report/load-phase.js'
import type { Phase } from '../report/phase.js'
import { publish } from '../report/publish.js'
import { count, mebibytes } from '../report/words.js'
import { withServer } from '../resources.js'
import type { Server } from '../server.js'
import { withSilentCrowd } from './silent-crowd.js'

export interface IdleOptions extends SharedOptions {
  clients: number
  warmUpClients: number
  settle: number
}

export interface IdleResult {
  clients: number
  rssBytesBefore: number
  rssBytesAfter: number
  rssBytesPerConnection: number
  /** CPU of the server over the settled time at the end, with everyone there and nobody speaking. */
  idleCpuShare: number
  moments: Moment[]
}

const NEEDS_PROCESS = 'idle memory needs the server’s process: --pid or --spawn'

export function addIdleCommand(program: Command): void {
  addSharedOptions(program.command('idle').description('what a joined, silent connection costs in memory'))
    .option('--clients <count>', 'clients that join and stay silent', positiveWhole, 1000)
    .option('--warm-up-clients <count>', 'clients that join and leave first', wholeNumber, 200)
    .option('--settle <seconds>', 'to wait before each reading', positiveNumber, 5)
    .action(async (options: IdleOptions, given: Command) => {
      const { clients, pid, spawn } = options
      if (pid === undefined && spawn === undefined) throw new Error(NEEDS_PROCESS)
      refuseIgnored(given, options)
      refuseGiven(given, ['metrics'], 'nothing is queued where nobody speaks')
      requireDescriptors({ clients, speaking: 1, visitors: 0 }, options)
      requireWritable(options)
      await withServer(options, 1, async (server, view) => {
        const result = await idle(server, options, view)
        const crowd = `${clients} clients that say nothing`
        const phases = [idlePhase(result)]
        publish({ scenario: 'idle', server: server.label, crowd, phases }, options, [result])
      })
    })
}

export async function idle(server: Server, options: IdleOptions, view: LiveView): Promise<IdleResult> {
  const { pid } = server
  if (pid === null) throw new Error(NEEDS_PROCESS)
  const { clients, warmUpClients, settle } = options
  if (warmUpClients > 0) await withSilentCrowd(server, options, warmUpClients, view, async () => {})
  await sleep(settle * 1000)
  const before = usageOf(pid)
  return await withSilentCrowd(server, options, clients, view, async (recorder, fleet) => {
    await fleet.during(settle)
    const settled = usageOf(pid)
    await fleet.during(settle)
    const after = usageOf(pid)
    return {
      clients,
      rssBytesBefore: before.rssBytes,
      rssBytesAfter: after.rssBytes,
      rssBytesPerConnection: (after.rssBytes - before.rssBytes) / clients,
      idleCpuShare: (after.cpuSeconds - settled.cpuSeconds) / settle,
      moments: recorder.moments(['joining']),
    }
  })
}

function usageOf(pid: number) {
  const usage = readProcessUsage(pid)
  if (usage === null) throw new Error(`there is no process ${pid}`)
  return usage
}

export function idlePhase(result: IdleResult): Phase {
  const { rssBytesPerConnection } = result
  // Memory that was freed meanwhile is not the connections'.
  const isNoise = rssBytesPerConnection <= 0
  return {
    name: `${count(result.clients)} connections`,
    facts: [
      fact('KiB/connection', isNoise ? 'noise' : (rssBytesPerConnection / 1024).toFixed(2)),
      fact('server RSS before MiB', mebibytes(result.rssBytesBefore)),
      fact('server RSS after MiB', mebibytes(result.rssBytesAfter)),
      fact('idle CPU', `${(result.idleCpuShare * 100).toFixed(1)}%`),
    ],
    notes: isNoise
      ? [
          'the server has no more memory than before: so few connections are less than its noise; more --clients tell',
        ]
      : [],
    isClean: true,
    measured: { times: null, deliveriesPerSecond: null, messagesPerSecond: null, wrong: 0 },
    moments: result.moments,
    curve: [],
    curveOf: 'time to join',
    processes: [],
    gauges: [],
  }
}
