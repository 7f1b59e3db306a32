/** Row 11 of docs/faults.md: one sender at a hundred times its allowance; what the others say takes no longer than without it. Rules M5, M6. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { message } from '../fixtures/framed-bytes.js'
import { percentile } from '../fixtures/percentile.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

/** More than each of the pair says. */
const PER_SECOND = 300
const TIMES_ITS_ALLOWANCE = 100
/** How long it goes on before the sender is sent away. */
const FLOOD_MS = timesOf(3000, 60_000)
const EVERY_MS = 100
/** The 99th percentile may be so much later than before, on a machine that runs other tests meanwhile. */
const SLACK_MS = 250
const TIMES_LATER = 3

test('row 11: a sender at a hundred times its allowance is paused, then sent away; the others’ p99 stays what it was', async (t) => {
  const args = ['--messages-per-second', `${PER_SECOND}`, '--flood-ms', `${FLOOD_MS}`]
  const trial = await FaultTrial.start(t, { args })
  const { pair } = trial
  pair.tookMs = []
  await until(() => pair.tookMs.length >= 600, 40_000)
  const calmMs = percentile(pair.tookMs, 99)

  const flooding = await trial.join('Mallory')
  const piece = Buffer.concat(
    Array.from({ length: (PER_SECOND * TIMES_ITS_ALLOWANCE * EVERY_MS) / 1000 }, () => message('flood')),
  )
  const begun = performance.now()
  // What is not read fills the buffers, and then waits here: no more than what they hold can be offered.
  const more = setInterval(() => {
    if (flooding.socket.writableLength < piece.length) flooding.send(piece)
  }, EVERY_MS)
  t.after(() => clearInterval(more))
  // What ten seconds allow may come at once, and is told at once; then it is made to wait.
  await trial.reaches('parlance_connections_paused{cause="allowance"}', 1)
  pair.tookMs = []
  await until(() => flooding.socket.closed, FLOOD_MS + 40_000)
  const seconds = (performance.now() - begun) / 1000
  clearInterval(more)
  const floodedMs = percentile(pair.tookMs, 99)
  t.diagnostic(`p99 ${calmMs.toFixed(1)} ms before, ${floodedMs.toFixed(1)} ms for ${seconds.toFixed(1)} s`)
  assert.ok(floodedMs <= TIMES_LATER * calmMs + SLACK_MS, `p99 ${floodedMs} ms, before ${calmMs} ms`)
  assert.ok(seconds * 1000 >= FLOOD_MS, `sent away after ${seconds} s`)

  await trial.reaches('parlance_disconnects_total{reason="flood"}', 1)
  await trial.assertAsBefore()
  const said = trial.logs.all('chat').filter(({ event, name }) => event === 'message' && name === 'Mallory')
  const most = PER_SECOND * (10 + seconds + 1)
  assert.ok(said.length <= most, `${said.length} in ${seconds} s`)
  assert.ok(said.length >= PER_SECOND * 10, `${said.length}`)
  // M6: what was read was told.
  assert.equal(pair.others.filter((frame) => frame.equals(message('[Mallory] flood'))).length, said.length)
})
