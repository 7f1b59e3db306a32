/** The options that every scenario shares, and the server and fleet that they ask for. */

import { availableParallelism } from 'node:os'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { Fleet, MAX_CLIENTS_PER_PROCESS } from './fleet.js'
import type { Arrivals } from './generator/open-loop.js'
import { type LiveView, liveView } from './live-view.js'
import {
  attachedServer,
  type ListenerPlan,
  SERVER_KINDS,
  type Server,
  type ServerKind,
  spawnServer,
} from './server.js'
import { STAMP_BYTES } from './stamp.js'
import { TARGET_NAMES } from './targets/by-name.js'

export interface SharedOptions {
  target: string
  host: string
  port: number
  pid?: number
  metrics?: string
  spawn?: ServerKind
  serverArg: string[]
  pinServer?: number
  pinLoad?: number
  processes?: number
  sourceAddresses: number
  bind: string[]
  joining: number
  loadNodeArg: string[]
  sample: number
  json?: string
  html?: string
  svg?: string
  quiet?: boolean
}

/** Of the scenarios in which somebody speaks. */
export interface LoadOptions extends SharedOptions {
  payload: number[]
  inFlight: number[]
  rate: number[]
  arrivals: Arrivals
  seed: number
  warmUp: number
  seconds: number
}

/** @param sampleSeconds between two points in the charts, unless told otherwise */
export function addSharedOptions(command: Command, sampleSeconds = 1): Command {
  return command
    .addOption(new Option('--target <name>', 'protocol').choices(TARGET_NAMES).default('framed'))
    .option('--host <address>', 'server to attach to', '127.0.0.1')
    .option('--port <port>', 'its port', wholeNumber, 9000)
    .option('--pid <pid>', 'its process, for CPU and memory', wholeNumber)
    .option('--metrics <url>', 'its Prometheus endpoint, for its queues')
    .addOption(
      new Option('--spawn <server>', 'start this server instead, on free ports').choices(SERVER_KINDS),
    )
    .option('--server-arg <argument>', 'a further argument for it (repeatable)', collect, [])
    .option('--pin-server <cpu>', 'keep the started server on this core (taskset)', core)
    .option('--pin-load <cpu>', 'keep the generator on this core (taskset)', core)
    .option('--processes <count>', 'generator processes (default: one per 6,000 clients)', positiveWhole)
    .option('--source-addresses <count>', 'addresses to connect from, on loopback', positiveWhole, 8)
    .option('--bind <address>', 'an address to connect from (repeatable), instead', collect, [])
    .option('--joining <count>', 'clients on their way in at once, per process', positiveWhole, 100)
    .option('--load-node-arg <argument>', 'an argument for the generator’s node (repeatable)', collect, [])
    .option('--sample <seconds>', 'between two points in the charts', positiveNumber, sampleSeconds)
    .option('--json <file>', 'write the results there, with all that it takes to repeat them')
    .option('--html <file>', 'write a page with charts there')
    .option('--svg <directory>', 'write the charts there')
    .option('--quiet', 'nothing on the terminal while it runs')
}

/** @param defaults of the scenario: what it is without any option */
export function addLoadOptions(command: Command, defaults: Partial<LoadOptions>): Command {
  const arrivals = new Option('--arrivals <how>', 'of an open loop').choices(['even', 'poisson'])
  return addSharedOptions(command)
    .option(
      '--in-flight <counts>',
      'closed loops, one after the other: messages in flight',
      positiveWholes,
      [],
    )
    .option('--rate <rates>', 'open loops, one after the other: messages a second', positiveWholes, [])
    .option(
      '--payload <bytes>',
      `sizes of a text, one after the other, ${STAMP_BYTES} or more`,
      payloads,
      defaults.payload ?? [64],
    )
    .addOption(arrivals.default(defaults.arrivals ?? 'even'))
    .option('--seed <number>', 'of everything that is at random', wholeNumber, 1)
    .option('--warm-up <seconds>', 'before each measured window', positiveNumber, defaults.warmUp ?? 1)
    .option('--seconds <seconds>', 'of each measured window', positiveNumber, defaults.seconds ?? 5)
}

/** The same options, with closed loops of `inFlight` where no load is named. */
export function loadsDefault<Options extends LoadOptions>(options: Options, inFlight: number[]): Options {
  return options.inFlight.length + options.rate.length > 0 ? options : { ...options, inFlight }
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

export function positiveWhole(text: string): number {
  const value = wholeNumber(text)
  if (value === 0) throw new InvalidArgumentError('a whole number above 0 is expected')
  return value
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < 1e9)) throw new InvalidArgumentError('a number above 0 is expected')
  return value
}

export function positiveWholes(text: string): number[] {
  return text.split(',').map(positiveWhole)
}

function payloads(text: string): number[] {
  const sizes = text.split(',').map(wholeNumber)
  if (sizes.some((bytes) => bytes < STAMP_BYTES || bytes > MAX_PAYLOAD_BYTES)) {
    throw new InvalidArgumentError(`sizes from ${STAMP_BYTES} to ${MAX_PAYLOAD_BYTES} are expected`)
  }
  return sizes
}

/** What fits one frame together with any name of the load's. */
const MAX_PAYLOAD_BYTES = 65_000

function core(text: string): number {
  const cpu = wholeNumber(text)
  if (cpu >= availableParallelism()) throw new InvalidArgumentError('there is no such core')
  return cpu
}

/** Has `work` done on the server that the options name or start, which is stopped again. */
export async function withServer(
  options: SharedOptions,
  work: (server: Server, view: LiveView) => Promise<void>,
  listeners?: readonly ListenerPlan[],
): Promise<void> {
  const server = await serverFor(options, listeners)
  try {
    await work(server, liveView(process.stdout, options.quiet === true))
  } finally {
    await server.stop()
  }
}

/** @param listeners what the load needs of the server */
async function serverFor(options: SharedOptions, listeners?: readonly ListenerPlan[]): Promise<Server> {
  const { host, port, pid = null, metrics = null, spawn } = options
  if (spawn === undefined) {
    return attachedServer({ host, port, pid, metricsUrl: metrics, ports: listeners?.length ?? 1 })
  }
  return await spawnServer({
    kind: spawn,
    cpu: options.pinServer ?? null,
    arguments: options.serverArg,
    ...(listeners === undefined ? {} : { listeners }),
  })
}

export function fleetFor(options: SharedOptions, clients: number): Fleet {
  return new Fleet({
    processes: options.processes ?? Math.max(1, Math.ceil(clients / MAX_CLIENTS_PER_PROCESS)),
    cpu: options.pinLoad ?? null,
    nodeArguments: options.loadNodeArg,
  })
}

/** 127.1.0.1 and on, for a server on 127.x.y.z: each address has its own 28,000 ephemeral ports. */
export function sourceAddressesFor(server: Server, options: SharedOptions): string[] {
  if (options.bind.length > 0) return options.bind
  if (!server.host.startsWith('127.')) return []
  return Array.from(
    { length: options.sourceAddresses },
    (_, index) => `127.1.${(index / 250) | 0}.${1 + (index % 250)}`,
  )
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value]
}
