/** What a transport over Node's handle says of a stream that broke, whoever heard of it first. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { acceptHandles, type HandleTransport } from '../../../src/relay/net/handle-transport.js'
import { handlesSupported } from '../../../src/relay/net/tcp-handle.js'
import type { Transport } from '../../../src/relay/net/transport.js'

test('a reset that a write has heard of first is no end in good order', {
  skip: !handlesSupported,
}, async (t) => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const accepted = new Promise<Transport>((resolve, reject) => acceptHandles(server, resolve, reject, 60_000))
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const transport = (await accepted) as HandleTransport
  const said: string[] = []
  transport.open({
    received: () => said.push('received'),
    ended: () => said.push('ended'),
    failed: (code) => said.push(code),
    written: () => said.push('written'),
    releasing: () => {},
  })
  transport.pause()
  await once(client, 'connect')
  client.resetAndDestroy()
  await once(client, 'close')
  await delay(20)
  assert.equal(transport.write(Buffer.from('are you there?')), true)
  // As after a turn in which others were read from: the write's own fault is told only later.
  transport.resume()
  while (said.length === 0) await delay(1)
  assert.match(said.join(), /^(ECONNRESET|EPIPE)$/)
})
