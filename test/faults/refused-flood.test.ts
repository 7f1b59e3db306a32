/** Strangers who are refused over and over: the log of connections keeps what others did. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { LogDir } from '../fixtures/log-dir.js'
import { FAILURE, login } from '../fixtures/sendto-bytes.js'
import { startSendtoRelay } from '../fixtures/sendto-relay.js'

test('1,200 refused logins from 20 connections are thirty records and sums, and none is missing from those', async (t) => {
  const logs = new LogDir()
  const settings = { logDir: logs.path, closeSpreadMs: '0', lingerMs: '100' }
  const relay = await startSendtoRelay(t, { settings })
  await relay.login('Amy')
  const each = 60
  const strangers = await Promise.all(Array.from({ length: 20 }, () => relay.connect()))
  const begun = Date.now()
  for (const stranger of strangers) stranger.send(...Array.from({ length: each }, () => login('Amy')))
  for (const stranger of strangers) for (let count = 0; count < each; count++) await stranger.expect(FAILURE)
  // What is summed up so far is written at the end.
  for (const stranger of strangers) stranger.destroy()
  await relay.stop()
  const rejected = logs.records('connections').filter(({ event }) => event === 'rejected')
  assert.equal(
    rejected.reduce((sum, { count = 1 }) => sum + Number(count), 0),
    20 * each,
  )
  const windows = Math.ceil((Date.now() - begun) / 10_000) + 1
  assert.ok(rejected.length <= 31 * windows, `${rejected.length} records in ${windows} times ten seconds`)
  assert.ok(logs.records('connections').some(({ event, name }) => event === 'accepted' && name === 'Amy'))
  const sums = rejected.filter(({ count }) => count !== undefined)
  assert.ok(sums.length > 0)
  for (const { time: _, count: __, ...rest } of sums) {
    assert.deepEqual(rest, { event: 'rejected', ip: '127.0.0.1', dialect: 'sendto', reason: 'taken' })
  }
})

test('a client that comes again and again to be refused is sent away, and all that it does is sums', async (t) => {
  const logs = new LogDir()
  const settings = { logDir: logs.path, refusedNamesPerAddress: '20', closeSpreadMs: '0', lingerMs: '100' }
  const relay = await startSendtoRelay(t, { settings })
  const amy = await relay.login('Amy')
  for (let time = 0; time < 200; time++) {
    const stranger = await relay.connect()
    stranger.send(login('Amy'))
    await stranger.expect(FAILURE)
    if (time < 20) stranger.destroy()
    else await stranger.rest()
  }
  // Who comes from there and gets a name is recorded as ever.
  const bob = await relay.login('Bob')
  for (const peer of [amy, bob]) peer.destroy()
  await relay.stop()
  const records = logs.records('connections')
  const count = (wanted: string) =>
    records.filter(({ event }) => event === wanted).reduce((sum, { count = 1 }) => sum + Number(count), 0)
  assert.deepEqual(
    ['connected', 'rejected', 'accepted', 'closed'].map(count),
    [202, 200, 2, 202],
    'nothing is missing',
  )
  assert.ok(records.length < 150, `${records.length} records`)
  const last = records.filter(({ name }) => name === 'Bob').map(({ event }) => event)
  assert.deepEqual(last, ['accepted', 'closed'])
})
