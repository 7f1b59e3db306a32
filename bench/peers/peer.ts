/** What a server has to offer to be measured next to the relay: how it is started, and what it is. */

import type { Server } from '../load/server.js'
import type { Launched } from '../load/server-process.js'

export interface Peer {
  /** On the command line, and in every table. */
  readonly name: string
  /** The protocol that the load speaks with it, a name in `load/targets/by-name.ts`. */
  readonly target: string
  /** What it is and how it was set up, in a line. */
  readonly description: string

  /** How many may be on their way in at once, where it takes connections from a short queue. */
  readonly joiningAtOnce?: number
  /** The largest crowd that it can let in within a minute or two; it gets no larger one. */
  readonly maxClients?: number
  /** Whether it knows no rooms, although its protocol does: it gets no crowd of several. */
  readonly oneRoom?: boolean

  /** @returns its version, or why it cannot be measured here */
  probe(): Availability
  /**
   * Starts it, ready to take connections.
   * @param cpu the core to keep it on; null to let it roam
   * @param rooms how many it has to have, where it does not make them as they are asked for
   */
  start(cpu: number | null, rooms: number): Promise<Server>
}

export type Availability = { version: string } | { missing: string }

export function isAvailable(availability: Availability): availability is { version: string } {
  return 'version' in availability
}

/** A launched process as a server of the load. */
export function serverOf(label: string, { host, ports, pid, stop }: Launched): Server {
  return { label, host, port: ports[0] as number, ports, metricsUrl: null, pid, stop }
}
