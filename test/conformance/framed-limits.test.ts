/** Limits of length and time, absolute and not moved by trickling. Rule F15. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  ACCEPTED,
  DIRECT,
  direct,
  ERROR,
  frame,
  header,
  INVALID,
  JOIN,
  join,
  joining,
  LEAVE,
  LIST,
  leaving,
  MESSAGE,
  message,
  TAKEN,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { onEachTransport, startRelay } from '../fixtures/start-relay.js'

const DEADLINE_MS = 300

/** The page's three steps: ERROR in words, LEAVE with the reason, close. */
async function expectExpelled(peer: FramedPeer, reason: RegExp): Promise<void> {
  await peer.expectLike(ERROR, reason)
  await peer.expectLike(LEAVE, reason)
  await peer.expectEnd()
}

/** Sends one byte after the other, slowly, until the connection ends. @returns how many were sent */
async function trickle(peer: FramedPeer, bytes: Buffer, everyMs: number): Promise<number> {
  let sent = 0
  const ended = peer.ended().then(() => true)
  for (const byte of bytes) {
    peer.send(Buffer.of(byte))
    sent++
    if (await Promise.race([ended, delay(everyMs, false)])) break
  }
  return sent
}

onEachTransport((start) => {
  for (const command of [JOIN, MESSAGE, LIST, DIRECT, LEAVE, 99]) {
    test(`F15 before JOIN a frame longer than 1 KiB (command ${command}) ends the connection at its header`, async (t) => {
      const relay = await start(t)
      const bob = await relay.connect()
      await bob.frame()
      bob.send(header(command, 1022))
      await expectExpelled(bob, /too long/)
    })
  }

  test('F15 before JOIN a frame of exactly 1 KiB is a frame like any other', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    await bob.frame()
    bob.send(join('x'.repeat(1021)), join('Bob'))
    await bob.expect(INVALID, ACCEPTED, joining('Bob'))
  })

  test('F15 the limit is gone once JOIN was accepted, also for what stands in the same write', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const amy = await relay.connect()
    amy.send(join('Amy'))
    await amy.expect(ACCEPTED, joining('Amy'))
    const bob = await relay.connect()
    bob.send(join('Bob'), message('x'.repeat(60_000)))
    await amy.expect(joining('Bob'), message(`[Bob] ${'x'.repeat(60_000)}`))
  })

  test('F15 a header that promises 65,535 bytes, announced before JOIN, byte by byte', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    await bob.frame()
    await bob.sendApart([Buffer.of(0), Buffer.of(0xff), Buffer.of(0xff)])
    await expectExpelled(bob, /too long/)
  })

  test('F15 last words arrive although the client went on sending', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    await bob.frame()
    bob.send(frame(JOIN, Buffer.alloc(65_535, 0x78)), Buffer.alloc(1_000_000))
    await expectExpelled(bob, /too long/)
  })

  test('F15 a silent connection is closed at the login deadline', async (t) => {
    const relay = await start(t, { settings: { loginDeadlineMs: `${DEADLINE_MS}` } })
    const begun = performance.now()
    const bob = await relay.connect()
    await bob.frame()
    await expectExpelled(bob, /in time/)
    assert.ok(performance.now() - begun > DEADLINE_MS * 0.9)
  })

  test('F15 the login deadline is not moved by bytes that trickle in', async (t) => {
    const relay = await start(t, { settings: { loginDeadlineMs: `${DEADLINE_MS}` } })
    const bob = await relay.connect()
    await bob.frame()
    assert.ok((await trickle(bob, join('x'.repeat(1000)), 20)) < 400)
    await expectExpelled(bob, /in time/)
  })

  test('F15 the login deadline is not moved by whole frames that bring no name', async (t) => {
    const relay = await start(t, { settings: { loginDeadlineMs: `${DEADLINE_MS}` } })
    await relay.join('Amy')
    const bob = await relay.connect()
    await bob.frame()
    const ended = bob.ended().then(() => true)
    let rounds = 0
    do bob.send(join('Amy'), join(''), frame(9))
    while (!(await Promise.race([ended, delay(20, false)])) && ++rounds < 400)
    const frames = await bob.rest()
    assert.ok(frames[0]?.equals(TAKEN))
    assert.deepEqual(
      frames.slice(-2).map((one) => one[0]),
      [ERROR, LEAVE],
    )
  })

  test('F15 an accepted JOIN ends the login deadline', async (t) => {
    const relay = await start(t, { settings: { loginDeadlineMs: `${DEADLINE_MS}` } })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await delay(DEADLINE_MS * 3)
    bob.send(message('still here'))
    await amy.expect(joining('Bob'), message('[Bob] still here'))
  })

  for (const [what, begun] of [
    ['one byte of the header', Buffer.of(2)],
    ['the header alone', header(MESSAGE, 65_535)],
    ['all but the last byte', message('Hello').subarray(0, -1)],
  ] as const) {
    test(`F15 a frame once begun must be complete within the frame deadline: ${what}`, async (t) => {
      const relay = await start(t, { settings: { frameDeadlineMs: `${DEADLINE_MS}` } })
      const amy = await relay.join('Amy')
      const bob = await relay.join('Bob')
      bob.send(message('before'), begun)
      await expectExpelled(bob, /in time/)
      await amy.expect(joining('Bob'), message('[Bob] before'), leaving('Bob'))
    })
  }

  test('F15 the frame deadline is not moved by bytes that trickle in', async (t) => {
    const relay = await start(t, { settings: { frameDeadlineMs: `${DEADLINE_MS}` } })
    const bob = await relay.join('Bob')
    assert.ok((await trickle(bob, message('x'.repeat(1000)), 20)) < 400)
    await expectExpelled(bob, /in time/)
  })

  test('F15 the frame deadline holds before JOIN too', async (t) => {
    const relay = await start(t, { settings: { frameDeadlineMs: `${DEADLINE_MS}` } })
    const bob = await relay.connect()
    await bob.frame()
    bob.send(Buffer.of(JOIN))
    await expectExpelled(bob, /in time/)
  })

  test('F15 no deadline for who is silent between frames', async (t) => {
    const settings = { frameDeadlineMs: `${DEADLINE_MS}`, loginDeadlineMs: `${DEADLINE_MS}` }
    const relay = await start(t, { settings })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    await bob.sendApart([message('a').subarray(0, 2), message('a').subarray(2)])
    await delay(DEADLINE_MS * 3)
    bob.send(message('b'))
    await amy.expect(message('[Bob] a'), message('[Bob] b'))
  })
})

test('F15 frames that straddle without end are many frames, each with a deadline of its own', async (t) => {
  const relay = await startRelay(t, { settings: { frameDeadlineMs: '1000' } })
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  await amy.frame()
  const one = message('Hi')
  // At no moment is there no frame begun.
  bob.send(one.subarray(0, 2))
  for (let round = 0; round < 50; round++) {
    await delay(50)
    bob.send(one.subarray(2), one.subarray(0, 2))
    await amy.expect(message('[Bob] Hi'))
  }
})

test('F15 bare=on: the deadlines hold', async (t) => {
  const relay = await startRelay(t, { query: 'bare=on', settings: { frameDeadlineMs: `${DEADLINE_MS}` } })
  for (const begun of [Buffer.of(2), header(DIRECT, 9), header(LIST, 5), direct('Bob Hi').subarray(0, 5)]) {
    const bob = await relay.join('Bob')
    bob.send(begun)
    await expectExpelled(bob, /in time/)
  }
})
