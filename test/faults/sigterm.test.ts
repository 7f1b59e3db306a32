/**
 * Row 20 of docs/faults.md: SIGTERM with clients who chat, of whom some read late and some never, 1,000 of them in a soak; and SIGTERM again.
 * Not ready, then no new connections, then LEAVE for everybody as their last frame, behind all that was said before. Rules F17, M5, M6.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultTrial } from '../fixtures/fault-trial.js'
import {
  ACCEPTED,
  commandOf,
  direct,
  join,
  LEAVE,
  MESSAGE,
  message,
  textOf,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const CLIENTS = timesOf(200, 1000)
const STUCK = 20
const LATE = 20
const AT_ONCE = 100
const SHUTDOWN_MS = timesOf(4000, 8000)
const DRAIN_DELAY_MS = 500
/** For the process to begin and to end, on a machine that runs other tests. */
const SLACK_MS = 3000

interface Said {
  readonly name: string
  readonly text: string
  readonly timeMs: number
}

/** Their own announcement comes in a sum with others. */
async function enter(trial: FaultTrial, name: string): Promise<FramedPeer> {
  const peer = await trial.connect()
  await peer.frame('the greeting')
  peer.send(join(name))
  assert.ok((await peer.frame('accepted')).equals(ACCEPTED))
  return peer
}

async function crowdOf(trial: FaultTrial): Promise<[name: string, peer: FramedPeer][]> {
  const crowd: [string, FramedPeer][] = []
  while (crowd.length < CLIENTS) {
    const names = Array.from({ length: AT_ONCE }, (_, index) => `n${crowd.length + index}`)
    const peers = await Promise.all(names.map((name) => enter(trial, name)))
    crowd.push(...names.map((name, index): [string, FramedPeer] => [name, peers[index] as FramedPeer]))
  }
  return crowd
}

/** What the log has of the room, and at which place of it each has come in. */
function saidIn(trial: FaultTrial): { said: Said[]; since: Map<string, number> } {
  const said: Said[] = []
  const since = new Map<string, number>()
  for (const { event, name, text, time } of trial.logs.all('chat')) {
    if (event === 'message') said.push({ name: `${name}`, text: `${text}`, timeMs: Date.parse(`${time}`) })
    else if (event === 'joined') since.set(`${name}`, said.length)
  }
  return { said, since }
}

/** M5, M6: everything that was said until the first had to go, and of what came later the beginning; LEAVE is last. */
function assertFlushed(
  name: string,
  frames: readonly Buffer[],
  { said, since }: ReturnType<typeof saidIn>,
  firstEndMs: number,
): void {
  assert.equal(commandOf(frames.at(-1) as Buffer), LEAVE, name)
  assert.match(textOf(frames.at(-1) as Buffer), /shutting down/)
  assert.equal(frames.filter((frame) => commandOf(frame) === LEAVE).length, 1)
  const heard = frames
    .filter((frame) => commandOf(frame) === MESSAGE && /^\[/.test(textOf(frame)))
    .map(textOf)
  const forThem = said.slice(since.get(name)).filter((one) => one.name !== name)
  const due = forThem.filter(({ timeMs }) => timeMs < firstEndMs).length
  assert.ok(heard.length >= due, `${name} heard ${heard.length} of ${due}`)
  assert.deepEqual(
    heard,
    forThem.slice(0, heard.length).map(({ name: sender, text }) => `[${sender}] ${text}`),
  )
}

async function statusOf(url: string): Promise<number | null> {
  return (await fetch(url, { headers: { connection: 'close' } }).catch(() => null))?.status ?? null
}

test(`row 20, F17: SIGTERM with ${CLIENTS} clients under load, of whom ${LATE} read late and ${STUCK} never: told, flushed, over in time`, async (t) => {
  const limits = [
    '--soft-limit-bytes',
    '10000000',
    '--hard-limit-bytes',
    '10000000',
    '--announce-up-to',
    '10',
  ]
  const times = [
    '--drain-delay-ms',
    `${DRAIN_DELAY_MS}`,
    '--shutdown-ms',
    `${SHUTDOWN_MS}`,
    // Longer than there is: whoever never reads is left for the deadline.
    '--linger-ms',
    `${SHUTDOWN_MS}`,
  ]
  const trial = await FaultTrial.start(t, { args: [...limits, ...times] })
  const { child } = trial.program
  const names = await crowdOf(trial)
  const [stuck, late, readers] = [
    names.slice(0, STUCK),
    names.slice(STUCK, STUCK + LATE),
    names.slice(STUCK + LATE),
  ]
  for (const [, peer] of [...stuck, ...late]) peer.socket.pause()
  let round = 0
  const talk = setInterval(() => {
    const [, peer] = readers[round++ % readers.length] as [string, FramedPeer]
    // More than the kernel takes for those who do not read.
    const flood = direct(`n${round % STUCK} ${'x'.repeat(60_000)}`)
    if (peer.socket.writable) peer.send(message(`round ${round}`), flood)
  }, 20)
  t.after(() => clearInterval(talk))
  await until(() => round > 50)
  await trial.pair.settle()

  const readyz = `http://127.0.0.1:${trial.opsPort}/readyz`
  assert.equal(await statusOf(readyz), 200)
  const begun = performance.now()
  child.kill('SIGTERM')
  // Not ready, while whoever comes is taken all the same.
  await until(async () => (await statusOf(readyz)) === 503)
  const latecomer = await enter(trial, 'Latecomer')
  await trial.program.shows('"stage":"closing"')
  await assert.rejects(trial.connect(), { code: 'ECONNREFUSED' })
  for (const [, peer] of late) peer.socket.resume()
  const frames = new Map<string, Buffer[]>()
  for (const [name, peer] of [...readers, ...late, ['Latecomer', latecomer] as const])
    frames.set(name, await peer.rest())
  // Those who never read keep it from ending at once.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM'] as const) child.kill(signal)
  for (const reason of await trial.pair.sentAway()) assert.match(reason, /shutting down/)
  clearInterval(talk)
  const ends = await trial.assertEnded()
  const tookMs = performance.now() - begun
  assert.ok(tookMs <= SHUTDOWN_MS + SLACK_MS, `${tookMs} ms`)
  assert.equal(trial.program.errorOutput, '')

  const people = CLIENTS + 3
  assert.deepEqual(Object.fromEntries(ends), { shutdown: people })
  const stages = trial.program.output.split('\n').filter((line) => line.includes('"event":"relay.drain"'))
  const [draining, closing, flushing, ended] = stages.map((line) => JSON.parse(line))
  assert.deepEqual(
    [draining, closing, flushing, ended].map(({ stage }) => stage),
    ['draining', 'closing', 'flushing', 'ended'],
  )
  assert.equal(stages.length, 4)
  assert.deepEqual([closing.connections, ended.told, ended.cutOff], [people, people, STUCK])
  assert.ok(ended.elapsedMs <= SHUTDOWN_MS, `${ended.elapsedMs} ms`)

  const closed = trial.logs
    .all('connections')
    .filter(({ event, name }) => event === 'closed' && !stuck.some(([one]) => one === name))
  const endMs = closed.map(({ time }) => Date.parse(`${time}`))
  const firstEndMs = Math.min(...endMs)
  assert.ok(Math.max(...endMs) - firstEndMs >= closing.spreadMs / 2, 'they are not all told at once')
  assert.ok(closing.spreadMs >= Math.min(CLIENTS, 1000), `${closing.spreadMs} ms`)
  const logged = saidIn(trial)
  for (const [name, came] of frames) assertFlushed(name, came, logged, firstEndMs)
  t.diagnostic(
    `${people} were told over ${closing.spreadMs} ms; ended after ${ended.elapsedMs} ms, the process after ${Math.round(tookMs)} ms`,
  )
})
