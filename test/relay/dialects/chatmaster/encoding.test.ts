/** Events as packages, without a network: what they are in each encoding, and that they are written once. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { inflateSync } from 'node:zlib'
import {
  CHATMASTER_ENCODINGS,
  type ChatmasterEncoding,
} from '../../../../src/relay/dialects/chatmaster/encoding.js'
import { Batch } from '../../../../src/relay/fanout/batch.js'
import { ChunkPool } from '../../../../src/relay/fanout/chunk.js'
import type { RoomEvent } from '../../../../src/relay/hub/events.js'

const { flat, nested } = CHATMASTER_ENCODINGS
const about = { at: 0, name: 'Bob', dialect: 'framed', room: 'tea' }
const MESSAGE: RoomEvent = { ...about, kind: 'message', id: '1', text: 'Grüße', saidAt: null }

function bytesOf(encoding: ChatmasterEncoding, event: RoomEvent, before = 0): Buffer {
  const batch = new Batch(new ChunkPool())
  batch.reserve(before)
  batch.commit(before)
  encoding.encode(event, batch)
  return batch.bytes === before ? Buffer.alloc(0) : Buffer.from(batch.slice(before, batch.bytes, 1).bytes)
}

test('X12 a compressed event is the plain one as a zlib stream, wherever in the batch it stands', () => {
  for (const before of [0, 1, 4000, 4095]) {
    assert.equal(
      bytesOf(flat.plain, MESSAGE, before).toString(),
      '{"type":"message","data":{"message":"Grüße","username":"Bob"}}\n',
    )
    const compressed = bytesOf(flat.zlib, MESSAGE, before)
    assert.equal(compressed[0], 0x78)
    assert.deepEqual(inflateSync(compressed), bytesOf(flat.plain, MESSAGE))
  }
})

test('X13 notifications are flat or nested, everything else is the same', () => {
  const crowd: RoomEvent = { kind: 'crowd', at: 0, room: 'tea', joined: 212, left: 1 }
  assert.equal(
    bytesOf(flat.plain, crowd).toString(),
    '{"type":"notification","data":{"event_type":"user_joined","username":"212 people","channel":"tea"}}\n' +
      '{"type":"notification","data":{"event_type":"user_left","username":"1 person","channel":"tea"}}\n',
  )
  assert.equal(
    bytesOf(nested.plain, { ...about, kind: 'left', reason: 'left' }).toString(),
    '{"type":"notification","data":{"event_type":"user_left","parameters":{"username":"Bob","channel":"tea"}}}\n',
  )
  assert.deepEqual(bytesOf(nested.plain, MESSAGE), bytesOf(flat.plain, MESSAGE))
})

test('events that have no form are nothing', () => {
  for (const encoding of [flat.plain, flat.zlib]) {
    assert.equal(bytesOf(encoding, { ...about, kind: 'status', status: 'online' }).length, 0)
    assert.equal(bytesOf(encoding, { ...about, kind: 'receipt', id: '1' }).length, 0)
    assert.equal(encoding.encodePrivate({ ...about, kind: 'receipt', id: '1' }), null)
  }
})

test('F16 messages that were missed are an error of type message', () => {
  const missed = '{"type":"error","data":{"error_type":"message","message":"Missed 212 messages."}}\n'
  assert.equal(flat.plain.encodeMissed(212).toString(), missed)
  assert.equal(inflateSync(flat.zlib.encodeMissed(212)).toString(), missed)
})

test('M4 X3 X6 X9 who did it is told of joins, renames and what becomes of the room', () => {
  const told = (event: Partial<RoomEvent>) => flat.plain.tellsActor({ ...about, ...event } as RoomEvent)
  for (const kind of ['joined', 'renamed', 'visibility'] as const) assert.ok(told({ kind }))
  for (const kind of ['message', 'edited', 'left'] as const) assert.ok(!told({ kind }))
})
