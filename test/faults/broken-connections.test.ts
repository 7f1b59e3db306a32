/** Connections that break where it is least convenient, many times, beside two who chat. Rules F10, M6. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  direct,
  header,
  join,
  joining,
  LEAVE,
  leaving,
  list,
  MESSAGE,
  message,
  shown,
} from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { onEachTransport, openTcp, untilTcpIs } from '../fixtures/start-relay.js'

onEachTransport((start) => {
  test('F10 a reset in the middle of a frame, 1,000 times: one leave each, and nothing left over', async (t) => {
    const relay = await start(t)
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const before = openTcp()
    const begun = message('Hello')
    for (let round = 0; round < 250; round++) {
      const some = await Promise.all([0, 1, 2, 3].map(() => relay.connect()))
      for (const [index, peer] of some.entries()) {
        // 1 to 6 bytes of a frame, before JOIN for half of them.
        const part = begun.subarray(0, 1 + ((round + index) % 6))
        peer.send(index % 2 === 0 ? part : Buffer.concat([join(`Bad${index}`), part]))
      }
      for (const [index, peer] of some.entries()) {
        if (index % 2 === 1) await peer.skipTo(joining(`Bad${index}`))
        peer.reset()
      }
      // The names are free for the next round when the leaves have been told.
      for (const name of ['Bad1', 'Bad3']) {
        while (!pair.others.some((one) => one.equals(leaving(name)))) await pair.settle()
      }
      const told = pair.others.map(shown).sort()
      const expected = ['Bad1', 'Bad3'].flatMap((name) => [joining(name), leaving(name)])
      assert.deepEqual(told, expected.map(shown).sort())
      pair.others = []
    }
    await pair.stop()
    await untilTcpIs(before)
  })

  test('F10 a reset while much is queued for the one who breaks off', async (t) => {
    const relay = await start(t, { settings: { hardLimitBytes: '100000000', softLimitBytes: '100000000' } })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const before = openTcp()
    const amy = await relay.join('Amy')
    for (let round = 0; round < 10; round++) {
      const bad = await relay.join('Bad')
      bad.socket.pause()
      for (let count = 0; count < 100; count++) amy.send(direct(`Bad ${'x'.repeat(60_000)}`))
      amy.send(direct('Amy sent'))
      await amy.skipTo(direct('[Amy] sent'))
      bad.reset()
      await amy.skipTo(leaving('Bad'))
    }
    amy.destroy()
    await pair.stop()
    await untilTcpIs(before)
  })

  test('F10 a FIN without ever reading: whoever does so is gone after the linger time', async (t) => {
    const relay = await start(t, {
      settings: { hardLimitBytes: '100000000', softLimitBytes: '100000000', lingerMs: '300' },
    })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const before = openTcp()
    const amy = await relay.join('Amy')
    const bad = await relay.join('Bad', { allowHalfOpen: true })
    bad.socket.pause()
    for (let count = 0; count < 300; count++) amy.send(direct(`Bad ${'x'.repeat(60_000)}`))
    amy.send(direct('Amy sent'))
    await amy.skipTo(direct('[Amy] sent'))
    bad.socket.end()
    await amy.skipTo(leaving('Bad'))
    // Only the test's own end of the connection is left, and the relay has given up its own.
    await untilTcpIs(before + 2 + 1)
    bad.destroy()
    amy.destroy()
    await pair.stop()
    await untilTcpIs(before)
  })

  test('whoever keeps its side open after LEAVE is gone after the linger time', async (t) => {
    const relay = await start(t, { settings: { lingerMs: '300' } })
    const before = openTcp()
    const bad = await relay.join('Bad', { allowHalfOpen: true })
    bad.send(Buffer.of(LEAVE, 0, 0))
    await bad.expectEnd()
    assert.equal(openTcp(), before + 2)
    // It may even go on talking.
    const talk = setInterval(() => bad.socket.writable && bad.send(message('still here')), 20)
    await untilTcpIs(before + 1)
    clearInterval(talk)
  })

  test('connections that are opened and dropped at once, 500 of them, leave nothing behind', async (t) => {
    const relay = await start(t)
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const before = openTcp()
    for (let round = 0; round < 10; round++) {
      const some = await Promise.all(Array.from({ length: 50 }, () => relay.connect()))
      for (const [index, peer] of some.entries()) {
        if (index % 3 === 0) peer.reset()
        else if (index % 3 === 1) peer.destroy()
        else peer.socket.end(header(MESSAGE, 9))
      }
    }
    await untilTcpIs(before)
    await pair.stop()
    assert.deepEqual(pair.others, [])
    const last = await relay.join('Last')
    last.send(list())
    await last.expect(list('Last Left Right'))
  })
})
