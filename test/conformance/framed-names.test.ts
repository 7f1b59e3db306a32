/** Names: which pass, who gets them, and that they are data. Rules N1–N5, R1. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ACCEPTED,
  direct,
  INVALID,
  join,
  joining,
  leave,
  leaving,
  list,
  message,
  TAKEN,
} from '../fixtures/framed-bytes.js'
import { onEachTransport, startRelay } from '../fixtures/start-relay.js'

/** Names that are something else to a program that keeps them as keys of an object or formats them. */
const HOSTILE_NAMES = [
  '__proto__ constructor toString hasOwnProperty valueOf prototype __defineGetter__ null undefined NaN true 0 -1',
  '1e3 [object {} [] " \' \\ ` $x %s %n ../../etc/passwd <script> &amp; * ** @ @@ # / // ; ~ ! everyone general',
  'Bob] [Bob] Bob: **Bob $(id) |cat \\x1b[2J . ..',
].flatMap((line) => line.split(' '))

onEachTransport((start) => {
  test('N2 M3 of all 256 byte values as a whole name: one visible character is enough', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    for (let value = 0; value < 256; value++) {
      const peer = await relay.connect()
      peer.send(join(Buffer.of(value)))
      await peer.expect(value >= 0x21 && value <= 0x7e ? ACCEPTED : INVALID)
      if (value >= 0x21 && value <= 0x7e) {
        await peer.expect(joining(String.fromCharCode(value)))
        peer.send(leave())
        await peer.expectEnd()
      } else {
        peer.reset()
      }
    }
  })

  test('N2 1 to 32 bytes, counted without the padding', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    for (const padding of ['', '\n', '\r\n', '\0\0\0\0', '\0'.repeat(200)]) {
      for (const [length, answer] of [
        [1, ACCEPTED],
        [32, ACCEPTED],
        [33, INVALID],
      ] as const) {
        const peer = await relay.connect()
        const name = 'n'.repeat(length)
        peer.send(join(name + padding))
        await peer.expect(answer)
        if (answer === ACCEPTED) await peer.expect(joining(name))
        peer.send(leave())
        await peer.expectEnd()
      }
    }
  })

  test('N4 names that mean something to programs are ordinary names', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const amy = await relay.connect()
    amy.send(join('Amy'))
    await amy.expect(ACCEPTED, joining('Amy'))
    const peers = new Map<string, Awaited<ReturnType<typeof relay.connect>>>()
    for (const name of HOSTILE_NAMES) {
      const peer = await relay.connect()
      amy.send(direct(`${name.startsWith('@') ? '@' : ''}${name} too early`))
      await amy.expectLike(0x05, /^No such user: /)
      peer.send(join(name))
      await peer.expect(ACCEPTED, joining(name))
      await amy.expect(joining(name))
      for (const other of peers.values()) await other.expect(joining(name))
      peers.set(name, peer)
      const again = await relay.connect()
      again.send(join(name))
      await again.expect(TAKEN)
      again.reset()
    }
    amy.send(list())
    await amy.expect(list([...HOSTILE_NAMES, 'Amy'].sort().join(' ')))
    for (const [name, peer] of peers) {
      // The exact name comes first: `@@` is somebody else than `@`.
      amy.send(direct(`${peers.has(`@${name}`) ? name : `@${name}`} psst`))
      await peer.expect(direct('[Amy] psst'))
      peer.send(message('Hi'))
      await amy.expect(message(`[${name}] Hi`))
      for (const other of peers.values()) if (other !== peer) await other.expect(message(`[${name}] Hi`))
    }
    for (const [name, peer] of peers) {
      peer.reset()
      await amy.expect(leaving(name))
    }
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('N1 names are unique over all listeners, and case counts', async (t) => {
    const relay = await start(t, { query: ['', 'style=colon&join-reply=byte'] })
    const bob = await relay.join('Bob')
    const other = await relay.connect({ port: relay.ports[1] as number })
    await other.frame()
    other.send(join('Bob'), join('bob'))
    assert.deepEqual([...(await other.bytes(2))], [1, 0])
    await bob.expect(joining('bob'))
    // R1: both listeners lead into one room.
    other.send(message('Hi'))
    await bob.expect(message('[bob] Hi'))
  })

  test('N3 a name that changes hands between those who come and go is never held twice', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const watcher = await relay.connect()
    watcher.send(join('Watcher'))
    await watcher.expect(ACCEPTED, joining('Watcher'))
    const rounds = 300
    let wins = 0
    const claimant = async () => {
      for (let round = 0; round < rounds / 10; round++) {
        const peer = await relay.connect()
        peer.send(join('Bob'))
        if ((await peer.frame()).equals(ACCEPTED)) wins++
        if (round % 3 === 0) peer.reset()
        else if (round % 3 === 1) peer.send(leave())
        else peer.socket.end()
        await peer.ended()
      }
    }
    await Promise.all(Array.from({ length: 10 }, claimant))
    // Comings and goings alternate, as many as there were winners.
    for (let win = 0; win < wins; win++) await watcher.expect(joining('Bob'), leaving('Bob'))
    watcher.send(list())
    await watcher.expect(list('Watcher'))
  })
})

test('R1 the default room is configurable, and framed users live in it', async (t) => {
  const relay = await startRelay(t, { settings: { room: 'lobby' } })
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  bob.send(message('Hi'))
  await amy.expect(joining('Bob'), message('[Bob] Hi'))
})
