/** Who is here. Rule F8, over one frame and over several. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ACCEPTED,
  INVALID,
  join,
  joining,
  LIST,
  leave,
  leaving,
  list,
  MESSAGE,
  TAKEN,
  textOf,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { onEachTransport, type TestRelay } from '../fixtures/start-relay.js'

onEachTransport((start) => {
  test('F8 one frame with everybody’s name, sorted by byte value, separated by single spaces', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const names = ['bob', 'Bob', 'amy', 'Zoe', '~', '!', '0', '_x', 'a', 'aa', 'A', '[', '**']
    let peer: FramedPeer | undefined
    for (const name of names) {
      peer = await relay.connect()
      peer.send(join(name))
      await peer.expect(ACCEPTED, joining(name))
    }
    peer?.send(list())
    await peer?.expect(list('! ** 0 A Bob Zoe [ _x a aa amy bob ~'))
  })

  test('F8 a payload of LIST is ignored', async (t) => {
    const relay = await start(t)
    const bob = await relay.join('Bob')
    bob.send(list('Amy'), list('\x1b\xff'), list('x'.repeat(65_535)))
    await bob.expect(list('Bob'), list('Bob'), list('Bob'))
  })

  test('F8 the list follows who comes and goes; who was refused is not in it', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const other = await relay.connect()
    await other.frame()
    other.send(join('Amy'), join('no name'))
    await other.expect(TAKEN, INVALID)
    amy.send(list())
    await amy.expect(list('Amy'))
    const bob = await relay.join('Bob')
    amy.send(list())
    await amy.expect(joining('Bob'), list('Amy Bob'))
    bob.send(leave())
    await amy.expect(leaving('Bob'))
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('F8 names that do not fit one frame: every frame but the last ends in a space, no name is split', async (t) => {
    // With the spaces between them these are a little more than one frame holds.
    const relay = await start(t, { query: 'greeting=off', settings: { hardLimitBytes: '100000000' } })
    const names = Array.from(
      { length: 2200 },
      (_, i) => `${String(i).padStart(6, '0')}${'n'.repeat(22 + (i % 5))}`,
    )
    const crowd = await joinCrowd(relay, names)
    const asking = await relay.connect()
    asking.send(join('~last'))
    await asking.expect(ACCEPTED, joining('~last'))
    asking.send(list())
    const payloads: string[] = []
    do {
      const answer = await asking.frame()
      assert.equal(answer[0], LIST)
      payloads.push(textOf(answer))
    } while (payloads.at(-1)?.endsWith(' '))
    assert.equal(payloads.length, 2)
    assert.ok((payloads[0] as string).length > 65_535 - 33, 'the first frame is full')
    assert.equal(payloads.join(''), [...names, '~last'].join(' '))

    // Down to what fits: one frame again.
    for (const peer of crowd.slice(0, 1000)) peer.reset()
    for (let gone = 0; gone < 1000; gone++) await asking.expectLike(MESSAGE, /is leaving the chat/)
    asking.send(list())
    await asking.expect(list([...names.slice(1000), '~last'].join(' ')))
  })
})

/** Joins under all these names, cheaply: everything is sent at once, and what comes back is thrown away. */
async function joinCrowd(relay: TestRelay, names: readonly string[]): Promise<FramedPeer[]> {
  const crowd: FramedPeer[] = []
  for (let at = 0; at < names.length; at += 200) {
    crowd.push(...(await Promise.all(names.slice(at, at + 200).map(() => relay.connect()))))
  }
  for (const [index, peer] of crowd.entries()) peer.send(join(names[index] as string))
  await Promise.all(crowd.map((peer) => peer.expect(ACCEPTED)))
  for (const peer of crowd) {
    peer.socket.removeAllListeners('data')
    peer.socket.resume()
  }
  return crowd
}
