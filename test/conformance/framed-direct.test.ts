/** What is said to one person. Rule F9, and M3, N4 and N5 for it. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { DIRECT, direct, ERROR, error, leave, leaving, message, textOf } from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { onEachTransport } from '../fixtures/start-relay.js'

onEachTransport((start) => {
  test('F9 the named person alone gets it, with or without an @ before the name', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const cyd = await relay.join('Cyd')
    const bob = await relay.join('Bob')
    await amy.frame()
    bob.send(direct('Amy Hi'), direct('@Amy Hi'), message('all'))
    await amy.expect(
      Buffer.from('\x02\x00\x1b**Bob is joining the chat**', 'latin1'),
      Buffer.from('\x04\x00\x08[Bob] Hi', 'latin1'),
      direct('[Bob] Hi'),
      message('[Bob] all'),
    )
    await cyd.frame()
    await cyd.expect(message('[Bob] all'))
    amy.send(message('bye'))
    await bob.expect(message('[Amy] bye'))
  })

  test('F9 style=colon holds for direct messages too', async (t) => {
    const relay = await start(t, { query: 'style=colon' })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    amy.send(direct('Bob Hi'))
    await bob.expect(direct('Amy: Hi'))
  })

  test('F9 only the first space parts name and text', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    for (const text of [' two in front', 'two behind  ', 'one two  three', '@Amy', ' ', 'a\tb']) {
      amy.send(direct(`Bob ${text}`))
      await bob.expect(direct(`[Amy] ${text}`))
    }
  })

  test('F9 to oneself: delivered', async (t) => {
    const relay = await start(t)
    const bob = await relay.join('Bob')
    bob.send(direct('Bob note'), direct('@Bob note'))
    await bob.expect(direct('[Bob] note'), direct('[Bob] note'))
  })

  test('F9 N1 no such person: an error that names them; case counts', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    for (const name of ['amy', 'AMY', 'Am', 'Amyy', '__proto__', 'constructor', '*', '@Amy', '[Amy]']) {
      bob.send(direct(`@${name} Hi`))
      await bob.expect(error(`No such user: ${name}`))
    }
    bob.send(direct('Amy last'))
    await amy.frame()
    await amy.expect(direct('[Bob] last'))
  })

  test('F9 a missing text or name is an error', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    for (const payload of [
      '',
      ' ',
      '@',
      '@ ',
      '@ Hi',
      ' Hi',
      'Amy',
      '@Amy',
      'Amy ',
      'Amy \r\n',
      'Amy\n',
      '\0',
    ]) {
      bob.send(direct(payload))
      await bob.expectLike(ERROR, /./)
    }
    bob.send(direct('Amy last'))
    await amy.frame()
    await amy.expect(direct('[Bob] last'))
  })

  test('F9 a name that begins with @ is reached as it is written, and by a second @', async (t) => {
    const relay = await start(t)
    const at = await relay.join('@home')
    const bob = await relay.join('Bob')
    bob.send(direct('@home Hi'), direct('@@home Ho'), direct('/w @home Hm'))
    await at.frame()
    await at.expect(direct('[Bob] Hi'), direct('[Bob] Ho'), direct('[Bob] Hm'))
    bob.send(direct('home Hi'), direct('@@@home Hi'))
    await bob.expect(error('No such user: home'), error('No such user: @@home'))
  })

  test('F9 a name as it is written comes before what may be taken off', async (t) => {
    const relay = await start(t)
    const people = []
    for (const name of ['home', '@home', '/w', '@', 'Bob']) {
      const peer = await relay.join(name)
      for (const other of people) await other.frame()
      people.push(peer)
    }
    const [home, at, whisper, lone, bob] = people as [
      FramedPeer,
      FramedPeer,
      FramedPeer,
      FramedPeer,
      FramedPeer,
    ]
    bob.send(direct('@home 1'), direct('home 2'), direct('/w home 3'), direct('@/w 4'), direct('@ 5'))
    await at.expect(direct('[Bob] 1'))
    await home.expect(direct('[Bob] 2'))
    await whisper.expect(direct('[Bob] home 3'), direct('[Bob] 4'))
    await lone.expect(direct('[Bob] 5'))
    at.send(leave())
    await home.skipTo(leaving('@home'))
    bob.send(direct('@home 6'))
    await home.expect(direct('[Bob] 6'))
  })

  test('F9 M3 a control character or a byte above ASCII refuses the whole of it', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    for (const payload of [
      'Amy a\x1bb',
      'Amy \x7fx',
      'Amy \x9b2J',
      'A\0my x',
      'Amy\n x',
      'Amy \xc3\xa9',
      '\xff',
    ]) {
      bob.send(direct(payload))
      await bob.expectLike(ERROR, /ASCII/)
    }
    bob.send(direct('Amy last\r\n\0'))
    await amy.frame()
    await amy.expect(direct('[Bob] last'))
  })

  test('F9 F6 the longest direct message fits, one more byte does not', async (t) => {
    const relay = await start(t)
    // A short name of the receiver leaves the most room for the text in the sender's own frame.
    const amy = await relay.join('A')
    const bob = await relay.join('B'.repeat(32))
    const most = 65_535 - 35
    bob.send(direct(`A ${'x'.repeat(most)}`), direct(`A ${'x'.repeat(most + 1)}`))
    await amy.frame()
    await amy.expect(direct(`[${'B'.repeat(32)}] ${'x'.repeat(most)}`))
    await bob.expectLike(ERROR, new RegExp(`^Message too long.*${most}`))
  })

  test('F9 a name so long that the complaint about it would not fit a frame', async (t) => {
    const relay = await start(t)
    const bob = await relay.join('Bob')
    for (const length of [33, 1000, 65_521, 65_522, 65_533]) {
      bob.send(direct(`${'x'.repeat(length)} y`))
      await bob.expectLike(ERROR, /^No such user: x{32}\.\.\.$/)
    }
    bob.send(direct('Bob still here'))
    await bob.expect(direct('[Bob] still here'))
  })

  test('F9 N5 a direct message shows the session’s name', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    bob.send(direct('Amy [Cyd] Hi'))
    await amy.frame()
    const got = await amy.frame()
    assert.equal(got[0], DIRECT)
    assert.equal(textOf(got), '[Bob] [Cyd] Hi')
  })
})
