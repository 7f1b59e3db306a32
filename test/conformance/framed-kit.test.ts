/** The conformance kit's own suite of the framed dialect, on the relay with each set of options. Rules F1–F17. What waits is in framed-kit-slow.test.ts. */

import test from 'node:test'
import { framedSuite } from '../../src/conform/framed/suite.js'
import { runKit } from '../fixtures/conform-kit.js'
import { startRelay } from '../fixtures/start-relay.js'

for (const { query, without } of [
  { query: '', without: ['bare=on'] },
  { query: 'style=colon', without: ['bare=on'] },
  { query: 'join-reply=byte', without: ['bare=on'] },
  { query: 'greeting=join', without: ['bare=on'] },
  { query: 'greeting=off', without: ['bare=on', 'names the commands'] },
  { query: 'join-reply=byte&greeting=join&bare=on', without: [] },
]) {
  test(`F1-F17 the suite of the kit, ${query === '' ? 'defaults' : query}`, async (t) => {
    const { port } = await startRelay(t, { query })
    await runKit(t, framedSuite, port, { without })
  })
}
