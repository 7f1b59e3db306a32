/** Hub events as objects, byte for byte. Rule M2, and the table of how one dialect looks from another. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { JSON_IRC_ENCODING } from '../../../../src/relay/dialects/json-irc/encoding.js'
import { echoed, objectLine } from '../../../../src/relay/dialects/json-irc/object-line.js'
import { jsonIrcOptions } from '../../../../src/relay/dialects/json-irc/options.js'
import { Batch } from '../../../../src/relay/fanout/batch.js'
import { ChunkPool } from '../../../../src/relay/fanout/chunk.js'
import type { PrivateEvent, RoomEvent } from '../../../../src/relay/hub/events.js'
import { told } from '../../../fixtures/json-irc-peer.js'

function encoded(...events: readonly RoomEvent[]): string {
  const batch = new Batch(new ChunkPool())
  for (const event of events) JSON_IRC_ENCODING.encode(event, batch)
  return batch.bytes === 0 ? '' : batch.slice(0, batch.bytes, events.length).bytes.toString('latin1')
}

function encodedPrivate(event: PrivateEvent): string | undefined {
  return JSON_IRC_ENCODING.encodePrivate(event)?.toString('latin1')
}

const bob = { at: 0, name: 'bob', dialect: 'chatroom' } as const
const inTea = { ...bob, room: 'tea' } as const

test('the form of every event of a room', () => {
  const said = { ...inTea, kind: 'message', id: '1', text: 'Hi', saidAt: null } as const
  assert.equal(encoded(said), '{"command":"/broadcast","nickname":"bob","room":"tea","message":"Hi"}\n')
  assert.equal(
    encoded({ ...inTea, kind: 'joined' }),
    '{"command":"/join","nickname":"bob","room":"tea","message":"bob has joined room tea"}\n',
  )
  assert.equal(
    encoded({ ...inTea, kind: 'left', reason: 'left' }),
    '{"command":"/leaveRoom","nickname":"bob","room":"tea","message":"bob has left room tea"}\n',
  )
  assert.equal(
    encoded({ ...inTea, kind: 'edited', id: '1', text: 'Ho' }),
    told('/broadcast', 'bob', 'tea', '(edited) Ho'),
  )
  assert.equal(
    encoded({ ...inTea, kind: 'renamed', name: 'rob', formerName: 'bob' }),
    told('/leaveRoom', 'bob', 'tea', 'bob has left room tea') +
      told('/join', 'rob', 'tea', 'rob has joined room tea'),
  )
  assert.equal(
    encoded({ kind: 'crowd', at: 0, room: 'tea', joined: 1, left: 212 }),
    told('/join', '', 'tea', '1 person has joined room tea') +
      told('/leaveRoom', '', 'tea', '212 people have left room tea'),
  )
  assert.equal(encoded({ kind: 'crowd', at: 0, room: 'tea', joined: 0, left: 0 }), '')
})

test('what has no form here is not sent', () => {
  const none: RoomEvent[] = [
    { ...inTea, kind: 'status', status: 'offline' },
    { ...inTea, kind: 'receipt', id: '1' },
    { ...inTea, kind: 'visibility', isPrivate: true },
  ]
  assert.equal(encoded(...none), '')
  assert.equal(encodedPrivate({ ...inTea, kind: 'receipt', id: '1' }), undefined)
})

test('the form of what one person alone is told', () => {
  const direct = { ...bob, kind: 'direct', id: '1', to: 'amy', text: 'psst', saidAt: null } as const
  assert.equal(encodedPrivate(direct), told('/direct', 'bob', 'amy', 'psst'))
  assert.equal(
    encodedPrivate({ ...bob, kind: 'edited', id: '1', room: null, to: 'amy', text: 'oh' }),
    told('/direct', 'bob', 'amy', '(edited) oh'),
  )
  assert.equal(
    encodedPrivate({ ...bob, kind: 'blocked', to: 'amy' }),
    told('/direct', 'bob', 'amy', 'bob has blocked you'),
  )
  assert.equal(JSON_IRC_ENCODING.encodeMissed(7).toString(), told('', '', '', 'Error: missed 7 messages'))
})

test('M4 nobody is told what they did themselves', () => {
  assert.equal(JSON_IRC_ENCODING.tellsActor({ ...inTea, kind: 'joined' }), false)
})

test('M2 what is not ASCII is transliterated, and what needs an escape gets it', () => {
  const text = (said: string) =>
    JSON.parse(encoded({ ...inTea, kind: 'message', id: '1', text: said, saidAt: null })).message
  assert.equal(text('café'), 'cafe')
  assert.equal(text('Привет'), 'Privet')
  assert.equal(text('\u010a'), 'C')
  assert.equal(text('"a\\b"\tc'), '"a\\b"\tc')
  assert.match(text('\u{1f600}'), /^[ -~]*$/)
})

test('M2 M6 a text that grows beyond an object comes in several, in ASCII, all of it', () => {
  const lines = encoded({ ...inTea, kind: 'message', id: '1', text: '\u{5317}'.repeat(30_000), saidAt: null })
  const objects = lines.split('\n').slice(0, -1)
  assert.ok(objects.length > 1)
  for (const object of objects) assert.ok(object.length <= 64 * 1024)
  assert.equal(objects.map((object) => JSON.parse(object).message).join(''), 'Bei'.repeat(30_000))
})

test('names and rooms of the longest kind, all of it escaped, leave an object within 64 KiB', () => {
  for (const length of [32_000, 32_512, 32_513, 65_023, 65_100]) {
    const event = { kind: 'message', at: 0, dialect: 'x', id: '1', saidAt: null } as const
    const lines = encoded({ ...event, name: '"'.repeat(32), room: '\\'.repeat(64), text: '"'.repeat(length) })
    for (const object of lines.split('\n')) assert.ok(object.length <= 64 * 1024, `${object.length}`)
  }
})

test('an answer is ASCII whatever its fields are, and what comes back has nothing that M3 refuses', () => {
  const everything = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)).join('')
  const line = objectLine(everything, '\u{1f600}', '\ud800', '\x7f\x80')
  assert.match(line, /^[ -~]+\n$/)
  assert.deepEqual(JSON.parse(line), {
    command: everything,
    nickname: '\u{1f600}',
    room: '\ud800',
    message: '\x7f\x80',
  })
  assert.match(echoed(everything), /^[\t -~\u00a0-\u02ff]+$/)
  assert.equal(echoed('a\ud800b\udc00\u{1f600}'), 'ab\u{1f600}')
  assert.equal(echoed(`${'x'.repeat(1023)}\u{1f600}`), 'x'.repeat(1023))
})

test('J3 J4 J6 options are what they are documented to be, and nothing else', () => {
  assert.deepEqual(jsonIrcOptions.parse({}), {
    'list-reply': 'listRooms',
    'members-reply': 'listMembers',
    'max-rooms': 100,
    history: 'on',
  })
  assert.equal(jsonIrcOptions.parse({ 'max-rooms': '7' })['max-rooms'], 7)
  for (const wrong of [
    { 'max-rooms': '0' },
    { 'max-rooms': '-1' },
    { 'max-rooms': '1.5' },
    { 'max-rooms': '' },
    { 'max-rooms': '1e9' },
    { 'list-reply': 'listMembers' },
    { 'members-reply': '/roomMembers' },
    { rooms: '5' },
  ]) {
    assert.equal(jsonIrcOptions.safeParse(wrong).success, false, JSON.stringify(wrong))
  }
})
