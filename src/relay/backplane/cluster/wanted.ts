/** Another node's people as a snapshot has them: what its records say of each, put together. */

import type { Status } from '../../hub/events.js'
import type { PresenceOp } from './ops.js'

export interface Wanted {
  readonly came: Extract<PresenceOp, { kind: 'came' }>
  status: Status
  readonly rooms: Map<string, Extract<PresenceOp, { kind: 'joined' }>>
  readonly blocks: Set<string>
}

/** By number. */
export function wantedOf(ops: readonly PresenceOp[]): Map<number, Wanted> {
  const wanted = new Map<number, Wanted>()
  for (const op of ops) {
    if (op.kind === 'came') {
      wanted.set(op.who, { came: op, status: 'online', rooms: new Map(), blocks: new Set() })
      continue
    }
    const person = wanted.get(op.who)
    if (person === undefined) continue
    if (op.kind === 'joined') person.rooms.set(op.room, op)
    else if (op.kind === 'status') person.status = op.status
    else if (op.kind === 'blocked') person.blocks.add(op.name)
  }
  return wanted
}
