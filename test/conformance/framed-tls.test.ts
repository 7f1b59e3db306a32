/** framed+tls: the same protocol over TLS, and what can go wrong below it. Rules F2–F17 as far as TLS matters. */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { certificateQuery } from '../fixtures/certificate.js'
import {
  ACCEPTED,
  direct,
  ERROR,
  error,
  frame,
  header,
  join,
  joining,
  LEAVE,
  leave,
  leaving,
  list,
  message,
} from '../fixtures/framed-bytes.js'
import { startRelay } from '../fixtures/start-relay.js'

const certificate = certificateQuery()
const missing = certificate === null
if (missing) console.error('SKIPPED: the tests of framed+tls, since openssl is missing')

describe('framed+tls', { skip: missing && 'openssl is missing' }, () => {
  const start = (t: TestContext, settings = {}, query = '') =>
    startRelay(t, { scheme: 'framed+tls', query: `${certificate}${query}`, settings })

  test('F1–F12 a conversation of every command, in few writes and byte by byte', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    for (const apart of [false, true]) {
      const bob = await relay.connect()
      await bob.frame()
      const said = [join('Amy'), join('Bob'), message('Hi'), list(), direct('Amy x'), frame(7), leave()]
      if (apart) await bob.sendApart(Array.from(Buffer.concat(said), (byte) => Buffer.of(byte)))
      else bob.send(...said)
      assert.deepEqual([...(await bob.bytes(4))], [0, 0, 1, 1])
      await bob.expectEnd(ACCEPTED, joining('Bob'), list('Amy Bob'), error('Unsupported command 7'))
      await amy.expect(joining('Bob'), message('[Bob] Hi'), direct('[Bob] x'), leaving('Bob'))
    }
  })

  test('the options of a framed listener stand beside those of TLS', async (t) => {
    const relay = await start(t, {}, '&style=colon&join-reply=byte&greeting=off&bare=on')
    const amy = await relay.connect()
    amy.send(join('Amy'))
    assert.deepEqual([...(await amy.bytes(1))], [0])
    await amy.expect(joining('Amy'))
    amy.send(Buffer.of(3))
    await amy.expect(list('Amy'))
    amy.send(direct('Amy Hi'))
    await amy.expect(direct('Amy: Hi'))
  })

  test('M5 M6 500 long messages glued together arrive in order', async (t) => {
    const relay = await start(t, { hardLimitBytes: '100000000' })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    const texts = Array.from({ length: 500 }, (_, i) => `${i} ${'x'.repeat((i * 131) % 20_000)}`)
    bob.send(...texts.map(message))
    for (const text of texts) await amy.expect(message(`[Bob] ${text}`))
  })

  test('F10 whoever ends or breaks the connection leaves the room', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    bob.socket.end()
    await amy.expect(joining('Bob'), leaving('Bob'))
    const cyd = await relay.join('Cyd')
    cyd.destroy()
    await amy.expect(joining('Cyd'), leaving('Cyd'))
  })

  test('F15 F17 the reason is the last frame', async (t) => {
    const relay = await start(t, { frameDeadlineMs: '200', loginDeadlineMs: '5000' })
    const long = await relay.connect()
    await long.frame()
    long.send(header(0, 60_000))
    await long.expectLike(ERROR, /too long/)
    await long.expectLike(LEAVE, /too long/)
    await long.expectEnd()
    const slow = await relay.join('Slow')
    slow.send(Buffer.of(2))
    await slow.expectLike(ERROR, /in time/)
    await slow.expectLike(LEAVE, /in time/)
    await slow.expectEnd()
    const last = await relay.join('Last')
    await relay.relay.stop()
    await last.expectLike(LEAVE, /shutting down/)
    await last.expectEnd()
  })

  test('whoever does not speak TLS is dropped, and nobody else notices', async (t) => {
    const relay = await start(t, { loginDeadlineMs: '1000' })
    const amy = await relay.join('Amy')
    for (const bytes of [join('Bob'), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(5000, 0xff)]) {
      const plain = await relay.connect({ tls: false })
      plain.send(bytes)
      await plain.ended()
      plain.destroy()
    }
    for (let count = 0; count < 20; count++) {
      const plain = await relay.connect({ tls: false })
      plain.send(Buffer.from('16030100f8010000f40303', 'hex'))
      plain.reset()
    }
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('F15 a handshake that never comes is given up at the login deadline', async (t) => {
    const relay = await start(t, { loginDeadlineMs: '300' })
    const silent = await relay.connect({ tls: false, allowHalfOpen: true })
    await silent.ended()
  })

  test('F15 handshakes that stall do not take more connections than the relay may hold', async (t) => {
    const relay = await start(t, { maxConnections: '2' })
    const amy = await relay.join('Amy')
    const connecting = Array.from({ length: 100 }, () => relay.connect({ tls: false, allowHalfOpen: true }))
    const stalled = await Promise.all(connecting)
    // All but those that may be on their way out are closed, long before the login deadline.
    await Promise.any(stalled.map((peer) => peer.ended()))
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('a handshake under way does not outlive the relay', async (t) => {
    const relay = await start(t)
    const silent = await relay.connect({ tls: false, allowHalfOpen: true })
    // The listener has accepted it once it answers somebody who came later.
    await relay.join('Amy')
    await relay.relay.stop()
    await silent.ended()
  })

  test('F10 M6 a reader that has stopped is cut off, and the others go on', async (t) => {
    const relay = await start(t, { softLimitBytes: '32768', hardLimitBytes: '65536', graceMs: '2000' })
    const amy = await relay.join('Amy')
    const slow = await relay.join('Slow')
    await amy.expect(joining('Slow'))
    slow.socket.pause()
    const text = 'x'.repeat(60_000)
    const left = amy.expect(leaving('Slow')).then(() => true)
    for (;;) {
      // No more than the relay takes: encrypting more is work that a busy machine is short of.
      if (amy.socket.writableLength < 1_000_000) amy.send(message(text))
      if (await Promise.race([left, new Promise((resolve) => setTimeout(resolve, 1, false))])) break
    }
    slow.socket.resume()
    assert.notEqual(await slow.ended(), null)
  })
})
