/** The relay as it is built, with its defaults: logs, metrics and limits on. Once as it is, once without native code. */

import { VERSION } from '../../../src/version.js'
import { roomNameOf } from '../../load/generator/crowd.js'
import type { ListenerPlan } from '../../load/listeners.js'
import { spawnServer } from '../../load/server.js'
import type { Peer } from '../peer.js'

export const parlancePeer: Peer = {
  name: 'parlance',
  target: 'framed',
  description: 'this relay with its defaults: chat log, metrics and limits on; native fan-out',
  probe: () => ({ version: VERSION }),
  start: (cpu, rooms) =>
    spawnServer({ kind: 'parlance', cpu, arguments: ['--fanout', 'native'], listeners: listenersFor(rooms) }),
}

export const portableParlancePeer: Peer = {
  ...parlancePeer,
  name: 'parlance-portable',
  description: 'the same without native code (`--fanout portable`)',
  start: (cpu, rooms) =>
    spawnServer({
      kind: 'parlance',
      cpu,
      arguments: ['--fanout', 'portable'],
      listeners: listenersFor(rooms),
    }),
}

/** A framed client is in the room of its listener. */
function listenersFor(rooms: number): ListenerPlan[] {
  if (rooms === 1) return [{ dialect: 'framed' }]
  return Array.from({ length: rooms }, (_, room) => ({ dialect: 'framed', room: roomNameOf(room) }))
}
