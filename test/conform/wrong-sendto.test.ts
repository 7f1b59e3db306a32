/** The sendto suite on servers that get one thing wrong: it finds each under its rule, and nothing in one that is right. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import test, { describe, type TestContext } from 'node:test'
import { freshNames, runCheck } from '../../src/conform/run-check.js'
import { sendtoSuite } from '../../src/conform/sendto/suite.js'
import { WRONGS, type Wrong, wrongSendto } from './wrong-sendto.js'

/** The rules of the checks that do not come out well. */
async function failing(t: TestContext, wrong: Wrong | null): Promise<Set<string>> {
  const server = wrongSendto(wrong)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const asked = {
    host: '127.0.0.1',
    port,
    timeoutMs: wrong === null ? 5000 : 300,
    quietMs: 30,
    freshName: freshNames(),
  }
  const rules = new Set<string>()
  for (const check of sendtoSuite.checks) {
    // A crowd is tried on a real relay (test/faults/kit-crowds.load.test.ts).
    if (check.slow === true) continue
    const outcome = await runCheck(check, asked)
    assert.notEqual(outcome.kind, 'crashed', `${check.title}: ${JSON.stringify(outcome)}`)
    if (outcome.kind === 'failed') rules.add(wrong === null ? `${check.title}: ${outcome.came}` : check.rule)
  }
  return rules
}

test('nothing is found in a server that is right', async (t) => {
  assert.deepEqual(await failing(t, null), new Set())
})

// At once, since each waits for what never comes.
describe('a server that is wrong', { concurrency: 6 }, () => {
  for (const [wrong, rule] of Object.entries(WRONGS)) {
    test(`${rule} one that ${wrong}`, async (t) => {
      const rules = await failing(t, wrong as Wrong)
      assert.ok(rules.has(rule), `found: ${[...rules].join(', ')}`)
    })
  }
})
