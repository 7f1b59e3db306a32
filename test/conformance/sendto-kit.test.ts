/** The conformance kit's own suite of the sendto dialect, on the relay. Rules S1–S8. */

import test from 'node:test'
import { sendtoSuite } from '../../src/conform/sendto/suite.js'
import { runKit } from '../fixtures/conform-kit.js'
import { startSendtoRelay } from '../fixtures/sendto-relay.js'

test('S1-S8 the suite of the kit, with nobody else on the relay', async (t) => {
  const { port } = await startSendtoRelay(t)
  await runKit(t, sendtoSuite, port)
})

test('S1-S8 the suite of the kit, beside other people', async (t) => {
  const relay = await startSendtoRelay(t)
  for (const name of ['Amy', 'zoe-of-a-name-with-31-characters']) await relay.join(name)
  await relay.loginLines('Bob')
  await runKit(t, sendtoSuite, relay.port)
})
