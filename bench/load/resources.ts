/** The server and the generator processes that the options of a scenario name or start. */

import { Fleet, MAX_CLIENTS_PER_PROCESS } from './fleet.js'
import { listenersFor, placeWords, portsOf } from './listeners.js'
import { type LiveView, liveView } from './live-view.js'
import type { SharedOptions } from './options.js'
import { attachedServer, type Server, spawnServer } from './server.js'
import { targetByName } from './targets/by-name.js'

/**
 * Has `work` done on the server that the options name or start, which is stopped again.
 * @param rooms how many the load needs
 */
export async function withServer(
  options: SharedOptions,
  rooms: number,
  work: (server: Server, view: LiveView) => Promise<void>,
): Promise<void> {
  const server = await serverFor(options, rooms)
  try {
    const quiet = options.quiet === true
    if (!quiet && options.spawn === undefined && server.ports.length > 1) console.log(server.label)
    await work(server, liveView(process.stdout, quiet))
  } finally {
    await server.stop()
  }
}

async function serverFor(options: SharedOptions, rooms: number): Promise<Server> {
  const { host, pid = null, metrics = null, spawn } = options
  const target = targetByName(options.target)
  if (spawn === undefined) {
    const ports = portsOf(target, rooms, options.port)
    return attachedServer({ label: placeWords(target, host, ports), host, ports, pid, metricsUrl: metrics })
  }
  return await spawnServer({
    kind: spawn,
    cpu: options.pinServer ?? null,
    arguments: options.serverArg,
    listeners: listenersFor(target, rooms),
  })
}

export function processesFor(options: SharedOptions, clients: number): number {
  return options.processes ?? Math.max(1, Math.ceil(clients / MAX_CLIENTS_PER_PROCESS))
}

export function fleetFor(options: SharedOptions, clients: number): Fleet {
  return new Fleet({
    processes: processesFor(options, clients),
    cpu: options.pinLoad ?? null,
    nodeArguments: options.loadNodeArg,
  })
}

/** 127.1.0.1 and on, for a server on 127.x.y.z: each address has its own 28,000 ephemeral ports. */
export function sourceAddressesFor(server: Server, options: SharedOptions): string[] {
  if (options.bind.length > 0) return options.bind
  if (!isLoopback(server.host)) return []
  return Array.from(
    { length: options.sourceAddresses },
    (_, index) => `127.1.${(index / 250) | 0}.${1 + (index % 250)}`,
  )
}

export function isLoopback(host: string): boolean {
  return host.startsWith('127.')
}
