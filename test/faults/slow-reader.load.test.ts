/** Readers that stop reading: cut off at the hard limit, with a reason, and nobody else notices. Rules M6, F16. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { direct, frameLength, leaving, list, message, textOf } from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { LogDir } from '../fixtures/log-dir.js'
import { onEachTransport, openTcp, untilTcpIs } from '../fixtures/start-relay.js'

const TEXT = 'x'.repeat(60_000)
/** More than any kernel keeps for a reader on the loopback. */
const FLOOD = 100_000

/** Says `what` until the one who does not read is told of as leaving. @returns how often it was said */
async function flood(sender: FramedPeer, victim: string, what: (n: number) => Buffer): Promise<number> {
  let left = false
  const told = sender.skipTo(leaving(victim)).then(() => {
    left = true
  })
  let count = 0
  while (!left && count < FLOOD) {
    sender.send(what(count++))
    if (sender.socket.writableNeedDrain) await new Promise((resolve) => sender.socket.once('drain', resolve))
    await delay(1)
  }
  await told
  return count
}

onEachTransport((start) => {
  test('M6 a reader that stops is cut off as slow, once, and the others get everything', async (t) => {
    const logs = new LogDir()
    const relay = await start(t, { settings: { hardLimitBytes: '1000000', logDir: logs.path } })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const before = openTcp()
    const witness = await relay.join('Witness')
    const amy = await relay.join('Amy')
    const slow = await relay.join('Slow')
    slow.socket.pause()
    const count = await flood(amy, 'Slow', (n) => message(`${n} ${TEXT}`))
    assert.ok(count < FLOOD, 'it was never cut off')
    // The witness has all of it, in order.
    let next = 0
    while (next < count) {
      const text = textOf(await witness.frame())
      if (text.startsWith('[Amy] ')) assert.equal(text.slice(6, text.indexOf(' ', 6)), `${next++}`)
    }
    // Nothing more is sent to the one cut off; what it gets is a beginning, without a hole.
    slow.socket.resume()
    await slow.ended()
    let got = 0
    for (let one = slow.frameHere(); one !== null; one = slow.frameHere()) {
      const text = textOf(one)
      if (text.startsWith('[Amy] ')) assert.equal(text.slice(6, text.indexOf(' ', 6)), `${got++}`)
    }
    assert.ok(got < count)
    const records = await logs.until(
      'connections',
      ({ event, name }) => event === 'closed' && name === 'Slow',
    )
    const closed = records.filter(({ event, name }) => event === 'closed' && name === 'Slow')
    assert.deepEqual(
      closed.map(({ reason }) => reason),
      ['slow'],
    )
    for (const peer of [amy, witness, slow]) peer.destroy()
    await untilTcpIs(before)
    await pair.stop()
  })

  test('M6 a reader that stops and keeps sending a little is cut off as well', async (t) => {
    const relay = await start(t, {
      settings: { softLimitBytes: '32768', hardLimitBytes: '65536', graceMs: '2000' },
    })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const amy = await relay.join('Amy')
    const slow = await relay.join('Slow')
    slow.socket.pause()
    let n = 0
    const tick = setInterval(() => slow.socket.writable && slow.send(message(`tick ${n++}`)), 5)
    t.after(() => clearInterval(tick))
    const count = await flood(amy, 'Slow', () => direct(`Slow ${TEXT}`))
    assert.ok(count < FLOOD)
    await pair.stop()
  })

  test('M6 whoever asks and asks without reading the answers is cut off', async (t) => {
    const relay = await start(t, {
      settings: { softLimitBytes: '32768', hardLimitBytes: '65536', graceMs: '2000' },
    })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const names = Array.from({ length: 40 }, (_, i) => `${i}`.padStart(32, 'n'))
    for (const name of names) (await relay.join(name)).socket.resume()
    const greedy = await relay.join('Greedy')
    greedy.socket.pause()
    const many = Buffer.concat(Array.from({ length: 500 }, () => list()))
    let gone = false
    greedy.socket.once('close', () => {
      gone = true
    })
    for (let round = 0; round < 5000 && !gone; round++) {
      if (greedy.socket.writableLength < 1_000_000) greedy.send(many)
      await delay(1)
      if (pair.others.some((one) => one.equals(leaving('Greedy')))) break
    }
    while (!pair.others.some((one) => one.equals(leaving('Greedy')))) await pair.settle()
    greedy.destroy()
    await pair.stop()
  })

  test('M6 before JOIN too: refusals that nobody reads do not pile up without end', async (t) => {
    const logs = new LogDir()
    const settings = { softLimitBytes: '32768', graceMs: '1000', loginDeadlineMs: '60000', logDir: logs.path }
    const relay = await start(t, { settings })
    const greedy = await relay.connect()
    greedy.socket.pause()
    const port = greedy.socket.localPort
    const many = Buffer.concat(Array.from({ length: 20_000 }, () => list()))
    let closed = false
    const watch = logs.until('connections', (record) => record.port === port && record.event === 'closed')
    watch.then(
      () => {
        closed = true
      },
      () => {},
    )
    for (let round = 0; round < 3000 && !closed; round++) {
      if (greedy.socket.writable && greedy.socket.writableLength < 1_000_000) greedy.send(many)
      await delay(1)
    }
    assert.equal((await watch).find((record) => record.event === 'closed')?.reason, 'slow')
  })

  test('M6 a reader that is merely late gets everything', async (t) => {
    const relay = await start(t, { settings: { hardLimitBytes: '50000000', softLimitBytes: '50000000' } })
    const amy = await relay.join('Amy')
    const late = await relay.join('Late')
    late.socket.pause()
    const count = 300
    for (let n = 0; n < count; n++) amy.send(message(`${n} ${TEXT}`))
    amy.send(list())
    await amy.skipTo(list('Amy Late'))
    await delay(100)
    late.socket.resume()
    for (let n = 0; n < count; n++) {
      const one = await late.frame()
      assert.equal(frameLength(one), one.length)
      assert.ok(textOf(one).startsWith(`[Amy] ${n} x`))
    }
  })
})
