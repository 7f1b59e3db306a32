/** Who gets what, in which order, and that nothing is missing. Rules M4–M6, R2. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ACCEPTED,
  commandOf,
  DIRECT,
  direct,
  join,
  joining,
  LIST,
  leave,
  leaving,
  list,
  MESSAGE,
  message,
  textOf,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { onEachTransport, type TestRelay } from '../fixtures/start-relay.js'

/** As many joined peers, with all announcements behind them. */
async function room(relay: TestRelay, names: readonly string[]): Promise<FramedPeer[]> {
  const peers: FramedPeer[] = []
  for (const name of names) {
    const peer = await relay.join(name)
    for (const other of peers) await other.expect(joining(name))
    peers.push(peer)
  }
  return peers
}

/** A moment for the event loop, long enough for what was sent to be read and flushed. */
const turn = () => new Promise(setImmediate)

onEachTransport((start) => {
  test('M5 M6 many senders to many receivers: complete, in each sender’s order, and one order for all', async (t) => {
    const relay = await start(t, { settings: { hardLimitBytes: '100000000' } })
    const names = Array.from({ length: 12 }, (_, i) => `peer${i}`)
    const peers = await room(relay, names)
    // Who never speaks sees everything, and so sees the order.
    const watchers = [await relay.join('w1'), await relay.join('w2')]
    for (const peer of peers) await peer.expect(joining('w1'), joining('w2'))
    await watchers[0]?.expect(joining('w2'))
    const rounds = 200
    for (let round = 0; round < rounds; round++) {
      for (const [index, peer] of peers.entries()) {
        peer.send(message(`${round}`))
        if ((round + index) % 5 === 0) await turn()
      }
    }
    const total = rounds * peers.length
    const orders: string[][] = []
    for (const watcher of watchers) {
      const order: string[] = []
      for (let count = 0; count < total; count++) order.push(textOf(await watcher.frame()))
      orders.push(order)
    }
    assert.deepEqual(orders[0], orders[1])
    const order = orders[0] as string[]
    for (const name of names) {
      const own = order.filter((text) => text.startsWith(`[${name}] `))
      assert.deepEqual(
        own,
        Array.from({ length: rounds }, (_, round) => `[${name}] ${round}`),
      )
    }
    // M4: everybody else sees the same without their own.
    for (const [index, peer] of peers.entries()) {
      const own = `[${names[index]}] `
      for (const text of order) if (!text.startsWith(own)) assert.equal(textOf(await peer.frame()), text)
    }
  })

  test('M5 a mix of room messages, direct messages and answers keeps its order', async (t) => {
    const relay = await start(t)
    const [amy, bob, cyd] = (await room(relay, ['Amy', 'Bob', 'Cyd'])) as [FramedPeer, FramedPeer, FramedPeer]
    for (let round = 0; round < 300; round++) {
      bob.send(message(`a${round}`), direct(`Amy b${round}`), message(`c${round}`), direct(`Cyd d${round}`))
      if (round % 7 === 0) await turn()
    }
    for (let round = 0; round < 300; round++) {
      await amy.expect(message(`[Bob] a${round}`), direct(`[Bob] b${round}`), message(`[Bob] c${round}`))
      await cyd.expect(message(`[Bob] a${round}`), message(`[Bob] c${round}`), direct(`[Bob] d${round}`))
    }
  })

  test('M5 an answer stands where the question stood between what others said', async (t) => {
    const relay = await start(t)
    const [amy, bob] = (await room(relay, ['Amy', 'Bob'])) as [FramedPeer, FramedPeer]
    for (let round = 0; round < 200; round++) {
      bob.send(message(`before ${round}`))
      amy.send(list(), direct(`Amy note ${round}`))
      bob.send(message(`after ${round}`))
      if (round % 11 === 0) await turn()
    }
    let before = 0
    let after = 0
    let lists = 0
    let notes = 0
    while (before + after + lists + notes < 800) {
      const got = await amy.frame()
      const text = textOf(got)
      if (commandOf(got) === LIST) lists++
      else if (commandOf(got) === DIRECT) assert.equal(text, `[Amy] note ${notes++}`)
      else if (text.startsWith('[Bob] before')) assert.equal(text, `[Bob] before ${before++}`)
      else assert.equal(text, `[Bob] after ${after++}`)
      assert.ok(notes <= lists && after <= before)
    }
  })

  test('M6 who joins gets what is said from then on; who leaves was told what was said before', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const amy = await relay.connect()
    amy.send(join('Amy'))
    await amy.expect(ACCEPTED, joining('Amy'))
    for (let round = 0; round < 60; round++) {
      const bob = await relay.connect()
      // All of it in flight at once: the relay decides the order, and both must see the same one.
      amy.send(message('1'), message('2'), message('3'))
      bob.send(join('Bob'), message('x'), leave())
      amy.send(message('4'), message('5'), message('6'))
      const heard = (await bob.rest()).map(textOf)
      assert.equal(heard.shift(), '\0')
      assert.equal(heard.shift(), '**Bob is joining the chat**')
      await amy.expect(joining('Bob'), message('[Bob] x'), leaving('Bob'))
      // What Bob heard is a run of Amy's words without a hole in it.
      const words = '123456'
      const run = heard.map((text) => /^\[Amy\] (\d)$/.exec(text)?.[1] ?? '?').join('')
      assert.ok(words.includes(run), `heard ${run}`)
    }
  })

  test('M5 announcements stand in order with what is said', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const watcher = await relay.connect()
    watcher.send(join('Watcher'))
    await watcher.expect(ACCEPTED, joining('Watcher'))
    const count = 150
    for (let number = 0; number < count; number++) {
      const peer = await relay.connect()
      peer.send(join(`n${number}`), message('one'), direct('Watcher two'), message('three'), leave())
    }
    const next = new Map<string, number>()
    for (let left = count * 5; left > 0; left--) {
      const got = await watcher.frame()
      const text = textOf(got)
      const name = /n\d+/.exec(text)?.[0] as string
      const step = next.get(name) ?? 0
      next.set(name, step + 1)
      const expected = [
        [MESSAGE, `**${name} is joining the chat**`],
        [MESSAGE, `[${name}] one`],
        [DIRECT, `[${name}] two`],
        [MESSAGE, `[${name}] three`],
        [MESSAGE, `**${name} is leaving the chat**`],
      ][step]
      assert.deepEqual([commandOf(got), text], expected)
    }
    assert.equal(next.size, count)
  })

  test('R2 the default room goes on after the last one has left it', async (t) => {
    const relay = await start(t)
    for (let round = 0; round < 5; round++) {
      const [amy, bob] = (await room(relay, ['Amy', 'Bob'])) as [FramedPeer, FramedPeer]
      bob.send(message(`${round}`))
      await amy.expect(message(`[Bob] ${round}`))
      amy.send(leave())
      bob.send(leave())
      await amy.ended()
      await bob.ended()
    }
    const last = await relay.join('Last')
    last.send(list())
    await last.expect(list('Last'))
  })
})
