/**
 * Row 26 of docs/faults.md: workers are killed under load, again and again, all in turn and all at once; are stopped; and hang. Rules N1, M5, M6.
 * Left and Right, at two that are not touched, miss nothing, and afterwards all is as it was.
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { CountedPerson } from '../fixtures/counted-people.js'
import { descriptorsOf } from '../fixtures/fault-trial.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { timesOf } from '../fixtures/soak.js'
import { TestWorkers, until } from '../workers/start-workers.js'

const WORKERS = 3
const TALKERS = 30
const EVERY_MS = 200
const KILLS = timesOf(3, 8)
const HUNG_MS = 5_000
/** Not long enough to hang. */
const STOPPED_MS = 700
const COMING = 12
/** How long the pair may wait for a message at most. */
const IN_TIME_MS = 5_000
/** What makes a worker of ours hang: for ever in one turn. */
const HANGS = `data:text/javascript,${encodeURIComponent("process.on('SIGUSR2', () => { for (;;); })")}`

describe('three workers of which one fails', { skip: noNats() ?? false }, () => {
  const ends: (() => Promise<void>)[] = []
  let workers: TestWorkers
  let descriptors: Record<string, number>
  let pair: HealthyPair | undefined
  let peers: FramedPeer[] = []
  /** One that has nobody of the pair. */
  let victim: number
  let talkers: CountedPerson[] = []
  /** When this test began: names come again. */
  let since = ''
  before(async () => {
    const suite = { after: (end: () => Promise<void>) => void ends.push(end) }
    const settings = { workerHungMs: HUNG_MS, closeSpreadMs: 100 }
    workers = new TestWorkers(suite, await startNats(suite), settings, { NODE_OPTIONS: `--import ${HANGS}` })
    await workers.start(WORKERS)
    await startPair()
    await overWith()
    descriptors = descriptorsOf(workers.program.child.pid as number)
  })
  after(async () => {
    for (const talker of talkers) talker.end()
    pair?.abandon()
    for (const end of ends.reverse()) await end()
  })

  const numbers = Array.from({ length: WORKERS }, (_, index) => index + 1)
  /** Where somebody has come who came last; `undefined` until that is in a log. */
  const workerOf = (name: string) =>
    numbers.find((worker) => {
      const path = joinPath(workers.dir, 'logs', `worker-${worker}`, 'connections.log')
      if (!existsSync(path)) return false
      const lines = readFileSync(path, 'utf8')
        .replace(/[^\n]*$/, '')
        .split('\n')
      const line = lines.findLast((one) => one.includes(`"name":"${name}"`))
      return line !== undefined && JSON.parse(line).time >= since
    })
  const startPair = async () => {
    // What a test has left that failed.
    pair?.abandon()
    for (const peer of peers) peer.destroy()
    for (const talker of talkers) talker.end()
    talkers = []
    await until(async () => (await workers.metric('parlance_sessions')) === 0, 'nobody is there')
    peers = []
    since = new Date().toISOString()
    const join = async (name: string) => {
      const peer = await workers.join(name)
      peers.push(peer)
      await until(() => workerOf(name), `${name} in a log`)
      // Who comes is written to by name at another worker.
      const known = (WORKERS - 1) * peers.length
      await until(async () => (await workers.metric('parlance_cluster_people')) === known, `${name} is known`)
      return peer
    }
    pair = await HealthyPair.start({ join })
    const taken = ['Left', 'Right'].map(workerOf)
    assert.notEqual(taken[0], taken[1])
    victim = numbers.find((worker) => !taken.includes(worker)) as number
  }
  const come = async (name: string) => {
    const person = await CountedPerson.join(name, workers.places.listeners[0]?.port as number)
    person.talk(EVERY_MS)
    talkers.push(person)
  }
  const load = async () => {
    for (let index = 0; index < TALKERS; index++) await come(`Talker${index}`)
  }
  const areReady = (count: number) =>
    until(() => workers.said('worker.ready').length === count, `${count} have become ready`)
  const ready = () => workers.said('worker.ready').length
  /** Those at the victim are gone and their names are free, and nobody else is. @returns how many */
  const goneWith = async (fault: () => Promise<void>): Promise<number> => {
    for (const { name } of talkers) await until(() => workerOf(name), `${name} in a log`)
    const stay = talkers.filter(({ name }) => workerOf(name) !== victim)
    await fault()
    await until(
      () => talkers.filter(({ hasEnded }) => hasEnded).length === talkers.length - stay.length,
      'gone',
    )
    const gone = talkers.filter(({ hasEnded }) => hasEnded)
    assert.ok(stay.every(({ hasEnded }) => !hasEnded))
    for (const { name } of gone.slice(0, 3)) {
      await until(async () => (await workers.answerTo(name)) === 0, `${name} is free`)
    }
    talkers = stay
    return gone.length
  }
  /** Everybody who has stayed has heard all of each other; then all go, and all is as it was. */
  const overWith = async (): Promise<string> => {
    for (const talker of talkers) talker.fallSilent()
    const known = (WORKERS - 1) * (talkers.length + peers.length)
    await until(async () => (await workers.metric('parlance_cluster_people')) === known, 'all know all')
    // Whoever came last may have heard nothing yet.
    for (const talker of talkers) talker.say()
    for (const talker of talkers) {
      const others = talkers.filter((other) => other !== talker)
      const missing = () => others.filter((other) => last(talker, other) !== other.sent - 1)
      await until(() => missing().length === 0, `${talker.name} hears everybody`)
      talker.assertOrder()
      for (const [name, numbers] of talker.heard) {
        // Every other one of the pair's is for one person alone.
        if (!others.some((other) => other.name === name)) continue
        const [first = 0] = numbers
        assert.equal(
          numbers.length,
          (numbers.at(-1) as number) - first + 1,
          `${talker.name} misses some of ${name}`,
        )
      }
    }
    const heard = await pair?.stop()
    const { longestMs } = pair as HealthyPair
    for (const talker of talkers) talker.end()
    for (const peer of peers) peer.destroy()
    talkers = []
    for (const series of [
      'parlance_sessions',
      'parlance_cluster_people',
      'parlance_connections{dialect="framed"}',
    ])
      await until(async () => (await workers.metric(series)) === 0, `no ${series}`)
    if (descriptors !== undefined) {
      const isAsBefore = () => {
        const now = descriptorsOf(workers.program.child.pid as number)
        return Object.entries(now).every(([kind, count]) => count <= (descriptors[kind] ?? 0))
      }
      await until(isAsBefore, 'the supervisor has the descriptors that it had')
    }
    assert.ok(longestMs <= IN_TIME_MS, `a message between the two took ${longestMs.toFixed(0)} ms`)
    return `a pair: ${heard} messages each way, ${longestMs.toFixed(0)} ms at most`
  }
  const last = (talker: CountedPerson, other: CountedPerson) => talker.heard.get(other.name)?.at(-1)

  it('row 26: one is killed under load, again and again: its people are gone, all others go on with nothing lost', async (t) => {
    await startPair()
    await load()
    let gone = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const before = ready()
      gone += await goneWith(async () => void process.kill(workers.pidOf(victim), 'SIGKILL'))
      await areReady(before + 1)
      for (let index = 0; index < WORKERS; index++) await come(`Again${kill}x${index}`)
    }
    assert.equal(workers.said('worker.lost').length, KILLS)
    t.diagnostic(`${KILLS} kills, ${gone} gone; ${await overWith()}`)
  })

  it('row 26: one is stopped for a moment, and nobody notices; then for good, and it is ended and replaced', async (t) => {
    await startPair()
    await load()
    const pid = workers.pidOf(victim)
    process.kill(pid, 'SIGSTOP')
    await delay(STOPPED_MS)
    process.kill(pid, 'SIGCONT')
    await pair?.settle()
    assert.ok(talkers.every(({ hasEnded }) => !hasEnded))
    assert.equal(workers.pidOf(victim), pid)

    const before = ready()
    const coming: FramedPeer[] = []
    const gone = await goneWith(async () => {
      process.kill(pid, 'SIGSTOP')
      for (let index = 0; index < COMING; index++) coming.push(await workers.connect())
      const isDegraded = async () => /^degraded: 2 of 3 workers/.test((await workers.ops('/readyz')).text)
      await until(isDegraded, 'said to be degraded')
    })
    await areReady(before + 1)
    const [hung] = workers.said('worker.hung')
    assert.deepEqual([hung?.worker, hung?.pid], [victim, pid])
    assert.ok((hung?.silentMs as number) >= HUNG_MS)
    assert.equal(workers.said('worker.lost').at(-1)?.reason, 'hung')
    assert.equal((await workers.ops('/readyz')).text, 'ready\n')
    // Whoever came to it meanwhile is gone as well; everybody else was served by another.
    const greeted = await Promise.all(
      coming.map((peer) =>
        peer.frame('the greeting').then(
          () => true,
          () => false,
        ),
      ),
    )
    const served = greeted.filter((one) => one).length
    assert.ok(served >= COMING - 2, `${served} of ${COMING} were served`)
    for (const peer of coming) peer.destroy()
    t.diagnostic(`${gone} gone, ${served} of ${COMING} who came meanwhile were served; ${await overWith()}`)
  })

  it('row 26: one hangs: it is ended after workerHungMs, and replaced', async (t) => {
    await startPair()
    await load()
    const [before, hungBefore] = [ready(), workers.said('worker.hung').length]
    const sinceMs = performance.now()
    const gone = await goneWith(async () => void process.kill(workers.pidOf(victim), 'SIGUSR2'))
    const tookMs = performance.now() - sinceMs
    await areReady(before + 1)
    assert.equal(workers.said('worker.hung').length, hungBefore + 1)
    t.diagnostic(`${gone} gone after ${tookMs.toFixed(0)} ms; ${await overWith()}`)
  })

  it('row 26: all are killed in turn, and then all at once: each time all are replaced, and people meet again', async (t) => {
    for (const worker of numbers) {
      const before = ready()
      process.kill(workers.pidOf(worker), 'SIGKILL')
      await areReady(before + 1)
    }
    const before = ready()
    for (const worker of numbers) process.kill(workers.pidOf(worker), 'SIGKILL')
    await areReady(before + WORKERS)
    await until(async () => (await workers.ops('/readyz')).text === 'ready\n', 'ready')
    await startPair()
    await load()
    t.diagnostic(await overWith())
  })
})
