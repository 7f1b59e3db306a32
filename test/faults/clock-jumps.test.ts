/**
 * Row 22 of docs/faults.md: the clock of the day jumps by two hours, forward and back, while people of every dialect and over WebSocket
 * chat. Nobody is disconnected; allowances and deadlines go on as if nothing had been; ids stay in order. Rules M1, F15, W7.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock, noFakeClock } from '../fixtures/fake-clock.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { direct, join, message } from '../fixtures/framed-bytes.js'
import { heardBy, type Listener, listenersOf, MARK } from '../fixtures/one-of-each.js'
import { freePort } from '../fixtures/relay-process.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'
import { framedOverWebSocket } from '../fixtures/websocket-peer.js'

const TWO_HOURS = 7200
/** How far off the clock is, one after the other: each is a jump. */
const OFF_BY = [TWO_HOURS, 0, -TWO_HOURS, 0, -TWO_HOURS, TWO_HOURS, 0].slice(0, timesOf(2, 7))
const LOGIN_MS = 5000
const FRAME_MS = 3000
/** By when a deadline is over on the slowest machine: one that went by the clock of the day would be at once, or in two hours. */
const LATEST_MS = 40_000
const IN_TIME_MS = 20_000
/** More than each of the pair says. */
const PER_SECOND = 300

/** The relay's clock is so far off by now, and it has looked at it. */
async function untilOff(trial: FaultTrial, seconds: number): Promise<void> {
  const isOff = async () =>
    Math.abs((await trial.metric('parlance_clock_seconds')) - Date.now() / 1000 - seconds) < 60
  await until(isOff, 20_000)
}

/** Somebody without a name, and somebody in the middle of a frame, whose time has just begun. @returns after how long both have ended */
async function beginDeadlines(trial: FaultTrial, name: string): Promise<{ over: Promise<number> }> {
  const member = await trial.join(name)
  const begunMs = performance.now()
  const stranger = await trial.connect()
  member.send(message('Hello').subarray(0, 5))
  const both = Promise.all([stranger.ended(), member.ended()])
  return { over: both.then(() => performance.now() - begunMs) }
}

/** Each of every dialect says something to the next one, and hears it. */
async function assertTalking(listeners: readonly Listener[], words: string): Promise<void> {
  for (const [index, { kind, name, voice }] of listeners.entries()) {
    const to = listeners[(index + 1) % listeners.length] as Listener
    const text = `${MARK}${words}`
    assert.equal(await voice.direct(to.name, text), 'taken', `${kind.dialect} ${words}`)
    to.expected.push(...to.kind.told({ kind: 'direct', name, text, to: to.name }))
    assert.deepEqual(await heardBy(to), to.expected.splice(0), `${to.kind.dialect} ${words}`)
  }
}

/** What the relay has taken of somebody who always has more to say. */
function saidBy(trial: FaultTrial, who: string): number {
  return trial.logs.all('chat').filter(({ event, name }) => event === 'message' && name === who).length
}

test('row 22: a clock that jumps by two hours, forward and back, disconnects nobody, and times run on as before', {
  skip: noFakeClock ?? false,
}, async (t) => {
  const clock = new FakeClock(t)
  const webPort = await freePort()
  const times = ['--login-deadline-ms', `${LOGIN_MS}`, '--frame-deadline-ms', `${FRAME_MS}`]
  const rates = ['--messages-per-second', `${PER_SECOND}`, '--flood-ms', '3600000']
  const args = ['--listen', `ws://127.0.0.1:${webPort}`, ...times, ...rates]
  const trial = await FaultTrial.start(t, { env: clock.env, args })
  const listeners = await listenersOf(trial)
  const browser = await framedOverWebSocket(webPort)
  t.after(() => browser.destroy())
  browser.send(join('Browser'))
  const talker = await trial.join('Talker')
  talker.socket.resume()
  const flood = Buffer.concat(Array.from({ length: PER_SECOND }, () => message('more')))
  const more = setInterval(() => {
    if (talker.socket.writableLength < flood.length) talker.send(flood)
  }, 50)
  t.after(() => clearInterval(more))
  // The burst of ten seconds is used up: from now on it is the rate.
  await until(() => saidBy(trial, 'Talker') > 10 * PER_SECOND, 40_000, 250)

  for (const [index, offBy] of OFF_BY.entries()) {
    const words = `jump ${index}, ${offBy} s off`
    const [saidBefore, countedMs] = [saidBy(trial, 'Talker'), performance.now()]
    const { over } = await beginDeadlines(trial, `Slow${index}`)
    clock.setOff(offBy)
    await untilOff(trial, offBy)
    await assertTalking(listeners, words)
    browser.send(direct(`Browser ${words}`))
    await browser.skipTo(direct(`[Browser] ${words}`))
    const tookMs = await over
    assert.ok(tookMs >= LOGIN_MS && tookMs < LATEST_MS, `${words}: deadlines after ${tookMs} ms`)
    const said = saidBy(trial, 'Talker') - saidBefore
    const seconds = (performance.now() - countedMs) / 1000
    const rate = said / seconds
    t.diagnostic(
      `${words}: the deadline of ${LOGIN_MS} ms after ${tookMs.toFixed(0)} ms, ${rate.toFixed(0)} of ${PER_SECOND} messages a second`,
    )
    // Neither a burst for two hours that nobody has waited, nor nothing until they are over.
    assert.ok(said > 0 && said < PER_SECOND * (seconds + 3), `${words}: ${said} messages in ${seconds} s`)
  }
  clearInterval(more)
  const jumps = OFF_BY.length
  // A record may be written a moment after the client has heard its end.
  await until(() => [...trial.logs.ends().values()].reduce((sum, ends) => sum + ends, 0) >= 2 * jumps)
  assert.deepEqual(Object.fromEntries(trial.logs.ends()), {
    'frame-deadline': jumps,
    'login-deadline': jumps,
  })
  browser.destroy()
  // Not read from by now: that it has gone is heard of when the pair's next messages are told to it.
  talker.reset()
  await trial.logs.until('connections', ({ event, name }) => event === 'closed' && name === 'Talker')
  // The log is read again and again in this process, in which the pair is, too.
  await trial.assertAsBefore({ inTimeMs: IN_TIME_MS })
  // M1: ids of messages and direct ones sort as they were said, whatever the clock said.
  const ids = trial.logs.all('chat').flatMap(({ id }) => (id === undefined ? [] : [`${id}`]))
  assert.deepEqual(ids, [...ids].sort())
  assert.equal(new Set(ids).size, ids.length)
})
