/** Those who are refused a name again and again. Those who never ask for one are test/faults/slow-header.test.ts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { LogDir } from '../fixtures/log-dir.js'

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
