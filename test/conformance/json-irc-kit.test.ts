/** The conformance kit's own suite of the json-irc dialect, on the relay with each set of options. Rules J1–J10. */

import test from 'node:test'
import { jsonIrcSuite } from '../../src/conform/json-irc/suite.js'
import { runKit } from '../fixtures/conform-kit.js'
import { startJsonIrc } from '../fixtures/json-irc-peer.js'

for (const { query, without } of [
  { query: '', without: [] },
  { query: 'list-reply=joinSuccess&members-reply=roomMembers', without: [] },
  { query: 'max-rooms=5', without: ['more than 100 rooms'] },
]) {
  test(`J1-J10 the suite of the kit, ${query === '' ? 'defaults' : query}`, async (t) => {
    const { relay } = await startJsonIrc(t, query)
    await runKit(t, jsonIrcSuite, relay.ports[1] as number, { without })
  })
}

test('J1-J10 the suite of the kit, over public sockets', async (t) => {
  const { relay } = await startJsonIrc(t, '', { useHandles: false })
  await runKit(t, jsonIrcSuite, relay.ports[1] as number)
})
