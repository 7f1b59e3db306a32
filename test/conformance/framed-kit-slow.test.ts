/**
 * What waits for deadlines, or floods a reader, in the conformance kit's own suite of the framed dialect. Rules F15, F16.
 * In a file of its own: it hardly does anything, and takes longer than all the rest.
 */

import test from 'node:test'
import { CROWDED } from '../../src/conform/framed/crowded.js'
import { framedSuite } from '../../src/conform/framed/suite.js'
import { runKit } from '../fixtures/conform-kit.js'
import { startRelay } from '../fixtures/start-relay.js'

test('F15 the suite of the kit, what waits for deadlines', async (t) => {
  const { port } = await startRelay(t)
  const checks = framedSuite.checks.filter((check) => !CROWDED.includes(check))
  await runKit(t, { ...framedSuite, checks }, port, {
    slow: true,
    without: ['a reader that missed messages'],
  })
})

test('F16 the suite of the kit, policy=drop-oldest', async (t) => {
  const { port } = await startRelay(t, { query: 'policy=drop-oldest' })
  const checks = framedSuite.checks.filter(({ rule }) => rule === 'F16')
  await runKit(t, { ...framedSuite, checks }, port, { slow: true })
})
