/** Strangers who are refused over and over: the log of connections keeps what others did. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { LogDir } from '../fixtures/log-dir.js'
import { FAILURE, login } from '../fixtures/sendto-bytes.js'
import { startSendtoRelay } from '../fixtures/sendto-relay.js'

test('1,200 refused logins from 20 connections are ten records and sums, and none is missing from those', async (t) => {
  const logs = new LogDir()
  const relay = await startSendtoRelay(t, { settings: { logDir: logs.path } })
  await relay.login('Amy')
  const each = 60
  const strangers = await Promise.all(Array.from({ length: 20 }, () => relay.connect()))
  const begun = Date.now()
  for (const stranger of strangers) stranger.send(...Array.from({ length: each }, () => login('Amy')))
  for (const stranger of strangers) for (let count = 0; count < each; count++) await stranger.expect(FAILURE)
  const rejected = () => logs.records('connections').filter(({ event }) => event === 'rejected')
  const total = () => rejected().reduce((sum, { count = 1 }) => sum + Number(count), 0)
  const deadline = begun + 20_000
  while (total() < 20 * each && Date.now() < deadline) await delay(50)
  assert.equal(total(), 20 * each)
  const seconds = Math.ceil((Date.now() - begun) / 1000) + 1
  assert.ok(rejected().length <= 11 * seconds, `${rejected().length} records in ${seconds} s`)
  assert.ok(logs.records('connections').some(({ event, name }) => event === 'accepted' && name === 'Amy'))
  const sums = rejected().filter(({ count }) => count !== undefined)
  assert.ok(sums.length > 0)
  for (const { time: _, count: __, ...rest } of sums) {
    assert.deepEqual(rest, { event: 'rejected', ip: '127.0.0.1', dialect: 'sendto', reason: 'taken' })
  }
})
