/**
 * Idle memory: what a connection that has joined and does nothing costs the server, as the growth of its
 * resident memory. Some clients come and go first, so that what the server loads once is not counted.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import {
  addSharedOptions,
  fleetFor,
  positiveNumber,
  type SharedOptions,
  serverFor,
  wholeNumber,
} from '../options.js'
import { readProcessUsage } from '../proc-stat.js'
import { count, table, writeJson } from '../report.js'
import type { Server } from '../server.js'
import { joinCrowd } from './fanout.js'

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
}

const PAYLOAD_BYTES = 64

export function addIdleCommand(program: Command): void {
  addSharedOptions(program.command('idle').description('what a joined, silent connection costs in memory'))
    .option('--clients <count>', 'clients that join and stay silent', wholeNumber, 1000)
    .option('--warm-up-clients <count>', 'clients that join and leave first', wholeNumber, 200)
    .option('--settle <seconds>', 'to wait before each reading', positiveNumber, 5)
    .action(async (options: IdleOptions) => {
      const server = await serverFor(options)
      try {
        const result = await idle(server, options)
        console.log(idleTable(server, result))
        if (options.json !== undefined) {
          writeJson(options.json, { scenario: 'idle', server: server.label, options, result })
        }
      } finally {
        await server.stop()
      }
    })
}

export async function idle(server: Server, options: IdleOptions): Promise<IdleResult> {
  const { pid } = server
  if (pid === null) throw new Error('idle memory needs the server’s process: --pid or --spawn')
  if (options.warmUpClients > 0) await withCrowd(server, options, options.warmUpClients, async () => {})
  await sleep(options.settle * 1000)
  const before = usageOf(pid)
  return await withCrowd(server, options, options.clients, async () => {
    await sleep(options.settle * 1000)
    const settled = usageOf(pid)
    await sleep(options.settle * 1000)
    const after = usageOf(pid)
    return {
      clients: options.clients,
      rssBytesBefore: before.rssBytes,
      rssBytesAfter: after.rssBytes,
      rssBytesPerConnection: (after.rssBytes - before.rssBytes) / options.clients,
      idleCpuShare: (after.cpuSeconds - settled.cpuSeconds) / options.settle,
    }
  })
}

async function withCrowd<Result>(
  server: Server,
  options: IdleOptions,
  clients: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const fleet = fleetFor(options, clients)
  try {
    await joinCrowd(fleet, server, options, clients, 1, PAYLOAD_BYTES)
    const result = await work()
    return result
  } finally {
    await fleet.end()
  }
}

function usageOf(pid: number) {
  const usage = readProcessUsage(pid)
  if (usage === null) throw new Error(`there is no process ${pid}`)
  return usage
}

function idleTable(server: Server, result: IdleResult): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
  return table(
    ['server', 'connections', 'RSS before MiB', 'RSS after MiB', 'KiB/connection', 'idle CPU'],
    [
      [
        server.label,
        count(result.clients),
        mebibytes(result.rssBytesBefore),
        mebibytes(result.rssBytesAfter),
        (result.rssBytesPerConnection / 1024).toFixed(2),
        `${(result.idleCpuShare * 100).toFixed(1)}%`,
      ],
    ],
  )
}
