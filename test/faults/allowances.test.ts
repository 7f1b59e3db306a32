/** One sender at a hundred times its allowance: the others notice nothing of it (faults row 11). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, message } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { LogDir } from '../fixtures/log-dir.js'
import { startRelay } from '../fixtures/start-relay.js'

/** More than the pair says. */
const PER_SECOND = 1000
const FLOOD_MS = 1000

test('a sender at a hundred times its allowance is paused and then sent away; a healthy pair chats on', async (t) => {
  const logs = new LogDir()
  const settings = { messagesPerSecond: `${PER_SECOND}`, floodMs: `${FLOOD_MS}`, logDir: logs.path }
  const relay = await startRelay(t, { settings })
  const pair = await HealthyPair.start(relay)
  t.after(() => pair.abandon())
  const flooding = await FramedPeer.connect({ port: relay.port })
  flooding.send(join('Mallory'))
  flooding.socket.on('data', () => {})
  const words = message('flood')
  const begun = Date.now()
  const more = setInterval(() => flooding.send(...Array.from({ length: PER_SECOND * 10 }, () => words)), 100)
  t.after(() => clearInterval(more))
  await flooding.ended()
  const seconds = (Date.now() - begun) / 1000
  clearInterval(more)
  const [closed] = await logs.untilAll('connections', [
    ({ event, name }) => event === 'closed' && name === 'Mallory',
  ])
  assert.equal(closed?.reason, 'flood')
  await pair.stop()
  const said = logs.records('chat').filter(({ event, name }) => event === 'message' && name === 'Mallory')
  const most = PER_SECOND * (10 + seconds + 1)
  assert.ok(said.length <= most, `${said.length} in ${seconds} s`)
  assert.ok(said.length >= PER_SECOND * 10, `${said.length}`)
})
