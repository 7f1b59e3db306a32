/** Reading requests, headers, statuses and fields, without a relay. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMessage, RECEIVED_FIELDS, readFields } from '../../../../src/relay/dialects/chatroom/fields.js'
import { readHeader } from '../../../../src/relay/dialects/chatroom/headers.js'
import { readRequest, shownName } from '../../../../src/relay/dialects/chatroom/request.js'
import { readStatusRequest } from '../../../../src/relay/dialects/chatroom/status-words.js'

function request(line: string) {
  const bytes = Buffer.from(`before${line}behind`)
  return readRequest(bytes, 6, bytes.length - 6)
}

test('a request is a verb, or a verb and what is behind its first space', () => {
  assert.deepEqual(request('JOIN'), { verb: 'JOIN', parameter: '' })
  assert.deepEqual(request('JOIN '), { verb: 'JOIN', parameter: '' })
  assert.deepEqual(request('JOIN bob'), { verb: 'JOIN', parameter: 'bob' })
  assert.deepEqual(request('JOIN  é b\0\r'), { verb: 'JOIN', parameter: ' é b' })
  assert.deepEqual(request(''), { verb: '', parameter: '' })
  assert.deepEqual(request('\0\r\0'), { verb: '', parameter: '' })
})

test('M3 a name in a log has nothing in it that a terminal acts on', () => {
  assert.equal(shownName('bob'), 'bob')
  assert.equal(shownName('\x1b[2J\u009b\u202e\u{1f600}'), '\\u{1b}[2J\\u{9b}\\u{202e}\\u{1f600}')
  assert.equal(shownName(null), '(not UTF-8)')
  assert.equal(shownName('x'.repeat(8000)).length, 64)
})

test('C4 headers as written, and as push=bare allows', () => {
  assert.equal(readHeader('', null), null)
  assert.equal(readHeader('bob', null), null)
  assert.deepEqual(readHeader('to @bob  @amy', null), ['bob', 'amy'])
  assert.deepEqual(readHeader('@', null), [''])
  assert.equal(readHeader('@bob @everyone', null), 'everyone')
  assert.deepEqual(readHeader('@a@b @all', null), ['a@b', 'all'])
  const nobody = () => false
  assert.deepEqual(readHeader('@a@b @@c@', nobody), ['a', 'b', 'c'])
  assert.deepEqual(readHeader('@@', nobody), ['@'])
  assert.equal(readHeader('@a@all', nobody), 'everyone')
  assert.equal(readHeader('a@b', nobody), null)
  assert.deepEqual(
    readHeader('@a@b @c@d', (name) => name === 'a@b'),
    ['a@b', 'c', 'd'],
  )
})

test('C10 a status, a name, both in this order, or neither', () => {
  assert.deepEqual(readStatusRequest(''), { name: null, status: 'online' })
  assert.deepEqual(readStatusRequest('bob'), { name: 'bob', status: 'online' })
  assert.deepEqual(readStatusRequest('OFFLINE'), { name: null, status: 'offline' })
  assert.deepEqual(readStatusRequest('bob DO_NOT_DISTURB'), { name: 'bob', status: 'do-not-disturb' })
  assert.equal(readStatusRequest('bob offline'), null)
  assert.equal(readStatusRequest('bob OFFLINE x'), null)
})

test('C5 500 characters are counted as Unicode counts them', () => {
  assert.ok(isMessage('\u{1f600}'.repeat(500)))
  assert.ok(!isMessage('\u{1f600}'.repeat(501)))
  assert.ok(!isMessage('\u3000\t '))
})

test('N4 fields that only a prototype has are missing; what is too deep is not parsed', () => {
  const fields = { sender: 'a', timestamp: '', message: '', message_id: 'x' }
  assert.deepEqual(readFields(RECEIVED_FIELDS, JSON.stringify({ ...fields, more: [1] })), fields)
  assert.equal(readFields(RECEIVED_FIELDS, `{"__proto__":${JSON.stringify(fields)}}`), 'unfit')
  assert.equal(readFields(RECEIVED_FIELDS, '{"a":"[[[[[[[[[[[[\\"{{{{{{{{{{{{"}'), 'unfit')
  assert.equal(readFields(RECEIVED_FIELDS, `${'['.repeat(9)}${']'.repeat(9)}`), 'broken')
  assert.equal(readFields(RECEIVED_FIELDS, null), 'broken')
})
