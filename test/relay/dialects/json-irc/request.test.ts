/** Objects as requests: keys, types, what is there twice. Rules J9, J10, M3, N4. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { readRequest } from '../../../../src/relay/dialects/json-irc/request.js'

function read(json: string | Uint8Array) {
  const bytes = Buffer.concat([Buffer.from('{{'), Buffer.from(json as string), Buffer.from('}}')])
  return readRequest(bytes, 2, bytes.length - 2)
}

const EMPTY = { command: '', nickname: '', room: '', message: '' }

test('J9 a field that is left out is empty, and a key that is none of ours does not matter', () => {
  assert.deepEqual(read('{}'), { request: EMPTY, wrong: null })
  assert.deepEqual(read('{"x":1,"y":null,"commands":true}'), { request: EMPTY, wrong: null })
  assert.deepEqual(read('{"command":"c","nickname":"n","room":"r","message":"m"}').request, {
    command: 'c',
    nickname: 'n',
    room: 'r',
    message: 'm',
  })
})

test('J10 channel is room, in any case; keys that only look like ours are not', () => {
  assert.equal(read('{"CHANNEL":"tea"}').request.room, 'tea')
  assert.equal(read('{"nic\u212aname":"k"}').request.nickname, '')
  assert.equal(read('{"room ":"tea"}').request.room, '')
})

test('N4 keys that JavaScript knows are other keys', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    assert.deepEqual(read(`{"${key}":"x","room":"tea"}`), { request: { ...EMPTY, room: 'tea' }, wrong: null })
  }
  assert.equal(({} as Record<string, unknown>).x, undefined)
})

test('J9 every field must be a string; command and room are told back where they are', () => {
  for (const field of ['command', 'nickname', 'room', 'channel', 'message']) {
    for (const value of ['null', '1', '-0.5e3', 'true', 'false']) {
      const { wrong } = read(`{"${field}":${value}}`)
      assert.equal(wrong, `${field === 'channel' ? 'room' : field} is not a string`)
    }
  }
  const { request } = read('{"command":"/join","room":"tea\\n","message":5,"nickname":"bob"}')
  assert.deepEqual(request, { ...EMPTY, command: '/join', room: 'tea' })
})

test('J9 a field that is there twice with two values is wrong, whatever its keys; the same value is not', () => {
  for (const json of [
    '{"room":"a","Room":"b"}',
    '{"room":"a","channel":"b"}',
    '{"Channel":"a","CHANNEL":""}',
    '{"room":"a","Room":1}',
    '{"room":"a","room":"b"}',
    '{"room":"a","message":"room\\":\\"a","room":"b"}',
    '{"room":"\\u0061","r\\u006fom":"b"}',
    '{"room":"a","ROOM":"b","Room":"b"}',
  ]) {
    assert.notEqual(read(json).wrong, null, json)
  }
  assert.equal(read('{"room":"a","Room":"b"}').wrong, 'room is there twice')
  assert.equal(read('{"room":"a","Room":"a","channel":"a"}').wrong, null)
  assert.equal(read('{"room":"a","room":"a"}').wrong, null)
})

test('J9 what is not JSON, or not UTF-8, is wrong', () => {
  for (const json of [
    '{]',
    '{command:"/join"}',
    "{'command':'/join'}",
    '{"a":1,}',
    '{"a"}',
    '{"a":"\n"}',
    '{"a":"\\x41"}',
    '{"a":01}',
    '{"a":NaN}',
    '{"a":/*x*/1}',
    Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d),
    Uint8Array.of(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d),
    Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d),
  ]) {
    assert.deepEqual(read(json), { request: EMPTY, wrong: 'that is not JSON' }, String(json))
  }
})

test('M3 padding is trimmed from every field, and nothing else is', () => {
  assert.deepEqual(
    read('{"command":"/x\\r\\n","nickname":"n\\u0000","room":"r\\n","message":"\\nm \\r"}').request,
    {
      command: '/x',
      nickname: 'n',
      room: 'r',
      message: '\nm ',
    },
  )
})
