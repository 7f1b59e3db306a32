/** The conformance kit's own suite of the chatmaster dialect, on the relay with each set of options. Rules X1–X14. */

import test from 'node:test'
import { chatmasterSuite } from '../../src/conform/chatmaster/suite.js'
import { startChatmaster } from '../fixtures/chatmaster-peer.js'
import { runKit } from '../fixtures/conform-kit.js'

const COMPRESSED = ['compressed', 'a package that inflates', 'a package of 65 KB', 'a wrong checksum']
const PLAIN = ['with any white space between', 'whoever sends plain packages']

for (const { query, without } of [
  { query: '', without: [] },
  { query: 'status=boolean&notifications=nested&compression=off', without: COMPRESSED },
  { query: 'notifications=nested&compression=always', without: PLAIN },
]) {
  test(`X1–X14 the suite of the kit, ${query === '' ? 'defaults' : query}`, async (t) => {
    const { relay } = await startChatmaster(t, query)
    // Somebody else is there too, and is none of the checks' business.
    await relay.join('Bystander')
    await runKit(t, chatmasterSuite, relay.ports[1] as number, { without })
  })
}
