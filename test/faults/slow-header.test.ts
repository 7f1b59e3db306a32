/**
 * Row 4 of docs/faults.md: 2,000 connections in all five dialects that say nothing, or begin a request that claims to be long and send a byte of it now
 * and then. Deadlines end them, absolute ones, while others log in as fast as ever; where no name is needed, who has been there longest makes room. Rules F15, S3.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { VOICES } from '../fixtures/all-voices.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { header } from '../fixtures/framed-bytes.js'
import { header as packetHeader, SENDTO } from '../fixtures/sendto-bytes.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const LOGIN_DEADLINE_MS = timesOf(6000, 10_000)
const FRAME_DEADLINE_MS = timesOf(3000, 9_000)
const BYTE_EVERY_MS = timesOf(1000, 10_000)
/** How late a deadline may be noticed here, on a machine that does much else. */
const SLACK_MS = 10_000
/** On a quiet machine a soak holds what the row asks for. */
const MOST_LOGIN_MS = timesOf(1000, 100)
const DEADLINE_MS = 60_000

interface Beginning {
  readonly dialect: string
  /** Nothing is said by those who are silent. */
  readonly begun: string | Buffer | null
  readonly count: number
  /** What ends it; `null` for nothing. */
  readonly reason: 'login-deadline' | 'frame-deadline' | null
}

const silent = (dialect: string, reason: Beginning['reason']): Beginning => ({
  dialect,
  begun: null,
  count: 200,
  reason,
})
const slow = (dialect: string, begun: string | Buffer, count = 200): Beginning => ({
  dialect,
  begun,
  count,
  reason: 'frame-deadline',
})

/** 2,000 in all. */
const BEGINNINGS: readonly Beginning[] = [
  silent('framed', 'login-deadline'),
  silent('chatroom', 'login-deadline'),
  silent('json-irc', 'login-deadline'),
  silent('chatmaster', 'login-deadline'),
  // Without a name there one can look around for as long as one likes.
  silent('sendto', null),
  // The longest that may be claimed before a name was accepted.
  slow('framed', header(0, 1021)),
  slow('chatroom', 'JOIN '),
  slow('json-irc', '{"command":"/nick","nickname":"'),
  slow('chatmaster', '{"type":"'),
  slow('sendto', packetHeader(SENDTO, 20, 65_535), 100),
  slow('sendto', 'login ', 100),
]

/** Of somebody who has a name: 65,535 bytes where a length is said. */
const OF_MEMBERS: Readonly<Record<string, string | Buffer>> = {
  framed: header(2, 65_535),
  chatroom: 'SEND {"sender":"',
  'json-irc': '{"command":"/broadcast","message":"',
  chatmaster: '{"type":"message","data":{"message":"',
  sendto: packetHeader(SENDTO, 4, 65_535),
}

/** One connection and when it ended. */
class Slow {
  readonly socket: Socket
  readonly #reason: Beginning['reason']
  #begunMs = performance.now()
  #endedMs: number | null = null

  private constructor(socket: Socket, reason: Beginning['reason']) {
    this.socket = socket
    this.#reason = reason
    socket.on('data', () => {}).on('error', () => {})
    socket.on('end', () => {
      this.#endedMs = performance.now()
    })
  }

  static async begin(port: number, { begun, reason }: Pick<Beginning, 'begun' | 'reason'>): Promise<Slow> {
    const socket = connect({ host: '127.0.0.1', port })
    const slow = new Slow(socket, reason)
    await once(socket, 'connect')
    slow.go(begun)
    return slow
  }

  /** For somebody who has come in already. */
  static of(socket: Socket, begun: string | Buffer): Slow {
    const slow = new Slow(socket, 'frame-deadline')
    slow.go(begun)
    return slow
  }

  /** Who is silent has begun when they connected: they hear of that later than the relay. */
  go(begun: string | Buffer | null): void {
    if (begun === null) return
    this.#begunMs = performance.now()
    this.socket.write(begun)
  }

  get isOver(): boolean {
    return this.#endedMs !== null
  }

  trickle(): void {
    if (!this.isOver && this.#reason === 'frame-deadline' && this.socket.writable) this.socket.write('x')
  }

  assertInTime(): void {
    if (this.#reason === null) {
      assert.equal(this.#endedMs, null, 'who may look around stays')
      return
    }
    const tookMs = (this.#endedMs as number) - this.#begunMs
    const deadlineMs = this.#reason === 'login-deadline' ? LOGIN_DEADLINE_MS : FRAME_DEADLINE_MS
    assert.ok(
      tookMs > deadlineMs - 100 && tookMs < LOGIN_DEADLINE_MS + SLACK_MS,
      `${this.#reason}: ${tookMs} ms`,
    )
  }
}

/** Somebody of each dialect in turn comes in and goes. @returns how long each took, sorted */
async function logInAgainAndAgain(trial: FaultTrial, isOver: () => boolean): Promise<number[]> {
  const took: number[] = []
  while (!isOver() || took.length < VOICES.length) {
    const { dialect, make } = VOICES[took.length % VOICES.length] as (typeof VOICES)[number]
    const begun = performance.now()
    const peer = await trial.open(dialect)
    const voice = make(peer, `normal${took.length}`)
    await voice.join()
    took.push(performance.now() - begun)
    voice.leave()
    await delay(20)
  }
  return took.sort((a, b) => a - b)
}

const medianOf = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] as number

test('row 4, F15: 2,000 slow headers and silent connections meet their deadlines, and others log in as ever', async (t) => {
  const limits = [
    '--login-deadline-ms',
    `${LOGIN_DEADLINE_MS}`,
    '--frame-deadline-ms',
    `${FRAME_DEADLINE_MS}`,
  ]
  const trial = await FaultTrial.start(t, { args: [...limits, '--max-connections', '4000'] })
  const slow: Slow[] = []
  t.after(() => {
    for (const { socket } of slow) socket.destroy()
  })
  for (const [dialect, begun] of Object.entries(OF_MEMBERS)) {
    const voice = VOICES.find((kind) => kind.dialect === dialect)
    const peer = await trial.open(dialect)
    await voice?.make(peer, `member-${dialect}`.replace(/[^a-z]/g, '')).join()
    slow.push(Slow.of(peer.socket, begun))
  }
  for (const one of BEGINNINGS) {
    const port = trial.portOf(one.dialect)
    slow.push(...(await Promise.all(Array.from({ length: one.count }, () => Slow.begin(port, one)))))
  }
  const trickle = setInterval(() => {
    for (const one of slow) one.trickle()
  }, BYTE_EVERY_MS)
  t.after(() => clearInterval(trickle))
  const looksAround = BEGINNINGS.filter(({ reason }) => reason === null).reduce(
    (sum, { count }) => sum + count,
    0,
  )
  const isOver = () => slow.filter((one) => one.isOver).length >= slow.length - looksAround
  let hasStopped = false
  const others = logInAgainAndAgain(trial, () => hasStopped)
  await until(isOver, DEADLINE_MS).finally(() => {
    hasStopped = true
  })
  clearInterval(trickle)
  const took = await others
  t.diagnostic(
    `${took.length} logins meanwhile: median ${medianOf(took).toFixed(1)} ms, longest ${took.at(-1)?.toFixed(0)} ms`,
  )
  assert.ok(medianOf(took) < MOST_LOGIN_MS, `a login took ${medianOf(took)} ms`)
  for (const one of slow) one.assertInTime()
  const counted = async (reason: string) => trial.metric(`parlance_disconnects_total{reason="${reason}"}`)
  const silent = BEGINNINGS.filter(({ reason }) => reason === 'login-deadline').reduce(
    (sum, { count }) => sum + count,
    0,
  )
  const [logins, frames] = [await counted('login-deadline'), await counted('frame-deadline')]
  t.diagnostic(`${logins} ended by the login deadline, ${frames} by the frame deadline`)
  // Whose beginning was read late, on a machine with much else to do, may meet the login deadline first.
  assert.equal(logins + frames, slow.length - looksAround)
  assert.ok(logins >= silent, `${logins} by the login deadline`)
  for (const { socket } of slow) socket.destroy()
  await trial.assertAsBefore()
})

test('row 4, S3: where nobody needs a name, a quarter of all may be silent, and the longest goes first', async (t: TestContext) => {
  const trial = await FaultTrial.start(t, { args: ['--max-connections', '40'] })
  const silent: Slow[] = []
  for (let count = 0; count < 25; count++) {
    silent.push(await Slow.begin(trial.portOf('sendto'), { begun: null, reason: null }))
  }
  await trial.reaches('parlance_disconnects_total{reason="full"}', 15)
  const isOver = silent.map((one) => one.isOver)
  assert.deepEqual(
    isOver,
    Array.from({ length: 25 }, (_, index) => index < 15),
  )
  await trial.join('Late')
  for (const { socket } of silent) socket.destroy()
  await trial.assertAsBefore()
})
