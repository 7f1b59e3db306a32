/**
 * Row 1 of docs/faults.md: readers that stop reading, in each of the ways in which one can, beside others who go on: with next to no receive
 * buffer, with their process stopped, sending a byte now and then, after a FIN. And those who end their side and never read what is left. Rules M6, F10.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { direct, LEAVE, leaving, message, textOf } from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import type { LogRecord } from '../fixtures/log-dir.js'
import { Readers, Sender } from '../fixtures/relay-under-load.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const GRACE_MS = timesOf(3000, 10_000)
const MIB = 1024 * 1024
/** As small as Linux lets it be. */
const TINY = 2304
const FAST = 1 * MIB
const MESSAGES_PER_SECOND = 20_000
const DEADLINE_MS = 60_000
const BYTE_EVERY_MS = 50
const IN_TIME_MS = 20_000
const STUCK = 'parlance_connections_stuck'
const STOPPED = ['tiny0', 'stopped0', 'Ticks', 'Ends']

/** One who joins and reads nothing from then on. */
async function mute(trial: FaultTrial, name: string): Promise<FramedPeer> {
  const peer = await trial.join(name, { allowHalfOpen: true })
  peer.socket.pause()
  return peer
}

/** Sends messages a byte at a time. */
function tick(t: TestContext, peer: FramedPeer): void {
  const bytes = message('tick')
  let at = 0
  const timer = setInterval(() => {
    if (peer.socket.writable) peer.send(bytes.subarray(at % bytes.length, (at++ % bytes.length) + 1))
  }, BYTE_EVERY_MS)
  t.after(() => clearInterval(timer))
}

/** Whoever was cut off has a beginning of what was said, without a hole; where writing met the reset first, maybe nothing. */
async function assertBeginning(peer: FramedPeer, sent: number): Promise<void> {
  peer.socket.resume()
  await peer.ended()
  let next = 0
  for (let one = peer.frameHere(); one !== null; one = peer.frameHere()) {
    const said = /^\[S\] (\d+)$/.exec(textOf(one))
    if (said !== null) assert.equal(Number(said[1]), next++)
  }
  assert.ok(next < sent, `${next} of ${sent}`)
}

const fanouts = timesOf<readonly string[]>(['native'], ['native', 'portable'])
for (const fanout of fanouts) {
  test(`row 1, M6: ${fanout}: who stops reading is cut off as slow after the grace time; who is only late loses nothing`, async (t) => {
    const limits = [
      '--soft-limit-bytes',
      '65536',
      '--hard-limit-bytes',
      '131072',
      '--grace-ms',
      `${GRACE_MS}`,
    ]
    const trial = await FaultTrial.start(t, { args: [...limits, '--fanout', fanout] })
    const at = { port: trial.portOf('framed') }
    const join = (prefix: string, count: number, receiveBytes: number, slow = 0) =>
      Readers.join(t, at, { count, receiveBytes, slow, prefix })
    const [healthy, late] = [await join('healthy', 3, FAST), await join('late', 1, FAST)]
    const [tiny, stopped] = [await join('tiny', 1, TINY, 1), await join('stopped', 1, FAST)]
    const [ticks, ends] = [await mute(trial, 'Ticks'), await mute(trial, 'Ends')]
    tick(t, ticks)
    const sender = await Sender.join(t, at)
    const retained = trial.watch('parlance_retained_bytes')
    const stuck = trial.watch(STUCK)
    const begun = Date.now()
    tiny.go()
    stopped.signal('SIGSTOP')
    late.signal('SIGSTOP')
    const closed = STOPPED.map(
      (name) => (record: LogRecord) => record.event === 'closed' && record.name === name,
    )
    let areGone = false
    const gone = trial.logs.untilAll('connections', closed, DEADLINE_MS).finally(() => {
      areGone = true
    })
    const flood = sender.steady(MESSAGES_PER_SECOND, () => areGone)
    await until(() => stuck.most > 0 || areGone, DEADLINE_MS)
    late.signal('SIGCONT')
    ends.socket.end()
    for (const { name, reason, time } of await gone) {
      // A FIN that is read before so much is queued that reading pauses is an end like any other.
      if (name === 'Ends' && reason === 'ended') continue
      assert.equal(reason, 'slow', `${name}`)
      const ms = Date.parse(`${time}`) - begun
      assert.ok(ms > GRACE_MS, `${name} was cut off after ${ms} ms`)
      t.diagnostic(`${name}: cut off ${ms} ms after the flood began`)
    }
    await flood
    await Promise.all([retained.stop(), stuck.stop()])
    t.diagnostic(`${sender.sent} messages; ${retained.most} bytes retained at most`)
    assert.ok(retained.most < 32 * MIB, `${retained.most} bytes retained`)
    stopped.signal('SIGCONT')
    for (const readers of [healthy, late]) {
      for (const { messages, wrong, cut } of await readers.outcome(sender.sent)) {
        assert.deepEqual({ messages, wrong, cut }, { messages: sender.sent, wrong: false, cut: false })
      }
    }
    for (const readers of [tiny, stopped]) {
      for (const { messages, wrong } of await readers.outcome(sender.sent)) {
        assert.ok(messages < sender.sent && !wrong, `${messages} of ${sender.sent}`)
      }
    }
    await assertBeginning(ticks, sender.sent)
    await assertBeginning(ends, sender.sent)
    for (const name of STOPPED) {
      assert.equal(
        trial.pair.others.filter((one) => one.equals(leaving(name))).length,
        1,
        `${name} left once`,
      )
    }
    sender.leave()
    // The pair is in the room that is flooded, and waits with it while a reader who is full has time to catch up.
    await trial.assertAsBefore({ inTimeMs: IN_TIME_MS })
  })
}

test('row 1, F10: who ends their side and never reads, breaks off with much queued, or stays after LEAVE, is gone', async (t) => {
  // So much that the kernel cannot hold it, and no reading is paused: a FIN is seen at once.
  const limits = ['--soft-limit-bytes', '100000000', '--hard-limit-bytes', '100000000', '--linger-ms', '500']
  const trial = await FaultTrial.start(t, { args: limits })
  const amy = await trial.join('Amy')
  const fill = async (name: string) => {
    for (let count = 0; count < 300; count++) amy.send(direct(`${name} ${'x'.repeat(60_000)}`))
    amy.send(direct('Amy sent'))
    await amy.skipTo(direct('[Amy] sent'))
  }
  const [ends, breaks] = [await mute(trial, 'Ends'), await mute(trial, 'Breaks')]
  const stays = await trial.join('Stays', { allowHalfOpen: true })
  await fill('Ends')
  ends.socket.end()
  await amy.skipTo(leaving('Ends'))
  await fill('Breaks')
  breaks.reset()
  await amy.skipTo(leaving('Breaks'))
  stays.send(Buffer.of(LEAVE, 0, 0))
  await amy.skipTo(leaving('Stays'))
  // It goes on talking, and its side stays open.
  const talk = setInterval(() => stays.socket.writable && stays.send(message('still here')), 20)
  t.after(() => clearInterval(talk))
  // The pair and Amy are left, although nobody of the others has closed their socket.
  const open = () => trial.metric('parlance_connections{dialect="framed"}')
  await until(async () => (await open()) === 3, DEADLINE_MS)
  clearInterval(talk)
  const reasons = trial.logs.records('connections').filter(({ event }) => event === 'closed')
  assert.deepEqual(
    reasons.map(({ name, reason }) => [name, reason]),
    [
      ['Ends', 'ended'],
      ['Breaks', 'reset'],
      ['Stays', 'left'],
    ],
  )
  assert.ok(!trial.pair.others.some((one) => textOf(one).startsWith('[Stays]')), 'nothing is heard of it')
  await trial.assertAsBefore()
})
