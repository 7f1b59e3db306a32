/** What nodes say to each other, as bytes: whole, cut short, changed, and of another version. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Damaged } from '../../../../src/relay/backplane/cluster/bytes.js'
import type { Op } from '../../../../src/relay/backplane/cluster/ops.js'
import {
  type Body,
  OtherVersion,
  packetBytes,
  readPacket,
  VERSION,
} from '../../../../src/relay/backplane/cluster/packets.js'
import { isText } from '../../../../src/relay/hub/text.js'

const SPOKEN = { who: 7, id: '0mi8k2f3q00001n1', at: 1_764_000_000_000, name: 'Amy', dialect: 'framed' }

const OPS: readonly Op[] = [
  { kind: 'came', who: 1, name: '__proto__', dialect: 'json-irc', refersToMessages: true },
  { kind: 'came', who: 2 ** 40, name: 'x'.repeat(32), dialect: 'framed', refersToMessages: false },
  { kind: 'renamed', who: 1, name: 'Bob' },
  {
    kind: 'joined',
    who: 1,
    room: 'r'.repeat(64),
    founding: 1_764_000_000_000,
    isFounder: true,
    isPrivate: true,
  },
  { kind: 'joined', who: 1, room: 'a.b>*', founding: 0, isFounder: false, isPrivate: false },
  { kind: 'left', who: 1, room: 'tea', reason: 'vanished' },
  { kind: 'gone', who: 1, reason: 'left' },
  { kind: 'status', who: 1, status: 'do-not-disturb' },
  { kind: 'visibility', who: 1, room: 'tea', isPrivate: true },
  { kind: 'blocked', who: 1, name: 'mallory' },
  { kind: 'unblocked', who: 1, name: 'mallory' },
  { kind: 'message', ...SPOKEN, text: 'Zoë says 你好 👋\tand more', saidAt: '12:34' },
  { kind: 'message', ...SPOKEN, who: 0, text: 'x'.repeat(70_000), saidAt: null },
  {
    kind: 'direct',
    ...SPOKEN,
    text: '',
    saidAt: null,
    people: [
      { node: null, number: 3 },
      { node: 'n2', number: 300 },
    ],
  },
  { kind: 'edited', who: 7, id: SPOKEN.id, at: SPOKEN.at, text: 'é'.repeat(100) },
  { kind: 'receipt', who: 7, id: SPOKEN.id, at: SPOKEN.at },
]

const BODIES: readonly Body[] = [
  { kind: 'batch', first: 0, ops: OPS },
  { kind: 'batch', first: 2 ** 50, ops: [] },
  {
    kind: 'heads',
    heads: [
      { subject: 'all', next: 1000, began: 0, since: null },
      { subject: 'room.tea', next: 2 ** 33, began: 5, since: 0 },
      { subject: 'node.n2', next: 0, began: 0, since: 300 },
    ],
  },
  { kind: 'hello', next: 12, people: 3, isNew: true },
  { kind: 'resync' },
  { kind: 'where', subjects: ['room.tea', 'node.n1'] },
  { kind: 'snapshot', next: 12, index: 1, isLast: false, ops: OPS.slice(0, 3) },
]

test('everything that nodes say is read as it was said', () => {
  for (const body of BODIES) {
    const packet = readPacket(packetBytes('n1', '000003', body))
    assert.deepEqual(packet, { node: 'n1', incarnation: '000003', body })
  }
})

test('a message takes hardly more than what it says', () => {
  const text = 'x'.repeat(64)
  const bytes = (count: number) => {
    const ops = Array.from({ length: count }, (): Op => ({ kind: 'message', ...SPOKEN, text, saidAt: null }))
    return packetBytes('n1', '000003', { kind: 'batch', first: 9, ops }).length
  }
  assert.equal(bytes(2) - bytes(1), 64 + 38)
})

test('whatever is cut short is damaged, and nothing else', () => {
  for (const body of BODIES) {
    const bytes = packetBytes('n1', '000003', body)
    for (let length = 0; length < Math.min(bytes.length, 2000); length++) {
      assert.throws(() => readPacket(bytes.subarray(0, length)), Damaged, `${body.kind} at ${length}`)
    }
  }
})

test('N2 R3 M3 whatever is changed is damaged, of another version, or what a hub may be told', () => {
  const bodies = BODIES.map((body) => packetBytes('n1', '000003', body).subarray(0, 1500))
  const change = fc.tuple(
    fc.constantFrom(...bodies),
    fc.array(fc.tuple(fc.nat(1499), fc.nat(255)), { maxLength: 3 }),
  )
  fc.assert(
    fc.property(change, ([original, changes]) => {
      const bytes = Buffer.from(original)
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      try {
        const { body } = readPacket(bytes)
        if (body.kind !== 'batch' && body.kind !== 'snapshot') return
        for (const op of body.ops) if ('text' in op) assert.ok(isText(op.text))
      } catch (error) {
        assert.ok(error instanceof Damaged || error instanceof OtherVersion, String(error))
      }
    }),
    { numRuns: 3000 },
  )
})

test('M3 a text with control characters, and a name that is none, are damaged', () => {
  const wrong: readonly Op[] = [
    { kind: 'message', ...SPOKEN, text: 'a\u001b[2J', saidAt: null },
    { kind: 'message', ...SPOKEN, name: 'two words', text: '', saidAt: null },
    { kind: 'came', who: 1, name: 'x'.repeat(33), dialect: 'framed', refersToMessages: false },
    { kind: 'joined', who: 1, room: '', founding: 0, isFounder: false, isPrivate: false },
    { kind: 'gone', who: 1, reason: 'a\nb' },
  ]
  for (const op of wrong) {
    assert.throws(() => readPacket(packetBytes('n1', '0', { kind: 'batch', first: 0, ops: [op] })), Damaged)
  }
})

test('what is of another version is said to be', () => {
  const bytes = packetBytes('n1', '0', { kind: 'resync' })
  bytes[0] = VERSION + 1
  assert.throws(() => readPacket(bytes), OtherVersion)
})
