/** Puts together what operators get to see and to do, of the parts of one relay. */

import type { Hono } from 'hono'
import { VERSION } from '../version.js'
import { Actions } from './admin/actions.js'
import { AdminServer, type AdminSources, adminRoutes } from './admin/admin-server.js'
import { Banning } from './admin/banning.js'
import { Busiest } from './admin/busiest.js'
import { DrainProgress } from './admin/drain-progress.js'
import { Looks } from './admin/looks.js'
import type { Clock } from './admin/people.js'
import type { Program } from './admin/program.js'
import type { Assembly } from './assembly.js'
import type { Config } from './config/settings.js'
import type { HistoryStore } from './history/store.js'
import type { Moderation } from './moderation.js'
import type { Records } from './records.js'

export interface AdminParts {
  readonly config: Config
  readonly parts: Assembly
  readonly records: Records
  readonly history: Pick<HistoryStore, 'search'> | null
  readonly moderation: Moderation
  readonly program: Program & Required<Pick<Program, 'drain'>>
  /** `ready`, or in a word why not. */
  readonly state: () => string
}

/** @throws the system's error when there can be no socket at `path`, as `SocketFile.listen` */
export function openAdmin(path: string, relay: AdminParts): Promise<AdminServer> {
  return AdminServer.open(path, sourcesOf(relay))
}

/** What answers at the admin socket, without one. */
export function operatorsOf(relay: AdminParts): Hono {
  const sources = sourcesOf(relay)
  return adminRoutes(sources, new DrainProgress(sources.draining))
}

function sourcesOf(relay: AdminParts): AdminSources {
  const { config, parts, records, history, moderation, program, state } = relay
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
  return {
    looks,
    busiest: new Busiest(() => hub.rooms.all(), connections, clock),
    actions: new Actions(hub, moderation, records, program),
    banning: new Banning({
      bans: parts.gate.bans,
      connections,
      moderation,
      records,
      backplane: parts.backplane,
      now: Date.now,
    }),
    history,
    draining: () => ({ state: state(), connections: connections.size }),
    failed: (error) => records.adminFailed(error),
  }
}
