import assert from 'node:assert/strict'
import test from 'node:test'
import { messageOf } from '../../../../src/relay/dialects/sendto/encoder.js'
import { SENDTO_ENCODINGS } from '../../../../src/relay/dialects/sendto/encoding.js'
import type { PrivateEvent } from '../../../../src/relay/hub/events.js'
import { packetLength, sendto } from '../../../fixtures/sendto-bytes.js'

const who = { at: 0, name: 'Amy', dialect: 'chatroom' }
const direct = (text: string, name = 'Amy'): PrivateEvent => ({
  ...who,
  name,
  kind: 'direct',
  id: '1',
  to: 'Bob',
  text,
  saidAt: null,
})
const { messages, lines } = SENDTO_ENCODINGS

test('S7 direct messages in both forms, longer names cut', () => {
  assert.deepEqual(messages.encodePrivate(direct('Hi 😀')), sendto('Amy', 'Hi 😀'))
  assert.equal(lines.encodePrivate(direct('Hi 😀'))?.toString(), 'Amy: Hi 😀\n')
  const name = 'abcdefghijklmnopqrstuvwxyz'
  assert.deepEqual(messages.encodePrivate(direct('Hi', name)), sendto(name.slice(0, 20), 'Hi'))
  assert.equal(lines.encodePrivate(direct('Hi', name))?.toString(), `${name.slice(0, 20)}: Hi\n`)
})

test('edits and blocks have a form, receipts have none', () => {
  const edited: PrivateEvent = { ...who, kind: 'edited', id: '1', room: null, text: 'Ho' }
  assert.deepEqual(messages.encodePrivate(edited), sendto('Amy', '(edited) Ho'))
  assert.equal(lines.encodePrivate(edited)?.toString(), 'Amy: (edited) Ho\n')
  const blocked: PrivateEvent = { ...who, kind: 'blocked', to: 'Bob' }
  assert.deepEqual(messages.encodePrivate(blocked), sendto('Amy', 'Amy has blocked you'))
  assert.equal(lines.encodePrivate(blocked)?.toString(), 'Amy: Amy has blocked you\n')
  assert.equal(messages.encodePrivate({ ...who, kind: 'receipt', id: '1', room: null }), null)
})

test('M6 a text that does not fit one message comes in several, no character split', () => {
  for (const text of [
    'x'.repeat(65_536),
    '😀'.repeat(20_000),
    `x${'é'.repeat(40_000)}`,
    '你'.repeat(65_535),
  ]) {
    let bytes = messages.encodePrivate(direct(text)) as Buffer
    let together = ''
    for (let length = packetLength(bytes); length !== undefined; length = packetLength(bytes)) {
      const piece = bytes.toString('utf8', 7, length)
      assert.ok(length - 7 <= 65_535 && !piece.includes('\ufffd'))
      together += piece
      bytes = bytes.subarray(length)
    }
    assert.equal(together, text)
    assert.equal(lines.encodePrivate(direct(text))?.toString(), `Amy: ${text}\n`)
  }
})

test('what does not fit a header is refused', () => {
  assert.throws(() => messageOf(3, 'x'.repeat(256), ''), RangeError)
  assert.throws(() => messageOf(3, '', 'x'.repeat(65_536)), RangeError)
})
