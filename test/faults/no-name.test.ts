/** Those who have no name, and those who are refused one again and again: they take nobody's place (S3, F17). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { LogDir } from '../fixtures/log-dir.js'

test('S3 connections that never log in make room: the longest without a name goes first', async (t) => {
  const logs = new LogDir()
  const relay = await startAllDialects({ maxConnections: '16', logDir: logs.path })
  t.after(() => relay.relay.stop())
  const idle: RawPeer[] = []
  for (let count = 0; count < 12; count++) idle.push(await relay.connect('sendto'))
  t.after(() => {
    for (const peer of idle) peer.close()
  })
  for (const peer of idle.slice(0, 8)) await peer.closed()
  let closed = 0
  const records = await logs.until('connections', ({ event }) => event === 'closed' && ++closed % 8 === 0)
  const gone = records.filter(({ event }) => event === 'closed')
  assert.deepEqual(
    gone.map(({ reason }) => reason),
    Array.from({ length: 8 }, () => 'full'),
  )
  const came = records.filter(({ event }) => event === 'connected').map(({ port }) => port)
  assert.deepEqual(
    gone.map(({ port }) => port),
    came.slice(0, 8),
  )
})

test('S2 a connection that is only refused is slowed down, and then sent away', async (t) => {
  const logs = new LogDir()
  const relay = await startAllDialects({ logDir: logs.path })
  t.after(() => relay.relay.stop())
  const peer = await relay.connect('sendto')
  t.after(() => peer.close())
  const begun = performance.now()
  peer.write('login \x7f\n'.repeat(2000))
  await peer.closed('the end', 30_000)
  const records = await logs.until(
    'connections',
    ({ event, reason }) => event === 'closed' && reason === 'refused',
  )
  const seconds = (performance.now() - begun) / 1000
  assert.ok(seconds > 5, `${seconds} s`)
  assert.ok(records.length < 300, `a few lines a second, and not ${records.length}`)
})
