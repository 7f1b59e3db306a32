/**
 * Who the clients are: everything that follows from a client's number, the same in the parent and in every generator
 * process. Clients of the five dialects take turns, then the nodes do.
 *
 *     client    0       1         2         3           4       5 …
 *     dialect   framed  chatroom  json-irc  chatmaster  sendto  framed …
 *     node      0       0         0         0           0       1 …
 */

import { SCALE_DIALECTS, type ScaleDialect } from './dialects.js'

/** What a generator process opens besides its clients, and a node besides its connections. */
export const GENERATOR_RESERVE = 256
export const NODE_RESERVE = 512

/** One address has 28,000 ports to connect from to each port; no more than half of them are to be taken. */
const CLIENTS_PER_ADDRESS = 10_000

export interface ScalePlan {
  readonly clients: number
  readonly host: string
  /** By node, then by dialect in the order of `SCALE_DIALECTS`. */
  readonly ports: readonly (readonly number[])[]
}

/** Clients `first` up to `first + clients`. */
export interface Range {
  readonly first: number
  readonly clients: number
}

export function dialectOf(client: number): ScaleDialect {
  return SCALE_DIALECTS[client % SCALE_DIALECTS.length] as ScaleDialect
}

export function nodeOf(client: number, nodes: number): number {
  return Math.floor(client / SCALE_DIALECTS.length) % nodes
}

/** ASCII letters and digits, as the narrowest dialect wants them. */
export function nameOf(client: number): string {
  return `client${client}`
}

export function portOf({ ports }: ScalePlan, client: number): number {
  const port = ports[nodeOf(client, ports.length)]?.[client % SCALE_DIALECTS.length]
  if (port === undefined) throw new RangeError(`client ${client}: no port for ${dialectOf(client).name}`)
  return port
}

/** 127.1.0.1 and on. */
export function sourceAddressOf(client: number, clients: number): string {
  const addresses = Math.max(1, Math.ceil(clients / CLIENTS_PER_ADDRESS))
  return `127.1.0.${1 + (client % addresses)}`
}

/** As even as it goes. */
export function rangesOf(clients: number, processes: number): Range[] {
  return Array.from({ length: processes }, (_, index) => {
    const first = Math.floor((clients * index) / processes)
    return { first, clients: Math.floor((clients * (index + 1)) / processes) - first }
  })
}

/** How many generator processes it takes when each may open `openFiles`. */
export function processesFor(clients: number, openFiles: number): number {
  return Math.max(1, Math.ceil(clients / (openFiles - GENERATOR_RESERVE)))
}

/**
 * @param relayProcesses nodes or workers among which connections are divided
 * @throws Error where descriptors would not do
 */
export function requireNodes(clients: number, relayProcesses: number, openFiles: number): void {
  const wanted = Math.ceil(clients / (openFiles - NODE_RESERVE))
  if (relayProcesses >= wanted) return
  throw new Error(
    `--clients ${clients}: ${relayProcesses} relay processes of ${openFiles} file descriptors each cannot hold them: expected --workers ${wanted} or more`,
  )
}

/** Who gets what one of them says to all: whoever is in the room, or, from outside of it, everybody else there. */
export function isMeant(client: number, speaker: number): boolean {
  return client !== speaker && dialectOf(client).isInRoom === dialectOf(speaker).isInRoom
}

/** How many clients of a range get what `speaker` says. */
export function meantIn({ first, clients }: Range, speaker: number): number {
  let meant = 0
  for (let client = first; client < first + clients; client++) if (isMeant(client, speaker)) meant++
  return meant
}
