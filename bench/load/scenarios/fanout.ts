/**
 * Fan-out: one room, some who speak, everyone listens. Any number of loads one after the other on the same
 * crowd, each open (at a rate) or closed (so many messages in flight).
 */

import type { Command } from 'commander'
import { Option } from 'commander'
import { type Fleet, MAX_CLIENTS_PER_PROCESS } from '../fleet.js'
import type { Arrivals } from '../generator/open-loop.js'
import { type LoadResult, measureLoad } from '../measure.js'
import {
  addSharedOptions,
  fleetFor,
  positiveNumber,
  type SharedOptions,
  serverFor,
  sourceAddressesFor,
  wholeNumber,
  wholeNumbers,
} from '../options.js'
import { isClean, loadTable, writeJson } from '../report.js'
import type { Loop } from '../requests.js'
import type { Server } from '../server.js'
import { MAX_SENDERS, STAMP_BYTES } from '../stamp.js'

export interface FanoutOptions extends SharedOptions {
  senders: number
  receivers: number
  payload: number
  inFlight: number[]
  rate: number[]
  arrivals: Arrivals
  seed: number
  warmUp: number
  seconds: number
}

const JOIN_QUIET_MS = 500
const JOIN_SETTLE_MS = 60_000

export function addFanoutCommand(program: Command): void {
  addFanoutOptions(program.command('fanout').description('some speak in one room, everyone listens'))
    .option('--in-flight <counts>', 'closed loops, one after the other: messages in flight', wholeNumbers, [])
    .option('--rate <rates>', 'open loops, one after the other: messages a second', wholeNumbers, [])
    .action(async (options: FanoutOptions) => {
      const server = await serverFor(options)
      try {
        const results = await fanout(server, options)
        console.log(`${server.label}: ${crowdWords(options)}`)
        console.log(loadTable(results))
        if (options.json !== undefined) {
          writeJson(options.json, { scenario: 'fanout', server: server.label, options, results })
        }
        if (!results.every(({ account }) => isClean(account))) process.exitCode = 1
      } finally {
        await server.stop()
      }
    })
}

export function addFanoutOptions(command: Command): Command {
  return addSharedOptions(command)
    .option('--senders <count>', 'clients that speak', wholeNumber, 1)
    .option('--receivers <count>', 'clients that only listen', wholeNumber, 1000)
    .option('--payload <bytes>', `size of a text, ${STAMP_BYTES} or more`, wholeNumber, 64)
    .addOption(new Option('--arrivals <how>', 'of an open loop').choices(['even', 'poisson']).default('even'))
    .option('--seed <number>', 'of the poisson arrivals', wholeNumber, 1)
    .option('--warm-up <seconds>', 'before each measured window', positiveNumber, 1)
    .option('--seconds <seconds>', 'of each measured window', positiveNumber, 5)
}

export function crowdWords({ senders, receivers, payload }: FanoutOptions): string {
  return `${senders} speaking, ${receivers} listening, ${payload} bytes`
}

/** Puts the crowd on the server, measures each load, and takes the crowd away again. */
export async function fanout(server: Server, options: FanoutOptions): Promise<LoadResult[]> {
  const clients = options.senders + options.receivers
  if (options.senders < 1 || options.senders > Math.min(MAX_SENDERS, MAX_CLIENTS_PER_PROCESS)) {
    throw new RangeError(`senders must be 1 to ${MAX_CLIENTS_PER_PROCESS}`)
  }
  const fleet = fleetFor(options, clients)
  try {
    await joinCrowd(fleet, server, options, clients, options.senders, options.payload)
    const sent: number[] = new Array(options.senders).fill(0)
    const results: LoadResult[] = []
    for (const loop of loopsOf(options)) {
      const times = { warmUpSeconds: options.warmUp, seconds: options.seconds }
      results.push(await measureLoad(fleet, loop, times, sent))
    }
    return results
  } finally {
    await fleet.end()
  }
}

/** Brings everyone in and waits until the announcements of that are over. @throws Error when somebody fails */
export async function joinCrowd(
  fleet: Fleet,
  server: Server,
  options: SharedOptions,
  clients: number,
  senders: number,
  payloadBytes: number,
): Promise<void> {
  const answers = await fleet.join({
    target: options.target,
    host: server.host,
    port: server.port,
    payloadBytes,
    clients,
    senders,
    sourceAddresses: sourceAddressesFor(server, options.sourceAddresses),
    joining: options.joining,
    serverPid: server.pid,
  })
  const failures = answers.flatMap((answer) => Object.entries(answer.failures))
  if (failures.length > 0) {
    throw new Error(
      `not everyone could join: ${failures.map(([reason, n]) => `${reason} (${n})`).join(', ')}`,
    )
  }
  await fleet.askAll<'settle'>({ do: 'settle', quietMs: JOIN_QUIET_MS, deadlineMs: JOIN_SETTLE_MS })
}

function loopsOf({ inFlight, rate, arrivals, seed }: FanoutOptions): Loop[] {
  const closed: Loop[] = inFlight.map((count) => ({ kind: 'closed', inFlight: count }))
  const open: Loop[] = rate.map((perSecond) => ({ kind: 'open', perSecond, arrivals, seed }))
  const loops = [...closed, ...open]
  return loops.length > 0 ? loops : [{ kind: 'closed', inFlight: 16 }]
}
