/** Where the clients of a load go to on a server that runs already. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeWords, portsOf } from '../../bench/load/listeners.js'
import { TARGET_NAMES, targetByName } from '../../bench/load/targets/by-name.js'
import { DIALECTS } from '../../src/relay/dialects/registry.js'

const dialects = targetByName('dialects')

test('without --port a dialect is where a relay has it', () => {
  for (const { name, defaultPort } of DIALECTS.values())
    if (TARGET_NAMES.includes(name))
      assert.deepEqual(portsOf(targetByName(name), 1, undefined), [defaultPort], name)
  assert.deepEqual(portsOf(dialects, 1, undefined), [9000, 8000, 1025, 9001])
})

test('one port for each, or the first, from which the others count on', () => {
  assert.deepEqual(portsOf(dialects, 1, [1, 5, 3, 9]), [1, 5, 3, 9])
  assert.deepEqual(portsOf(dialects, 1, [7000]), [7000, 7001, 7002, 7003])
  assert.deepEqual(portsOf(targetByName('framed'), 3, [7000]), [7000, 7001, 7002])
  assert.throws(() => portsOf(dialects, 1, [1, 2]), {
    message: '--port 1,2: expected one port, or one for each of framed, chatroom, json-irc, chatmaster',
  })
})

test('it is said which dialect is at which port', () => {
  assert.equal(
    placeWords(dialects, '10.0.0.7', [9000, 8000, 1025, 9001]),
    '10.0.0.7: framed 9000, chatroom 8000, json-irc 1025, chatmaster 9001',
  )
  assert.equal(placeWords(targetByName('framed'), '127.0.0.1', [9000]), '127.0.0.1:9000')
  assert.equal(placeWords(targetByName('framed'), '127.0.0.1', [9000, 9001, 9002]), '127.0.0.1:9000–9002')
})
