/** Which word is near enough to be what somebody meant. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '../../../src/relay/config/nearest.js'
import { SETTING_KEYS } from '../../../src/relay/config/settings.js'

test('a letter wrong, missing, too many or swapped, in any case and with any dashes', () => {
  const meant: [text: string, key: string][] = [
    ['rom', 'room'],
    ['rooom', 'room'],
    ['raom', 'room'],
    ['orom', 'room'],
    ['ROOM', 'room'],
    ['log-rotate-every', 'logRotateEvery'],
    ['LOG_ROTATE_EVRY', 'logRotateEvery'],
    ['maxConection', 'maxConnections'],
    ['timezone', 'timeZone'],
  ]
  for (const [text, key] of meant) assert.equal(nearest(text, SETTING_KEYS), key, text)
})

test('what is near none is none, however long it is', () => {
  for (const text of ['', 'x', 'port', 'verbose', '__proto__', 'constructor', 'r'.repeat(5_000_000)]) {
    assert.equal(nearest(text, SETTING_KEYS), null, text.slice(0, 20))
  }
  assert.equal(nearest('room', []), null)
})

test('the nearest of several, and the first of those that are equally near', () => {
  assert.equal(nearest('graceMss', ['lingerMs', 'graceMs', 'graceMss']), 'graceMss')
  assert.equal(nearest('logDirec', ['logDir', 'logDirect']), 'logDirect')
  assert.equal(nearest('abd', ['abc', 'abe']), 'abc')
})
