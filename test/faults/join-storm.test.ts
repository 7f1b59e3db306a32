/**
 * Row 10 of docs/faults.md: people who all join at once, 5,000 in a soak. Each is told of everybody who comes after, once and in few writes; above
 * `announceUpTo` a room hears one line a second, so that what is told grows with the people and not with their square. Rules F2, M5.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { FaultTrial, type Series } from '../fixtures/fault-trial.js'
import { join, textOf } from '../fixtures/framed-bytes.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const JOINS = timesOf(500, 5000)
const ANNOUNCE_UP_TO = 100
/** Of a machine that does other things too: of five thousand, everybody is told of everybody after them, twelve million times in all. */
const DEADLINE_MS = timesOf(120_000, 900_000)
/** Whom the room has before: the pair. */
const THERE = 2
const DELIVERIES = 'parlance_deliveries_total'

/** Somebody who joins and counts the announcements that come, which begin with `**`. */
class Newcomer {
  announcements = 0
  readonly socket: Socket
  #rest = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {}).on('data', (chunk: Buffer) => this.#count(chunk))
  }

  static async connect(port: number): Promise<Newcomer> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    const newcomer = new Newcomer(socket)
    await once(socket, 'connect')
    return newcomer
  }

  #count(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= 3) {
      const end = at + 3 + bytes.readUInt16BE(at + 1)
      if (end > bytes.length) break
      if (bytes[at + 3] === 0x2a && bytes[at + 4] === 0x2a) this.announcements++
      at = end
    }
    this.#rest = Buffer.from(bytes.subarray(at))
  }
}

interface Storm {
  readonly trial: FaultTrial
  readonly crowd: readonly Newcomer[]
  readonly before: Series
  end(): Promise<void>
}

/** All are connected, and then all say at once who they are. */
async function storm(t: { after(end: () => void): void }, trial: FaultTrial): Promise<Storm> {
  const crowd: Newcomer[] = []
  t.after(() => {
    for (const { socket } of crowd) socket.destroy()
  })
  while (crowd.length < JOINS) {
    const some = Math.min(500, JOINS - crowd.length)
    const port = trial.portOf('framed')
    crowd.push(...(await Promise.all(Array.from({ length: some }, () => Newcomer.connect(port)))))
  }
  const before = await trial.scrape()
  for (const [index, { socket }] of crowd.entries()) socket.write(join(`n${index}`))
  await trial.reaches('parlance_sessions', JOINS + THERE, DEADLINE_MS)
  return {
    trial,
    crowd,
    before,
    async end() {
      for (const { socket } of crowd) socket.destroy()
      await until(async () => (await trial.metric('parlance_sessions')) === THERE, DEADLINE_MS)
    },
  }
}

function grown({ before }: Storm, now: Series, series: string): number {
  return (now.get(series) ?? Number.NaN) - (before.get(series) ?? Number.NaN)
}

test(`row 10, F2: ${JOINS} join at once: everybody hears of who comes after, and of nobody twice, in few writes`, async (t) => {
  const trial = await FaultTrial.start(t)
  const begun = performance.now()
  const all = await storm(t, trial)
  // Whoever is the k-th to come is told to k of them, and to the pair.
  const due = (JOINS * (JOINS + 1)) / 2
  const heard = () => all.crowd.reduce((sum, { announcements }) => sum + announcements, 0)
  await until(() => heard() >= due, DEADLINE_MS)
  const seconds = (performance.now() - begun) / 1000
  await until(() => trial.pair.others.length >= JOINS, DEADLINE_MS)
  assert.equal(trial.pair.others.length, JOINS)
  assert.equal(heard(), due)
  const perPerson = all.crowd.map(({ announcements }) => announcements).sort((a, b) => a - b)
  assert.deepEqual(
    perPerson,
    Array.from({ length: JOINS }, (_, index) => index + 1),
  )
  const now = await trial.scrape()
  const [batches, flushes] = [
    grown(all, now, 'parlance_batch_events_count'),
    grown(all, now, 'parlance_flush_seconds_count'),
  ]
  t.diagnostic(
    `${due + JOINS * THERE} announcements in ${batches} batches and ${flushes} flushes, all in after ${seconds.toFixed(1)} s`,
  )
  await all.end()
  await trial.assertAsBefore({ inTimeMs: DEADLINE_MS })
})

test(`row 10: ${JOINS} join a room above announceUpTo at once: it hears of them as one line a second`, async (t) => {
  const trial = await FaultTrial.start(t, { args: ['--announce-up-to', `${ANNOUNCE_UP_TO}`] })
  const all = await storm(t, trial)
  const named = ANNOUNCE_UP_TO - THERE
  let told = 0
  let lines = 0
  await until(() => {
    const texts = trial.pair.others.map(textOf)
    const sums = texts.map((text) =>
      Number(/^\*\*(\d+) (?:people are|person is) joining the chat\*\*$/.exec(text)?.[1] ?? 0),
    )
    lines = sums.filter((sum) => sum > 0).length
    told = texts.length - lines + sums.reduce((sum, one) => sum + one, 0)
    return told >= JOINS
  }, DEADLINE_MS)
  assert.equal(told, JOINS)
  assert.equal(trial.pair.others.length - lines, named, 'so many are announced by name')
  await trial.pair.settle()
  const heard = all.crowd.reduce((sum, { announcements }) => sum + announcements, 0)
  const most = (named * (named + 1)) / 2 + lines * JOINS
  t.diagnostic(`${heard} announcements to ${JOINS} people in ${lines} lines, of ${most} at most`)
  assert.ok(heard <= most, `${heard} announcements, more than ${most}`)
  assert.ok(grown(all, await trial.scrape(), DELIVERIES) > 0)
  await all.end()
  await trial.assertAsBefore({ inTimeMs: DEADLINE_MS })
})
