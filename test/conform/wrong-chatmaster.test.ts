/** The chatmaster suite on servers that get one thing wrong: it finds each under its rule, and nothing in one that is right. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import test, { describe, type TestContext } from 'node:test'
import { chatmasterSuite } from '../../src/conform/chatmaster/suite.js'
import { freshNames, runCheck } from '../../src/conform/run-check.js'
import { startChatmaster } from '../fixtures/chatmaster-peer.js'
import { WRONGS, wrongChatmaster } from './wrong-chatmaster.js'

/** The rules of the checks that do not come out well: all of them, or those of one rule. */
async function failing(t: TestContext, wrong: string | null): Promise<string[]> {
  const { relay } = await startChatmaster(t)
  const server = wrongChatmaster(wrong, relay.ports[1] as number)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const asked = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    timeoutMs: wrong === null ? 5000 : 250,
    quietMs: 30,
    freshName: freshNames(),
  }
  const found: string[] = []
  const rule = wrong === null ? null : (WRONGS[wrong]?.[0] ?? null)
  for (const check of chatmasterSuite.checks) {
    // Of a wrong server one thing has to be found.
    if (rule !== null && (check.rule !== rule || found.length > 0)) continue
    const outcome = await runCheck(check, asked)
    assert.notEqual(outcome.kind, 'crashed', `${check.title}: ${JSON.stringify(outcome)}`)
    if (outcome.kind === 'failed') found.push(`${check.rule} ${check.title}: ${outcome.came}`)
  }
  server.close()
  return found
}

test('nothing is found in a server that is right', async (t) => {
  assert.deepEqual(await failing(t, null), [])
})

describe('a server that is wrong', () => {
  for (const [wrong, [rule]] of Object.entries(WRONGS)) {
    test(`${rule} one that ${wrong}`, async (t) => {
      assert.ok((await failing(t, wrong)).length > 0)
    })
  }
})
