/** What has no request of this dialect: renames, crowds, missed events; and the one object for each form. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatroomEncoding } from '../../../../src/relay/dialects/chatroom/encoding.js'
import { chatroomEncoding } from '../../../../src/relay/dialects/chatroom/encodings.js'
import { Batch } from '../../../../src/relay/fanout/batch.js'
import { ChunkPool } from '../../../../src/relay/fanout/chunk.js'
import type { RoomEvent } from '../../../../src/relay/hub/events.js'

const AT = Date.UTC(2026, 0, 1, 21, 5)
const bob = { at: AT, room: 'general', name: 'bob', dialect: 'chatmaster' } as const

function encoded(encoding: ChatroomEncoding, event: RoomEvent): string {
  const batch = new Batch(new ChunkPool())
  encoding.encode(event, batch)
  return batch.bytes === 0 ? '' : batch.slice(0, batch.bytes, 1).bytes.toString('utf8')
}

const verb = chatroomEncoding('verb', 'UTC')

test('listeners of one form and time zone share one encoding', () => {
  assert.equal(chatroomEncoding('verb', 'UTC'), verb)
  assert.notEqual(chatroomEncoding('bare', 'UTC'), verb)
  assert.notEqual(chatroomEncoding('verb', 'Europe/Berlin'), verb)
})

test('a rename is LEFT and then JOIN', () => {
  assert.equal(
    encoded(verb, { ...bob, kind: 'renamed', formerName: 'rob' }),
    'LEFT {"username":"rob","message":"rob has left the chat"}\n' +
      'JOIN {"username":"bob","message":"bob has entered the chat"}\n',
  )
})

test('whether a room is private is nothing here', () => {
  assert.equal(encoded(verb, { ...bob, kind: 'visibility', isPrivate: true }), '')
})

test('a crowd says how many, and only what happened', () => {
  const crowd = { kind: 'crowd', at: AT, room: 'general' } as const
  assert.equal(
    encoded(verb, { ...crowd, joined: 1, left: 0 }),
    'JOIN {"username":"","message":"1 person has entered the chat"}\n',
  )
  assert.equal(
    encoded(verb, { ...crowd, joined: 0, left: 212 }),
    'LEFT {"username":"","message":"212 people have left the chat"}\n',
  )
})

test('C6 times are in the time zone of the relay, on both sides of noon and midnight', () => {
  const said = { ...bob, kind: 'message', id: 'x', text: 'Hi', saidAt: null } as const
  for (const [zone, hour, minute, expected] of [
    ['UTC', 0, 0, '12:00 am'],
    ['UTC', 0, 59, '12:59 am'],
    ['UTC', 9, 5, '9:05 am'],
    ['UTC', 12, 0, '12:00 pm'],
    ['UTC', 23, 59, '11:59 pm'],
    ['Asia/Kolkata', 18, 29, '11:59 pm'],
    ['Asia/Kolkata', 18, 30, '12:00 am'],
    ['America/New_York', 16, 0, '11:00 am'],
  ] as const) {
    const at = Date.UTC(2026, 0, 1, hour, minute)
    assert.equal(
      encoded(chatroomEncoding('verb', zone), { ...said, at }),
      `SEND {"sender":"bob","header":"@everyone","timestamp":"${expected}","messageId":"x","message":"Hi"}\n`,
    )
  }
})

test('what was missed is said by nobody, in the form of a message', () => {
  const time = '"timestamp":"[0-9]+:[0-9]{2} [ap]m"'
  assert.match(
    verb.encodeMissed(12).toString(),
    new RegExp(
      `^SEND \\{"sender":"","header":"@everyone",${time},"messageId":"","message":"Missed 12 messages"\\}\\n$`,
    ),
  )
  assert.match(
    chatroomEncoding('bare', 'UTC').encodeMissed(12).toString(),
    new RegExp(`^\\{"sender":"","header":"@all",${time},"message":"Missed 12 messages"\\}\\n$`),
  )
})
