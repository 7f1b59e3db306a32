/** Row 9 of docs/faults.md: 900 connections come while the relay does nothing for three seconds: the kernel keeps all of them, and every one is served. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { ACCEPTED, commandOf, join, MESSAGE } from '../fixtures/framed-bytes.js'

const CONNECTS = 900
const BLOCKED_MS = 3000
/** The pair waits too, and a busy machine may take a while for the rest. */
const IN_TIME_MS = 15_000

test(`row 9: ${CONNECTS} connections while the relay stands still for ${BLOCKED_MS / 1000} s: none is lost to the backlog`, async (t) => {
  const trial = await FaultTrial.start(t)
  // Stopped, it accepts nobody.
  trial.program.child.kill('SIGSTOP')
  t.after(() => trial.program.child.kill('SIGCONT'))
  const stopped = delay(BLOCKED_MS)
  const begun = performance.now()
  const crowd = await Promise.all(Array.from({ length: CONNECTS }, () => trial.connect()))
  t.diagnostic(`all connected ${(performance.now() - begun).toFixed(0)} ms after the relay was stopped`)
  for (const [index, peer] of crowd.entries()) peer.send(join(`n${index}`))
  await stopped
  trial.program.child.kill('SIGCONT')
  for (const peer of crowd) {
    assert.equal(commandOf(await peer.frame('the greeting')), MESSAGE)
    await peer.expect(ACCEPTED)
  }
  t.diagnostic(`all served ${(performance.now() - begun - BLOCKED_MS).toFixed(0)} ms after it went on`)
  const { longestMs } = await trial.assertAsBefore({ inTimeMs: IN_TIME_MS })
  assert.ok(longestMs > BLOCKED_MS / 2, 'it stood still')
})
