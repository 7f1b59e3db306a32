/** Puts together what operators get to see and to do, of the parts of one relay. */

import { VERSION } from '../version.js'
import { Actions } from './admin/actions.js'
import { AdminServer } from './admin/admin-server.js'
import { Banning } from './admin/banning.js'
import { Busiest } from './admin/busiest.js'
import { Looks } from './admin/looks.js'
import type { Clock } from './admin/people.js'
import type { Program } from './admin/program.js'
import type { Assembly } from './assembly.js'
import type { Config } from './config/settings.js'
import type { Moderation } from './moderation.js'
import type { Records } from './records.js'

export interface AdminParts {
  readonly config: Config
  readonly parts: Assembly
  readonly records: Records
  readonly moderation: Moderation
  readonly program: Program & Required<Pick<Program, 'drain'>>
  /** `ready`, or in a word why not. */
  readonly state: () => string
}

/** @throws the system's error when there can be no socket at `path`, as `SocketFile.listen` */
export function openAdmin(path: string, relay: AdminParts): Promise<AdminServer> {
  const { config, parts, records, moderation, program, state } = relay
  const { hub, flusher, pool, pressure, input, stats, transports, connections, fanout } = parts
  const clock: Clock = { wall: Date.now, monotonic: () => performance.now() }
  const looks = new Looks(hub, {
    version: VERSION,
    clock,
    state,
    fanoutWay: fanout.name,
    maxConnections: () => parts.gate.maxConnections,
    retainedLimitBytes: config.retainedLimitBytes,
    connections: stats,
    transports,
    fanout: flusher.stats,
    pressure,
    tally: records.tally,
    people: () => hub.sessionCount,
    rooms: () => hub.rooms.size,
    queuedBytes: () => {
      let total = 0
      for (const { outbox } of connections) total += outbox.queuedBytes
      return total
    },
    retainedBytes: () => pool.retainedBytes,
    heldInputBytes: () => input.bytes,
    logLinesLost: () => records.linesLost,
  })
  return AdminServer.open(path, {
    looks,
    busiest: new Busiest(() => hub.rooms.all(), connections, clock),
    actions: new Actions(hub, moderation, records, program),
    banning: new Banning({ bans: parts.gate.bans, connections, moderation, records, now: Date.now }),
    draining: () => ({ state: state(), connections: connections.size }),
    failed: (error) => records.adminFailed(error),
  })
}
