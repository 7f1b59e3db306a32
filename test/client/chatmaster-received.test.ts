import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPackage } from '../../src/client/chatmaster/received.js'

function notification(data: object): unknown {
  return readPackage({ type: 'notification', data })
}

test('X1 X2 the request for a name, and its answers with a number or a boolean for a status', () => {
  assert.deepEqual(readPackage({ type: 'request', data: { request: 'login' } }), { kind: 'login-request' })
  for (const status of [1, true]) {
    const accepted = readPackage({ type: 'session', data: { status, channels: ['a', 'b'] } })
    assert.deepEqual(accepted, { kind: 'accepted', channels: ['a', 'b'] })
  }
  for (const status of [0, false]) {
    const rejected = readPackage({ type: 'session', data: { status, reason: 'Taken.' } })
    assert.deepEqual(rejected, { kind: 'rejected', reason: 'Taken.' })
  }
})

test('X3 X6 X7 X9 X10 X13 notifications are read flat and nested', () => {
  const events: [string, object, object][] = [
    ['user_joined', { username: 'Amy', channel: 'a' }, { kind: 'joined', name: 'Amy', channel: 'a' }],
    ['user_left', { username: 'Amy' }, { kind: 'left', name: 'Amy', channel: null }],
    ['user_rename', { old_username: 'A', new_username: 'B' }, { kind: 'renamed', from: 'A', to: 'B' }],
    ['channel_private', { channel: 'a' }, { kind: 'visibility', isPrivate: true, channel: 'a' }],
    ['channel_public', { channel: 'a' }, { kind: 'visibility', isPrivate: false, channel: 'a' }],
    ['channel_list', { channels: ['a'] }, { kind: 'channels', channels: ['a'] }],
  ]
  for (const [event_type, parameters, expected] of events) {
    assert.deepEqual(notification({ event_type, ...parameters }), expected)
    assert.deepEqual(notification({ event_type, parameters }), expected)
  }
})

test('what is not known is told in its own words', () => {
  const expected = { kind: 'other', words: 'crowd_came count 3, channel a' }
  assert.deepEqual(notification({ event_type: 'crowd_came', count: 3, channel: 'a' }), expected)
  assert.deepEqual(readPackage({ type: 'news', data: {} }), {
    kind: 'other',
    words: 'a package of type news',
  })
})

test('X14 messages, with what makes them private or edited', () => {
  const data = { username: '__proto__', message: 'Hi' }
  const expected = { kind: 'message', from: '__proto__', text: 'Hi', isPrivate: false, isEdited: false }
  assert.deepEqual(readPackage({ type: 'message', data }), expected)
  const marked = { ...data, private: true, edited: true }
  assert.deepEqual(readPackage({ type: 'message', data: marked }), {
    ...expected,
    isPrivate: true,
    isEdited: true,
  })
})

test('what lacks something, or has it in another type, is no package', () => {
  const wrong: unknown[] = [
    null,
    [],
    {},
    { type: 'message' },
    { type: 'message', data: [] },
    { type: 'message', data: { username: 'Amy' } },
    { type: 'message', data: { username: 7, message: 'Hi' } },
    { type: 'session', data: { status: 2 } },
    { type: 'notification', data: { event_type: 'user_joined' } },
    { type: 'notification', data: { event_type: 'channel_list', channels: [1] } },
    { type: 'error', data: {} },
  ]
  for (const value of wrong) assert.equal(readPackage(value), null, JSON.stringify(value))
})
