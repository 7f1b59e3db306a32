/** What nodes send each other: any bytes are a packet or damaged, what is read is fit to be told, and written again it is the same. */

import assert from 'node:assert/strict'
import { Damaged } from '../../../src/relay/backplane/cluster/bytes.js'
import type { Op } from '../../../src/relay/backplane/cluster/ops.js'
import {
  type Body,
  OtherVersion,
  packetBytes,
  readPacket,
} from '../../../src/relay/backplane/cluster/packets.js'
import type { Order } from '../../../src/relay/backplane/orders.js'
import { CLOSE_REASONS } from '../../../src/relay/hub/close-reason.js'
import type { Target } from '../engine/target.js'
import { assertText } from '../relay/fuzzed-dialect.js'

const SPOKEN = { who: 7, id: '0mi8k2f3q00001n1', at: 1_764_000_000_000, name: 'Amy', dialect: 'framed' }
const OPS: readonly Op[] = [
  { kind: 'came', who: 1, name: '__proto__', dialect: 'json-irc', refersToMessages: true },
  { kind: 'renamed', who: 1, name: 'Bob' },
  { kind: 'joined', who: 1, room: 'tea', founding: 1_764_000_000_000, isFounder: true, isPrivate: true },
  { kind: 'left', who: 1, room: 'tea', reason: 'vanished' },
  { kind: 'gone', who: 1, reason: 'left' },
  { kind: 'status', who: 1, status: 'do-not-disturb' },
  { kind: 'visibility', who: 1, room: 'tea', isPrivate: true },
  { kind: 'blocked', who: 1, name: 'mallory' },
  { kind: 'unblocked', who: 1, name: 'mallory' },
  { kind: 'message', ...SPOKEN, text: 'Zoë says 你好', saidAt: '12:34' },
  {
    kind: 'direct',
    ...SPOKEN,
    text: '',
    saidAt: null,
    people: [
      { node: 'n2', number: 300 },
      { node: null, number: 3 },
    ],
  },
  { kind: 'edited', who: 7, id: SPOKEN.id, at: SPOKEN.at, text: 'é' },
  { kind: 'receipt', who: 7, id: SPOKEN.id, at: SPOKEN.at },
]
const ORDERS: readonly Order[] = [
  { kind: 'expel', name: 'Amy', reason: CLOSE_REASONS.nameLost },
  { kind: 'say', text: 'Good night' },
  { kind: 'ban', ban: { subject: '192.0.2.0/24', untilMs: null, reason: 'x' } },
  { kind: 'unban', subject: 'name:Amy' },
  { kind: 'congested', rooms: ['general', 'tea'] },
  { kind: 'slow', people: ['Amy'] },
]
const BODIES: readonly Body[] = [
  { kind: 'batch', first: 0, ops: OPS },
  ...OPS.map((op): Body => ({ kind: 'batch', first: 2 ** 50, ops: [op] })),
  {
    kind: 'heads',
    heads: [
      { subject: 'all', next: 1000, began: 0, since: null },
      { subject: 'room.tea', next: 2 ** 33, began: 5, since: 0 },
    ],
  },
  { kind: 'hello', next: 12, people: 3, isNew: true },
  { kind: 'resync' },
  { kind: 'where', subjects: ['room.tea', 'node.n1'] },
  { kind: 'snapshot', next: 12, index: 1, isLast: false, ops: OPS.slice(0, 3) },
  ...ORDERS.map((order): Body => ({ kind: 'order', order })),
]

export const cluster: Target = {
  name: 'cluster',
  ways: 1,
  seeds: BODIES.map((body) => packetBytes('n1', 'a1', body)),
  words: [
    ...['n1', 'all', 'room.tea', 'node.n1', 'Amy', 'general', 'left', SPOKEN.id].map((text) =>
      Buffer.from(text),
    ),
    ...[
      Buffer.of(1, 0, 2, 0x6e, 0x31, 2, 0x61, 0x31),
      Buffer.alloc(8, 0xff),
      Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f),
    ],
  ],
  covers: [
    '/dist/relay/backplane/cluster/packets',
    '/dist/relay/backplane/cluster/ops',
    '/dist/relay/backplane/cluster/bytes',
    '/dist/relay/backplane/cluster/order-bytes',
  ],
  usualRuns: 400,
  start: () => ({
    run(input) {
      let packet: ReturnType<typeof readPacket>
      try {
        packet = readPacket(input)
      } catch (error) {
        if (error instanceof Damaged || error instanceof OtherVersion)
          return [error.message.replace(/\d+/g, 'n')]
        throw error
      }
      const { node, incarnation, body } = packet
      assertFit(body)
      const written = packetBytes(node, incarnation, body)
      assert.deepEqual(readPacket(written), packet)
      return body.kind === 'batch'
        ? body.ops.map(({ kind }) => kind)
        : [body.kind === 'order' ? body.order.kind : body.kind]
    },
    stop() {},
  }),
}

/** M3: nothing that is told may harm a terminal; no number is one that cannot be counted on. */
function assertFit(value: unknown): void {
  if (typeof value === 'string') assertText(value)
  else if (typeof value === 'number')
    assert.ok(Number.isSafeInteger(value) && value >= 0, `a number that is none: ${value}`)
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) assertFit(one)
}
