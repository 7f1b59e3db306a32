/** A newcomer above `maxConnections` hears why it cannot stay, in its dialect's way, and nothing else. Rule F17. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { DIALECTS } from '../../src/relay/dialects/registry.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { LEAVE } from '../fixtures/framed-bytes.js'

const FULL = 'the relay is full'

/** All that comes, for a listener with the options that say the most. */
const CASES: readonly (readonly [dialect: string, query: string, heard: RegExp])[] = [
  ['framed', '', new RegExp(`^${String.fromCharCode(LEAVE)}\\x00\\x11${FULL}$`)],
  ['framed', 'greeting=join', new RegExp(`^${String.fromCharCode(LEAVE)}\\x00\\x11${FULL}$`)],
  [
    'chatmaster',
    '',
    /^\{"type":"error","data":\{"error_type":"connection","[a-z_]+":"Closing: the relay is full\."\}\}\n$/,
  ],
  ['chatroom', '', /^500 SERVER ERROR\n$/],
  ['chatroom', 'push=bare', /^500 SERVER ERROR\n$/],
  [
    'json-irc',
    '',
    /^\{"command":"","nickname":"","room":"","message":"Error: closing: the relay is full"\}\n$/,
  ],
  // The page has no message for it.
  ['sendto', '', /^$/],
]

test('there is a case for every dialect', () => {
  const cases = new Set(CASES.map(([dialect]) => dialect))
  assert.deepEqual([...DIALECTS.keys()].sort(), [...cases].sort())
})

for (const [dialect, query, heard] of CASES) {
  test(`F17 ${dialect} ${query}: the reason is all that is heard`, async (t) => {
    assert.match((await heardBy(t, dialect, query)).toString('latin1'), heard)
  })
}

test('F17 chatmaster compression=always: the reason is all that is heard, compressed', async (t) => {
  const text = await heardBy(t, 'chatmaster', 'compression=always')
  const { buffer, engine } = inflateSync(text, { info: true }) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  }
  assert.match(buffer.toString(), /^\{"type":"error".*Closing: the relay is full/)
  assert.equal(engine.bytesWritten, text.length)
})

/** What a newcomer hears of a relay with one place, which is taken. */
async function heardBy(t: TestContext, dialect: string, query: string): Promise<Buffer> {
  const listen = `${dialect}://127.0.0.1:0${query === '' ? '' : `?${query}`}`
  const { relay, connect } = await startAllDialects({ listen, maxConnections: '1' })
  t.after(() => relay.stop())
  const inside = await connect(dialect)
  const late = await connect(dialect)
  t.after(() => {
    for (const peer of [inside, late]) peer.close()
  })
  await late.closed()
  assert.equal(inside.ended, false)
  return late.received
}
