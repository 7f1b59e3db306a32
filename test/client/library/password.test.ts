/** The client library at a relay that wants passwords or tokens. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DeniedError, NameTakenError, RefusedError } from '../../../src/client/library/node.js'
import { fileOf, passwordFile, SECRET, token } from '../../fixtures/access-files.js'
import { freePort } from '../../fixtures/relay-process.js'
import { DIALECTS, Ways } from './ways.js'

const PASSWORD = 'correct horse'
const SETTINGS = {
  access: 'closed',
  accessFile: await passwordFile({ Amy: PASSWORD, Bob: 'battery staple' }),
  tokenKeyFile: fileOf(SECRET),
  wrongPasswordsPerMinute: '10000',
}

let ways: Ways

before(async () => {
  ways = await Ways.start(undefined, SETTINGS)
})
after(() => ways.relay.stop())

for (const dialect of DIALECTS) {
  for (const carrier of ['tcp', 'ws'] as const) {
    test(`${dialect} over ${carrier}: one is in with the password or a token, and is told when it is wrong`, async (t) => {
      const join = (name: string, password?: string | (() => Promise<string>)) =>
        ways.join(t, dialect, carrier, name, { password })
      const amy = await join('Amy', PASSWORD)
      const bob = await join('Bob', () => token('Bob'))
      await bob.chat.tell('Amy', 'psst')
      await amy.heard('direct', { from: 'Bob', text: 'psst' })
      await assert.rejects(join('Cat', PASSWORD), (error: Error) => {
        assert.ok(error instanceof DeniedError)
        assert.equal(error.code, 'denied')
        assert.doesNotMatch(error.message, /horse/)
        return true
      })
      // Whoever shows nothing hears what the dialect has for that.
      await assert.rejects(join('Cat'), dialect === 'chatroom' ? NameTakenError : DeniedError)
      await assert.rejects(join('Amy', PASSWORD), NameTakenError)
      await Promise.all([amy, bob].map(({ chat }) => chat.close()))
    })
  }
}

test('what cannot be shown is not sent, and a source of passwords that fails is the end of it', async (t) => {
  for (const password of ['pass\nword', 'pässword', ''])
    await assert.rejects(ways.join(t, 'framed', 'tcp', 'Amy', { password }), (error: Error) => {
      assert.ok(error instanceof RefusedError)
      assert.doesNotMatch(error.message, /word\b.*word\b|ä/)
      return true
    })
  // F15: it would cost the connection.
  await assert.rejects(
    ways.join(t, 'framed', 'tcp', 'Amy', { password: 'x'.repeat(1018) }),
    /too long: 1022 bytes/,
  )
  const failing = () => Promise.reject(new Error('no token to be had'))
  await assert.rejects(ways.join(t, 'framed', 'tcp', 'Amy', { password: failing }), /no token to be had/)
  await assert.rejects(ways.join(t, 'framed', 'tcp', 'Amy', { password: 7 as unknown as string }), {
    name: 'TypeError',
    message: 'password: expected text, or a function that gets it',
  })
})

test('after a restart of the relay one is back, with a new token for the new connection', async (t) => {
  const listen = [`chatroom://127.0.0.1:${await freePort()}`]
  let other = await Ways.start(listen, { ...SETTINGS, closeSpreadMs: '0' })
  t.after(() => other.relay.stop())
  let asked = 0
  const amy = await other.join(t, 'chatroom', 'tcp', 'Amy', {
    reconnect: { minDelayMs: 5, maxDelayMs: 20 },
    // The second is too old: the relay may as well have been too busy to look, so it is tried again.
    password: () => token('Amy', { expiresIn: asked++ === 1 ? -60 : 60 }),
  })
  await other.relay.stop()
  await amy.heard('state', { state: 'reconnecting' })
  other = await Ways.start(listen, SETTINGS)
  await amy.heard('state', { state: 'online' })
  assert.ok(asked >= 3)
})
