/** That no signal is lost or ends the process by itself, however early, late or often it comes. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Signals } from '../../src/commands/signals.js'

test('a SIGHUP before the relay is there is made up for once, and the first of those that end it counts', async (t) => {
  const before = new Map(
    (['SIGHUP', 'SIGTERM', 'SIGINT'] as const).map((one) => [one, process.listeners(one)]),
  )
  // A signal is no reason to stay alive.
  const alive = setInterval(() => {}, 1000)
  t.after(() => {
    clearInterval(alive)
    for (const [signal, listeners] of before) {
      for (const listener of process.listeners(signal)) {
        if (!listeners.includes(listener)) process.off(signal, listener)
      }
    }
  })
  const signals = new Signals()
  assert.equal(signals.hasEnded, false)
  let hangups = 0
  process.kill(process.pid, 'SIGHUP')
  process.kill(process.pid, 'SIGHUP')
  process.kill(process.pid, 'SIGINT')
  assert.equal(await signals.ended, 'SIGINT')
  assert.equal(signals.hasEnded, true)
  signals.onHangup(() => hangups++)
  assert.equal(hangups, 1)
  const heard = new Promise((resolve) => process.once('SIGHUP', resolve))
  process.kill(process.pid, 'SIGTERM')
  process.kill(process.pid, 'SIGHUP')
  await heard
  assert.equal(hangups, 2)
  assert.equal(await signals.ended, 'SIGINT')
})
