/** The options that scenarios share. What they ask for is in resources.ts, what cannot be had of it in preflight.ts. */

import { availableParallelism } from 'node:os'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Arrivals } from './generator/open-loop.js'
import { SERVER_KINDS, type ServerKind } from './server.js'
import { STAMP_BYTES } from './stamp.js'
import { TARGET_NAMES } from './targets/by-name.js'
import { MAX_TEXT_BYTES } from './targets/target.js'
import { THRESHOLD_HELP, type Threshold, threshold } from './thresholds.js'

export interface SharedOptions {
  target: string
  host: string
  /** One for each listener, or the first one's; by default where a relay has them. */
  port?: number[]
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
  failIf?: Threshold[]
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
    .option(
      '--port <ports>',
      'its port, or those of its listeners in order: for dialects framed, chatroom, json-irc, chatmaster; counted on from one port (default: those of a relay)',
      positiveWholes,
    )
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
    .addOption(failIfOption())
    .addHelpText('after', THRESHOLD_HELP)
    .option('--warm-up <seconds>', 'before each measured window', positiveNumber, defaults.warmUp ?? 1)
    .option('--seconds <seconds>', 'of each measured window', positiveNumber, defaults.seconds ?? 5)
}

/** For scenarios that measure what thresholds are about. */
export function failIfOption(): Option {
  return new Option(
    '--fail-if <threshold>',
    'exit code 3 where a load is so, such as p99>50ms, deliveries/s<100000 or wrong>0 (repeatable)',
  ).argParser(threshold)
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
  if (sizes.some((bytes) => bytes < STAMP_BYTES || bytes > MAX_TEXT_BYTES)) {
    throw new InvalidArgumentError(`sizes from ${STAMP_BYTES} to ${MAX_TEXT_BYTES} are expected`)
  }
  return sizes
}

function core(text: string): number {
  const cpu = wholeNumber(text)
  if (cpu >= availableParallelism()) throw new InvalidArgumentError('there is no such core')
  return cpu
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value]
}
