/** The options that every scenario shares, and the crowd and server that they ask for. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { Fleet, MAX_CLIENTS_PER_PROCESS } from './fleet.js'
import { attachedServer, SERVER_KINDS, type Server, type ServerKind, spawnServer } from './server.js'
import { TARGET_NAMES } from './targets/by-name.js'

export interface SharedOptions {
  target: string
  host: string
  port: number
  pid?: number
  spawn?: ServerKind
  serverArg: string[]
  pinServer?: number
  pinLoad?: number
  processes?: number
  sourceAddresses: number
  joining: number
  loadNodeArg: string[]
  json?: string
}

export function addSharedOptions(command: Command): Command {
  return command
    .addOption(new Option('--target <name>', 'protocol').choices(TARGET_NAMES).default('framed'))
    .option('--host <address>', 'server to attach to', '127.0.0.1')
    .option('--port <port>', 'its port', wholeNumber, 9000)
    .option('--pid <pid>', 'its process, for CPU and memory', wholeNumber)
    .addOption(
      new Option('--spawn <server>', 'start this server instead, on free ports').choices(SERVER_KINDS),
    )
    .option('--server-arg <argument>', 'a further argument for it (repeatable)', collect, [])
    .option('--pin-server <cpu>', 'keep the started server on this core (taskset)', wholeNumber)
    .option('--pin-load <cpu>', 'keep the generator on this core (taskset)', wholeNumber)
    .option('--processes <count>', 'generator processes (default: one per 6,000 clients)', wholeNumber)
    .option('--source-addresses <count>', 'addresses to connect from, on loopback', wholeNumber, 8)
    .option('--joining <count>', 'clients on their way in at once, per process', wholeNumber, 100)
    .option('--load-node-arg <argument>', 'an argument for the generator’s node (repeatable)', collect, [])
    .option('--json <file>', 'write the results there too')
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < 1e9)) throw new InvalidArgumentError('a number above 0 is expected')
  return value
}

export function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber)
}

export async function serverFor(options: SharedOptions): Promise<Server> {
  if (options.spawn === undefined) return attachedServer(options.host, options.port, options.pid ?? null)
  return await spawnServer({
    kind: options.spawn,
    cpu: options.pinServer ?? null,
    arguments: options.serverArg,
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
export function sourceAddressesFor(server: Server, count: number): string[] {
  if (!server.host.startsWith('127.')) return []
  return Array.from({ length: count }, (_, index) => `127.1.${(index / 250) | 0}.${1 + (index % 250)}`)
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value]
}
