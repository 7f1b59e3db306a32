/** Who is asked, and who is found not to answer: with a clock and a table of sockets of the test's own. Rule W7. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { HeldByKernel } from '../../../../src/relay/fanout/sink.js'
import { Pulse, type Pulsing } from '../../../../src/relay/net/websocket/pulse.js'

const EVERY_MS = 1000

class Peer implements Pulsing {
  heard = false
  asked = 0
  isBehind = false
  readonly said: string[] = []

  constructor(readonly kernelKey: string) {}

  ask(): void {
    this.said.push('ask')
  }

  unanswered(): void {
    this.said.push('gone')
  }
}

function pulsing(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const held = new Map<string, HeldByKernel>()
  let nowMs = 0
  let table: Map<string, HeldByKernel> | null = held
  const pulse = new Pulse({
    everyMs: EVERY_MS,
    kernel: { read: () => Promise.resolve(table) },
    now: () => nowMs,
  })
  t.after(() => pulse.stop())
  return {
    pulse,
    held,
    /** From now on the system has no such table. */
    hide: () => {
      table = null
    },
    async period() {
      nowMs += EVERY_MS
      t.mock.timers.tick(EVERY_MS)
      // The table is read meanwhile.
      await new Promise(setImmediate)
    },
    peer(key: string) {
      const peer = new Peer(key)
      pulse.add(peer)
      return peer
    },
  }
}

const NOT_READ = { unacknowledgedBytes: 2, unanswered: 0 }

test('W7 whoever says nothing is asked twice, and is gone a period later, once', async (t) => {
  const world = pulsing(t)
  const peer = world.peer('silent')
  const said: string[] = []
  for (let period = 0; period < 6; period++) {
    await world.period()
    said.push(peer.said.join(' '))
  }
  assert.deepEqual(said, ['ask', 'ask ask', 'ask ask gone', 'ask ask gone', 'ask ask gone', 'ask ask gone'])
})

test('W7 another period holds for those who are here', async (t) => {
  const world = pulsing(t)
  const peer = world.peer('silent')
  world.pulse.change(3 * EVERY_MS)
  await world.period()
  await world.period()
  assert.deepEqual(peer.said, [])
  await world.period()
  assert.deepEqual(peer.said, ['ask'])
})

test('W7 anything that is heard is an answer, and whoever talks is not asked', async (t) => {
  const world = pulsing(t)
  const talkative = world.peer('talkative')
  const late = world.peer('late')
  for (let period = 0; period < 9; period++) {
    talkative.heard = true
    if (period % 3 === 2) late.heard = true
    await world.period()
  }
  assert.deepEqual(talkative.said, [])
  assert.deepEqual(late.said, ['ask', 'ask', 'ask', 'ask', 'ask', 'ask'])
})

test('W7 a question that has not arrived is not held against anybody, and slow readers are judged by other rules', async (t) => {
  const world = pulsing(t)
  const [full, behind] = [world.peer('full'), world.peer('behind')]
  await world.period()
  world.held.set('full', NOT_READ)
  behind.isBehind = true
  for (let period = 0; period < 10; period++) await world.period()
  assert.deepEqual([full.said, behind.said], [['ask'], ['ask']])
  // It has all arrived only now: so they are asked again, and have a whole period for it.
  world.held.clear()
  behind.isBehind = false
  await world.period()
  assert.deepEqual(
    [full.said, behind.said],
    [
      ['ask', 'ask'],
      ['ask', 'ask'],
    ],
  )
  await world.period()
  assert.deepEqual([full.said.at(-1), behind.said.at(-1)], ['gone', 'gone'])
})

test('W7 where the system does not tell what was acknowledged, the answer has to do', async (t) => {
  const world = pulsing(t)
  const peer = world.peer('silent')
  world.hide()
  for (let period = 0; period < 3; period++) await world.period()
  assert.deepEqual(peer.said, ['ask', 'ask', 'gone'])
})

test('whoever goes is asked nothing more, not even while the table is read', async (t) => {
  const world = pulsing(t)
  const [gone, goes, answers] = [world.peer('gone'), world.peer('goes'), world.peer('answers')]
  await world.period()
  world.pulse.delete(gone)
  await world.period()
  const last = world.period()
  world.pulse.delete(goes)
  answers.heard = true
  await last
  await world.period()
  assert.deepEqual([gone.said, goes.said, answers.said], [['ask'], ['ask', 'ask'], ['ask', 'ask']])
})
