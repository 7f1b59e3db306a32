/** A connection that ends while it is being read on: nothing of it is left until the linger time is over. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { frame, leave } from '../../fixtures/framed-bytes.js'
import { onEachTransport, openTcp, untilTcpIs } from '../../fixtures/start-relay.js'

onEachTransport((start) => {
  test('F10 a LEAVE behind more requests than one turn has is followed by the client’s FIN', async (t) => {
    const relay = await start(t, { settings: { lingerMs: '60000' } })
    const before = openTcp()
    const peer = await relay.connect()
    // The 1,024 that a turn has, and some that are carried out when it reads on.
    peer.send(...Array.from({ length: 1100 }, () => frame(9)), leave())
    await peer.ended()
    peer.destroy()
    await untilTcpIs(before)
  })

  test('F14 what comes right before a FIN is carried out, though it is more than one turn has', async (t) => {
    const relay = await start(t)
    for (const requests of [1023, 1024, 1025, 3000]) {
      const peer = await relay.connect({ allowHalfOpen: true })
      peer.socket.end(Buffer.concat(Array.from({ length: requests }, () => frame(9))))
      await peer.ended()
      const [greeting, ...answers] = await peer.rest()
      assert.ok(greeting?.includes('Welcome'))
      assert.equal(answers.length, requests)
      peer.destroy()
    }
  })
})
