/**
 * What needs thousands of people, in the kit's own suites: lists longer than a frame, a message or 64 KiB. Rules F8, S3
 * and C9. In a file of its own: it takes longer than the rest.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CROWDED as CHATROOM } from '../../src/conform/chatroom/crowded.js'
import type { Check } from '../../src/conform/check.js'
import { CROWDED as FRAMED } from '../../src/conform/framed/crowded.js'
import { freshNames, runCheck } from '../../src/conform/run-check.js'
import { CROWDED as SENDTO } from '../../src/conform/sendto/crowded.js'
import { startAllDialects } from '../fixtures/all-dialects.js'

const CROWDED: ReadonlyMap<string, readonly Check[]> = new Map([
  ['framed', FRAMED],
  ['sendto', SENDTO],
  ['chatroom', CHATROOM],
])

for (const [dialect, checks] of CROWDED) {
  for (const check of checks) {
    test(`${check.rule} ${dialect}: ${check.title}`, async (t) => {
      const { relay, portOf } = await startAllDialects()
      t.after(() => relay.stop())
      const server = { host: '127.0.0.1', port: portOf(dialect), timeoutMs: 5000, quietMs: 60 }
      assert.deepEqual(await runCheck(check, { ...server, freshName: freshNames() }), { kind: 'ok' })
    })
  }
}

test('a server that does not take so many is not blamed', async (t) => {
  const { relay, portOf } = await startAllDialects({ maxConnections: '20' })
  t.after(() => relay.stop())
  const server = { host: '127.0.0.1', port: portOf('framed'), timeoutMs: 500, quietMs: 60 }
  const [check] = FRAMED as [Check]
  const outcome = await runCheck(check, { ...server, freshName: freshNames() })
  assert.equal(outcome.kind, 'skipped')
})
