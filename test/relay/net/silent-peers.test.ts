/** Who is found to be silent: with a table of sockets and a clock of the test's own. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { HeldByKernel } from '../../../src/relay/fanout/sink.js'
import { SilentPeers, type WatchedPeer } from '../../../src/relay/net/silent-peers.js'

interface Peer extends WatchedPeer {
  kernelKey: string
  takenBytes: number
  mayBeSlow: boolean
}

function watching(t: TestContext) {
  const world = {
    nowMs: 0,
    held: new Map<string, HeldByKernel>() as Map<string, HeldByKernel> | null,
    peers: new Set<Peer>(),
    silent: [] as string[],
    /** While the kernel is asked. */
    meanwhile: () => {},
    peer(kernelKey: string, mayBeSlow = false): Peer {
      const peer = { kernelKey, takenBytes: 0, mayBeSlow }
      world.peers.add(peer)
      return peer
    },
    /** So much was sent to the peer in all, and so much of it is not acknowledged. */
    sent(peer: Peer, takenBytes: number, unacknowledgedBytes: number, unanswered = 1) {
      peer.takenBytes = takenBytes
      if (unacknowledgedBytes === 0 && unanswered <= 1) world.held?.delete(peer.kernelKey)
      else world.held?.set(peer.kernelKey, { unacknowledgedBytes, unanswered })
    },
    async wait(ms: number) {
      world.nowMs += ms
      await watch.look()
    },
  }
  const watch = new SilentPeers<Peer>({
    kernel: {
      async read() {
        const held = world.held === null ? null : new Map(world.held)
        world.meanwhile()
        return held
      },
    },
    peers: world.peers,
    silentMs: 30_000,
    now: () => world.nowMs,
    silent: (peer) => {
      world.peers.delete(peer)
      world.silent.push(peer.kernelKey)
    },
  })
  t.after(() => watch.stop())
  return world
}

test('whoever acknowledges nothing for the whole time is silent, once, however much more is sent', async (t) => {
  const world = watching(t)
  const amy = world.peer('amy')
  for (let second = 0; second < 30; second += 5) {
    world.sent(amy, 100 + second, 100 + second)
    await world.wait(5000)
    assert.deepEqual(world.silent, [])
  }
  await world.wait(5000)
  assert.deepEqual(world.silent, ['amy'])
  await world.wait(60_000)
  assert.deepEqual(world.silent, ['amy'])
})

test('whoever acknowledges anything is not, though less and less of what is sent', async (t) => {
  const world = watching(t)
  const amy = world.peer('amy')
  for (let look = 1; look < 50; look++) {
    world.sent(amy, look * 10_000, look * 9999)
    await world.wait(5000)
  }
  assert.deepEqual(world.silent, [])
})

test('whoever was silent for a while and answers begins anew, and so does whoever had nothing to acknowledge', async (t) => {
  const world = watching(t)
  const amy = world.peer('amy')
  world.sent(amy, 100, 100)
  await world.wait(0)
  await world.wait(25_000)
  world.sent(amy, 100, 0)
  await world.wait(5000)
  world.sent(amy, 200, 100)
  await world.wait(5000)
  await world.wait(25_000)
  assert.deepEqual(world.silent, [])
  await world.wait(5000)
  assert.deepEqual(world.silent, ['amy'])
})

test('whoever’s kernel answers that there is no room has twice as long', async (t) => {
  const world = watching(t)
  const amy = world.peer('amy')
  world.sent(amy, 100, 100, 0)
  await world.wait(0)
  await world.wait(55_000)
  assert.deepEqual(world.silent, [])
  await world.wait(5000)
  assert.deepEqual(world.silent, ['amy'])
})

test('whoever does not answer the keep-alive is silent from then on, also when something is sent to them later', async (t) => {
  const world = watching(t)
  const amy = world.peer('amy')
  world.sent(amy, 100, 0, 2)
  await world.wait(0)
  world.sent(amy, 150, 50, 1)
  await world.wait(25_000)
  assert.deepEqual(world.silent, [])
  await world.wait(5000)
  assert.deepEqual(world.silent, ['amy'])
})

test('F16 a reader that may be slow is silent only when its kernel does not answer either', async (t) => {
  const world = watching(t)
  const stopped = world.peer('stopped', true)
  const cut = world.peer('cut', true)
  world.sent(stopped, 100, 100, 0)
  world.sent(cut, 100, 100, 3)
  for (let look = 0; look < 20; look++) await world.wait(5000)
  assert.deepEqual(world.silent, ['cut'])
})

test('what is sent while the kernel is asked counts as acknowledged by nobody', async (t) => {
  const world = watching(t)
  const amy = world.peer('amy')
  let more = 0
  world.meanwhile = () => {
    amy.takenBytes += more += 10
  }
  world.sent(amy, 100, 100)
  await world.wait(0)
  for (let look = 0; look < 6; look++) {
    assert.deepEqual(world.silent, [])
    world.sent(amy, amy.takenBytes, amy.takenBytes)
    await world.wait(5000)
  }
  assert.deepEqual(world.silent, ['amy'])
})

test('whoever acknowledges little of much is not silent, whatever is sent while the kernel is asked', async (t) => {
  const world = watching(t)
  const amy = world.peer('amy')
  let acknowledged = 0
  world.meanwhile = () => {
    // As much as a kernel takes in one go.
    if (acknowledged % 3 === 0) amy.takenBytes += 1e6
  }
  for (let look = 0; look < 50; look++) {
    acknowledged++
    world.sent(amy, amy.takenBytes + 1, amy.takenBytes + 1 - acknowledged)
    await world.wait(5000)
  }
  assert.deepEqual(world.silent, [])
})

test('F16 a reader that may be slow is silent from the last look on at which the kernel had not waited for it', async (t) => {
  const world = watching(t)
  const cut = world.peer('cut', true)
  world.sent(cut, 100, 100, 0)
  await world.wait(0)
  world.sent(cut, 100, 100, 3)
  for (let look = 1; look < 6; look++) await world.wait(5000)
  assert.deepEqual(world.silent, [])
  await world.wait(5000)
  assert.deepEqual(world.silent, ['cut'])
})

test('F16 a reader that may be slow and answers is not, though now and then the kernel is waiting for it', async (t) => {
  const world = watching(t)
  const stopped = world.peer('stopped', true)
  for (let look = 0; look < 50; look++) {
    world.sent(stopped, 100, 100, look % 3 === 0 ? 1 : 0)
    await world.wait(5000)
  }
  assert.deepEqual(world.silent, [])
})

test('where the system does not tell, nobody is silent', async (t) => {
  const world = watching(t)
  world.peer('amy').takenBytes = 100
  world.held = null
  for (let look = 0; look < 20; look++) await world.wait(5000)
  assert.deepEqual(world.silent, [])
})
