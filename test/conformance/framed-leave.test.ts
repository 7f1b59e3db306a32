/** Going, in whatever way, and being sent away. Rules F10, F17, N3. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  ACCEPTED,
  direct,
  error,
  frame,
  join,
  joining,
  LEAVE,
  leave,
  leaving,
  list,
  message,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { onEachTransport } from '../fixtures/start-relay.js'

const WAYS: readonly [string, (peer: FramedPeer) => void][] = [
  ['LEAVE', (peer) => peer.send(leave())],
  ['LEAVE with a payload', (peer) => peer.send(leave('Bob'))],
  ['LEAVE with a long payload of any bytes', (peer) => peer.send(frame(LEAVE, Buffer.alloc(65_535, 0xff)))],
  ['a FIN', (peer) => peer.socket.end()],
  ['a FIN in the middle of a frame', (peer) => peer.socket.end(Buffer.of(2, 0, 9, 65))],
  ['a reset', (peer) => peer.reset()],
]

onEachTransport((start) => {
  for (const [way, go] of WAYS) {
    test(`F10 ${way}: everyone left in the room is told once`, async (t) => {
      const relay = await start(t)
      const amy = await relay.join('Amy')
      const cyd = await relay.join('Cyd')
      const bob = await relay.join('Bob')
      await amy.expect(joining('Cyd'), joining('Bob'))
      await cyd.expect(joining('Bob'))
      go(bob)
      await amy.expect(Buffer.from('\x02\x00\x1b**Bob is leaving the chat**', 'latin1'))
      await cyd.expect(leaving('Bob'))
      amy.send(list(), message('still here'))
      await amy.expect(list('Amy Cyd'))
      await cyd.expect(message('[Amy] still here'))
    })
  }

  test('F10 after LEAVE the relay closes, and says nothing more', async (t) => {
    const relay = await start(t)
    const bob = await relay.join('Bob')
    bob.send(leave())
    await bob.expectEnd()
  })

  test('F10 what was said before LEAVE, in the same write, is relayed; what comes behind it is not', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    bob.send(message('last words'), leave(), message('from beyond'), join('Rob'), direct('Amy boo'), list())
    await amy.expect(joining('Bob'), message('[Bob] last words'), leaving('Bob'))
    await bob.expectEnd()
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('F10 what was said before a FIN is relayed, and answers still reach who ended their side', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob', { allowHalfOpen: true })
    bob.socket.end(Buffer.concat([message('last words'), list(), frame(9)]))
    await amy.expect(joining('Bob'), message('[Bob] last words'), leaving('Bob'))
    await bob.expectEnd(list('Amy Bob'), error('Unsupported command 9'))
  })

  test('F10 who leaves gets what was said before they left', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    for (let round = 0; round < 20; round++) amy.send(message(`${round}`))
    amy.send(list())
    await amy.expect(joining('Bob'), list('Amy Bob'))
    bob.send(leave())
    await bob.expectEnd(...Array.from({ length: 20 }, (_, round) => message(`[Amy] ${round}`)))
  })

  test('N3 a name is free again the moment its session ended, and the leave is announced before', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const amy = await relay.connect()
    amy.send(join('Amy'))
    await amy.expect(ACCEPTED, joining('Amy'))
    let bob = await relay.connect()
    bob.send(join('Bob'))
    await bob.expect(ACCEPTED, joining('Bob'))
    await amy.expect(joining('Bob'))
    for (let round = 0; round < 50; round++) {
      const next = await relay.connect()
      bob.send(leave())
      await bob.expectEnd()
      next.send(join('Bob'))
      await next.expect(ACCEPTED, joining('Bob'))
      await amy.expect(leaving('Bob'), joining('Bob'))
      bob = next
    }
  })

  test('F17 when the relay ends, the last frame of everyone is LEAVE with the reason', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    const nameless = await relay.connect()
    await nameless.frame()
    await amy.frame()
    amy.send(message('last words'))
    await bob.expect(message('[Amy] last words'))
    await relay.relay.stop()
    for (const peer of [amy, bob, nameless]) {
      const last = await peer.frame()
      assert.equal(last[0], LEAVE)
      assert.match(last.toString('latin1', 3), /shutting down/)
      await peer.expectEnd()
    }
  })

  test('F17 what is queued goes out before the LEAVE', async (t) => {
    const relay = await start(t, { settings: { hardLimitBytes: '100000000', softLimitBytes: '100000000' } })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    bob.socket.pause()
    const text = 'x'.repeat(60_000)
    // More than the kernel takes for somebody who does not read.
    for (let count = 0; count < 400; count++) amy.send(message(`${count} ${text}`))
    amy.send(list())
    await amy.skipTo(list('Amy Bob'))
    const stopped = relay.relay.stop()
    bob.socket.resume()
    for (let count = 0; count < 400; count++) await bob.expect(message(`[Amy] ${count} ${text}`))
    assert.equal((await bob.frame())[0], LEAVE)
    await bob.expectEnd()
    await stopped
  })

  for (const heard of [1, 100, 700]) {
    test(`F17 whoever is cut short after ${heard} messages reads the reason, and is gone as soon as they have`, async (t) => {
      // Were anybody left to linger, the end would take longer than a peer waits.
      const relay = await start(t, { settings: { lingerMs: '20000', shutdownMs: '20000' } })
      const amy = await relay.join('Amy')
      const bob = await relay.join('Bob')
      await amy.frame()
      for (let n = 0; n < 2000; n++) bob.send(message(`${n} ${'x'.repeat(n % 500)}`))
      for (let n = 0; n < heard; n++) await amy.frame()
      const stopped = relay.relay.stop()
      for (const peer of [amy, bob]) assert.equal((await peer.rest()).at(-1)?.[0], LEAVE)
      const lingers = delay(10_000, null, { ref: false }).then(() => assert.fail('somebody lingers'))
      await Promise.race([stopped, lingers])
    })
  }
})
