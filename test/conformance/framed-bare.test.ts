/** The option bare=on: LIST and LEAVE as a lone command byte, as clients in the wild send them. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ACCEPTED,
  allSplits,
  error,
  frame,
  join,
  joining,
  leave,
  leaving,
  list,
  message,
} from '../fixtures/framed-bytes.js'
import { onEachTransport, startRelay } from '../fixtures/start-relay.js'

const LONE_LIST = Buffer.of(0x03)
const LONE_LEAVE = Buffer.of(0x01)

onEachTransport((start) => {
  test('bare=on a lone LIST byte is answered at once', async (t) => {
    const relay = await start(t, { query: 'bare=on' })
    const bob = await relay.join('Bob')
    for (let time = 0; time < 3; time++) {
      bob.send(LONE_LIST)
      await bob.expect(list('Bob'))
    }
  })

  test('bare=on a lone LEAVE byte leaves', async (t) => {
    const relay = await start(t, { query: 'bare=on' })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    bob.send(LONE_LEAVE)
    await bob.expectEnd()
    await amy.expect(joining('Bob'), leaving('Bob'))
  })

  test('bare=on a lone LEAVE byte leaves before JOIN too', async (t) => {
    const relay = await start(t, { query: 'bare=on' })
    const bob = await relay.connect()
    await bob.frame()
    bob.send(LONE_LEAVE)
    await bob.expectEnd()
  })

  test('bare=on whole frames work as ever, with payloads and without', async (t) => {
    const relay = await start(t, { query: 'bare=on' })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    bob.send(list(), list('Bob'), message('Hi'), list(), leave('Bob'))
    await bob.expectEnd(list('Amy Bob'), list('Amy Bob'), list('Amy Bob'))
    await amy.expect(joining('Bob'), message('[Bob] Hi'), leaving('Bob'))
  })

  test('bare=on lone bytes between frames, all in one write', async (t) => {
    const relay = await start(t, { query: 'bare=on' })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    bob.send(
      LONE_LIST,
      message('one'),
      LONE_LIST,
      LONE_LIST,
      frame(9, 'x'),
      LONE_LIST,
      message('two'),
      LONE_LEAVE,
    )
    const names = list('Amy Bob')
    await bob.expectEnd(names, names, names, error('Unsupported command 9'), names)
    await amy.expect(joining('Bob'), message('[Bob] one'), message('[Bob] two'), leaving('Bob'))
  })

  test('F14 bare=on thousands of lone bytes and frames, cut into chunks of any size, lose nothing', async (t) => {
    const relay = await start(t, { query: 'bare=on', settings: { hardLimitBytes: '100000000' } })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    const rounds = 3000
    const names = list('Amy Bob')
    // A lone LIST before a frame whose first byte is not 0 cannot be mistaken for the beginning of a LIST frame.
    const glued = Array.from({ length: rounds }, (_, n) => [
      LONE_LIST,
      message(`${n}`),
      list('x'),
      frame(9),
    ]).flat()
    const bytes = Buffer.concat(glued)
    const pieces: Buffer[] = []
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 9973) {
      pieces.push(bytes.subarray(at, at + size))
    }
    await bob.sendApart(pieces)
    for (let n = 0; n < rounds; n++) {
      await bob.expect(names, names, error('Unsupported command 9'))
      await amy.expect(message(`[Bob] ${n}`))
    }
  })

  for (const [what, last] of [
    ['frame', leave()],
    ['lone byte', LONE_LEAVE],
  ] as const) {
    test(`F10 bare=on nothing behind a LEAVE (${what}) is carried out, and no name is left behind`, async (t) => {
      const relay = await start(t, { query: 'bare=on' })
      const amy = await relay.join('Amy')
      const bob = await relay.join('Bob')
      bob.send(message('last'), last, message('beyond'), join('Rob'), LONE_LIST, message('beyond'), leave())
      await bob.expectEnd()
      await amy.expect(joining('Bob'), message('[Bob] last'), leaving('Bob'))
      amy.send(list())
      await amy.expect(list('Amy'))
      // The name that the frame behind the LEAVE asked for is free.
      await relay.join('Rob')
    })
  }
})

test('F14 bare=on every split of an exchange with a LIST frame in it gives the same answers', async (t) => {
  const relay = await startRelay(t, { query: 'bare=on&greeting=off' })
  const amy = await relay.connect()
  amy.send(join('Amy'))
  await amy.expect(ACCEPTED, joining('Amy'))
  const bob = await relay.connect()
  bob.send(join('B'))
  await bob.expect(ACCEPTED, joining('B'))
  await amy.expect(joining('B'))
  const exchange = Buffer.concat([list(), message('Hi'), list()])
  assert.equal(exchange.length, 11)
  for (const pieces of allSplits(exchange)) {
    await bob.sendApart(pieces)
    await amy.expect(message('[B] Hi'))
    await bob.expect(list('Amy B'), list('Amy B'))
  }
  bob.send(message('last'))
  await amy.expect(message('[B] last'))
})

test('bare=off a lone command byte is the beginning of a frame', async (t) => {
  const relay = await startRelay(t)
  const bob = await relay.join('Bob')
  bob.send(LONE_LIST)
  await bob.expectQuiet()
  bob.send(Buffer.of(0, 0))
  await bob.expect(list('Bob'))
})

test('the options that the Python client needs work together', async (t) => {
  const relay = await startRelay(t, { query: 'join-reply=byte&greeting=join&bare=on' })
  const bob = await relay.connect()
  bob.send(join('Bob\0\0\0\0'))
  assert.deepEqual([...(await bob.bytes(1))], [0])
  assert.match((await bob.frame()).toString('latin1'), /Commands/)
  await bob.expect(joining('Bob'))
  const amy = await relay.connect()
  amy.send(join('Amy'))
  assert.deepEqual([...(await amy.bytes(1))], [0])
  await amy.frame()
  await amy.expect(joining('Amy'))
  bob.send(LONE_LIST)
  await bob.expect(joining('Amy'), list('Amy Bob'))
  bob.send(message('Hi\n'))
  await amy.expect(message('[Bob] Hi'))
  bob.send(LONE_LEAVE)
  await bob.expectEnd()
  await amy.expect(leaving('Bob'))
})
