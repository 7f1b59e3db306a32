/**
 * Fan-out without the kernel: what telling a room and flushing its outboxes costs, by the number of outboxes, of
 * messages in a turn, of lanes and of exceptions.
 */

import type { Contender, Contest } from './contest.js'
import { type BenchRoom, messageOf, roomOf, withoutImmediates } from './room-of.js'

const SIZES = [1, 100, 1000, 10_000]
const PAYLOAD_BYTES = 64
const EVENT = messageOf(PAYLOAD_BYTES)

/** Deliveries in one run, about: small rooms do several turns, or the timer would be what is measured. */
const DELIVERIES = 10_000

export function fanoutContests(): Contest[] {
  return SIZES.map((outboxes) => ({
    name: `${outboxes.toLocaleString('en-US')} outboxes, ${PAYLOAD_BYTES} B`,
    contenders: contenders(outboxes),
  }))
}

function contenders(outboxes: number): Contender[] {
  const mixed = roomOf(outboxes, (member) => (member % 2 === 0 ? 'brackets' : 'colon'))
  return [
    turns('1 message', roomOf(outboxes), 1),
    turns('16 messages', roomOf(outboxes), 16),
    turns('256 messages', roomOf(outboxes), 256),
    ...(outboxes > 1 ? [turns('16 messages, two lanes', mixed, 16)] : []),
    ...(outboxes > 16 ? [turns('16 messages of 16 senders', roomOf(outboxes), 16, 16)] : []),
  ]
}

/** Turns of the event loop in which so many messages are said, each sender the exception of its own. */
function turns(name: string, room: BenchRoom, messages: number, senders = 1): Contender {
  const { members, sink } = room
  const listeners = members.length === 1 ? 1 : members.length - 1
  const count = Math.max(1, Math.round(DELIVERIES / (messages * listeners)))
  // Alone in a room, the sender is somebody else's room-mate: or nothing would be delivered.
  const outsider = roomOf(1).members
  const speakers = members.length === 1 ? outsider : members
  return {
    name,
    units: count * messages * listeners,
    run: () => {
      withoutImmediates(() => {
        for (let turn = 0; turn < count; turn++) {
          for (let message = 0; message < messages; message++) {
            room.tell(EVENT, speakers[message % senders] as (typeof members)[number])
          }
          room.flush()
        }
      })
      return sink.bytes
    },
  }
}
