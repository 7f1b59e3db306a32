/**
 * The stream under the frames: long ones in pieces, and whole frames out. Rules F13, F14. Short exchanges cut in every way and glued
 * are row 3 of the faults (test/faults/split-and-glued.test.ts), in all dialects.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ACCEPTED,
  commandOf,
  direct,
  frame,
  framesOf,
  join,
  joining,
  LIST,
  list,
  message,
  textOf,
} from '../fixtures/framed-bytes.js'
import { onEachTransport } from '../fixtures/start-relay.js'

onEachTransport((start) => {
  test('F14 long frames cut into pieces of every size up to a hundred kilobytes', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    const texts = Array.from({ length: 12 }, (_, i) => `${i} ${'abcdefghij'.repeat(i * 500)}`)
    const bytes = Buffer.concat(texts.map(message))
    for (const size of [997, 4096, 16_384, 65_536, 100_000]) {
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
      await bob.sendApart(pieces)
      for (const text of texts) await amy.expect(message(`[Bob] ${text}`))
    }
  })

  test('F13 frames of all kinds and lengths from many at once are never interleaved', async (t) => {
    const relay = await start(t, { query: 'greeting=off', settings: { hardLimitBytes: '200000000' } })
    const reader = await relay.connect()
    reader.send(join('Reader'))
    await reader.expect(ACCEPTED, joining('Reader'))
    const senders = await Promise.all(
      'ABCDEFGH'.split('').map(async (name) => ({ name, peer: await relay.connect() })),
    )
    for (const { name, peer } of senders) {
      peer.send(join(name))
      peer.socket.resume()
      peer.socket.removeAllListeners('data')
    }
    const rounds = 40
    for (let round = 0; round < rounds; round++) {
      for (const [index, { name, peer }] of senders.entries()) {
        const text = name.repeat((round * 997 + index * 4099) % 30_000)
        peer.send(message(`${round} ${text}`), direct(`Reader ${round} ${text}`))
      }
      reader.send(list(), frame(200 + (round % 50)))
      await new Promise(setImmediate)
    }
    let lists = 0
    const next = new Map<string, number>()
    for (let left = senders.length * rounds * 2 + rounds * 2; left > 0; ) {
      const got = await reader.frame()
      const text = textOf(got)
      if (/^\*\*. is joining the chat\*\*$/.test(text)) continue
      left--
      if (commandOf(got) === LIST) lists++
      else if (!text.startsWith('Unsupported command 2')) {
        const said = /^\[(.)\] (\d+) (\1*)$/.exec(text)
        assert.ok(said !== null, `torn: ${text.slice(0, 80)}`)
        const [, name, round, body] = said as unknown as [string, string, string, string]
        const key = `${commandOf(got)} ${name}`
        assert.equal(Number(round), next.get(key) ?? 0)
        next.set(key, Number(round) + 1)
        assert.equal(body.length, (Number(round) * 997 + 'ABCDEFGH'.indexOf(name) * 4099) % 30_000)
      }
    }
    assert.equal(lists, rounds)
  })

  test('F13 a frame is handed over in one piece: whoever reads a header reads its payload with it', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    const chunks: Buffer[] = []
    amy.socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    for (let round = 0; round < 200; round++) {
      bob.send(message('x'.repeat((round * 41) % 8000) || 'x'), direct('Amy Hi'))
      await amy.frame()
      await amy.frame()
    }
    // Each chunk as it came from the kernel ends where a frame ends.
    for (const chunk of chunks) framesOf(chunk)
  })
})
