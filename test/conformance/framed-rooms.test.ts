/** Listeners whose people live in a room of their own, and rooms too large to announce everybody. Rules R1, R2, N1. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { join, joining, leave, list, message, textOf } from '../fixtures/framed-bytes.js'
import { onEachTransport } from '../fixtures/start-relay.js'

onEachTransport((start) => {
  test('R1 people of a listener with a room hear each other and nobody else, and have one list of names', async (t) => {
    const relay = await start(t, { query: ['', 'room=tea', 'room=tea&style=colon'] })
    const [general, tea, teaToo] = relay.ports as [number, number, number]
    const amy = await relay.join('Amy', { port: general })
    const bob = await relay.join('Bob', { port: tea })
    const cyd = await relay.join('Cyd', { port: teaToo })
    await bob.expect(joining('Cyd'))
    bob.send(message('Hi'))
    await cyd.expect(message('Bob: Hi'))
    cyd.send(list())
    await cyd.expect(list('Amy Bob Cyd'))
    amy.send(message('alone'), list())
    await amy.expect(list('Amy Bob Cyd'))
    bob.send(message('again'))
    await cyd.expect(message('Bob: again'))
  })

  test('R2 a room without anybody is a new one for the next who comes', async (t) => {
    const relay = await start(t, { query: ['', 'room=tea'] })
    const tea = { port: relay.ports[1] as number }
    for (const name of ['Amy', 'Bob']) {
      const peer = await relay.join(name, tea)
      peer.send(leave())
      await peer.expectEnd()
    }
  })

  test('joins and leaves in a room above announceUpTo come as one line', async (t) => {
    const relay = await start(t, { settings: { announceUpTo: '2' } })
    const amy = await relay.join('Amy')
    await relay.join('Bob')
    await amy.expect(joining('Bob'))
    const crowd = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const peer = await relay.connect()
        peer.send(join(`c${index}`))
        return peer
      }),
    )
    assert.equal(textOf(await amy.frame()), '**5 people are joining the chat**')
    for (const peer of crowd) peer.destroy()
    const left = textOf(await amy.frame())
    assert.match(
      left,
      /^\*\*(5 people are|c\d is) leaving the chat\*\*$|^\*\*\d people are leaving the chat\*\*$/,
    )
  })
})
