/**
 * Row 21 of docs/faults.md: NATS is killed and started again while people of all dialects talk at each of three nodes, to their room, to each other and
 * over nodes, and a pair at each node must miss nothing. With `durable` and without it, each over a NATS of its own. Rules N1, M5, M6.
 */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { ClusterTrial } from '../fixtures/cluster-trial.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { noNats } from '../fixtures/nats-server.js'
import { timesOf } from '../fixtures/soak.js'
import { assertAccounted, type Speaker, Talker } from '../fixtures/talkers.js'
import { until } from '../fixtures/until.js'
import { ALL_VOICES } from '../fixtures/voices/all-voices.js'

const OUTAGES_MS = timesOf([3_000], [3_000, 25_000, 120_000])
/** Whoever is cut off for longer takes the others' people for gone. */
const CUT_OFF_MS = 10_000
/** A dead link is found within 2 to 4 s; a connection that is reset at once. */
const DEGRADED_WITHIN_MS = 10_000
const READY_WITHIN_MS = 40_000
/** What is said in the longer ones is about as much as in the shorter ones: how long they are is what they are about. */
const everyMs = (outageMs: number) => Math.max(100, outageMs / 100)
/** A pair says so many while one person says something once. */
const PAIR_TIMES = 5
/** How long one of a pair may wait for a message at most, also while all that was said elsewhere meanwhile comes at once. */
const IN_TIME_MS = 5_000
const POLL_MS = 100

describe('row 21: NATS dies and comes back', { skip: noNats() ?? false, concurrency: 2 }, () => {
  for (const isDurable of [false, true]) {
    // One outage after the other: NATS is one for all of them.
    describe(isDurable ? 'with durable' : 'without durable', { concurrency: 1 }, () => {
      const ends: (() => Promise<void>)[] = []
      let trial: ClusterTrial
      before(async () => {
        const suite = { after: (end: () => Promise<void>) => void ends.push(end) }
        const directory = await mkdtemp(join(tmpdir(), 'parlance-data-'))
        ends.push(() => rm(directory, { recursive: true, force: true }))
        const kept = (index: number) => ['--durable', 'on', '--data-dir', join(directory, String(index))]
        trial = await ClusterTrial.start(suite, {
          pair: false,
          of: (index) => ({ args: isDurable ? kept(index) : [] }),
        })
      })
      after(async () => {
        for (const end of ends.reverse()) await end()
      })

      for (const outageMs of OUTAGES_MS) {
        const what = isDurable ? 'nothing is lost' : 'what was not heard is counted'
        it(`N1 M5 M6 killed for ${outageMs / 1000} s: all chat on at their nodes, ${what}, and all agree afterwards`, async (t) => {
          const { talkers, pairs } = await comeTo(t, trial, everyMs(outageMs) / PAIR_TIMES)
          const lostBefore = await Promise.all(trial.nodes.map((_, index) => trial.lostAt(index)))
          for (const talker of talkers) {
            await talker.listen()
            talker.notices.length = 0
          }
          for (const talker of talkers)
            talker.talk(partner(talkers, talker, 0), partner(talkers, talker, 1), everyMs(outageMs))
          await areHeard(
            talkers,
            () => true,
            () => 0,
          )

          await trial.nats.kill()
          const killedMs = performance.now()
          const sinceMs = () => performance.now() - killedMs
          await trial.areReady('degraded', DEGRADED_WITHIN_MS)
          const degradedMs = sinceMs()
          const marks = new Map(talkers.map((talker) => [talker, talker.next]))
          const isLong = outageMs > CUT_OFF_MS
          if (isLong) await areListed(talkers, pairs, isNear)
          await until(() => sinceMs() >= outageMs, outageMs)
          assert.equal(await trial.readinessOf(0), 'degraded')
          // M6 those of a node hear each other all the time, in every dialect.
          await areHeard(talkers, isNear, (speaker) => marks.get(speaker) as number)
          const pairMs = longestOf(pairs)
          assert.ok(pairMs <= IN_TIME_MS, `one of a pair waited ${pairMs.toFixed(0)} ms`)
          await trial.nats.start()
          const backMs = performance.now()
          await trial.areReady('ready', READY_WITHIN_MS)
          const readyMs = performance.now() - backMs
          await areListed(talkers, pairs, () => true)
          const agreedMs = performance.now() - backMs

          await Promise.all(talkers.map((talker) => talker.fallSilent()))
          const speakers: Speaker[] = [...talkers, ...(await speakersOf(pairs))]
          const lostAt = async (node: number) => (await trial.lostAt(node)) - (lostBefore[node] as number)
          const longestMs = longestOf(pairs)
          assert.ok(longestMs <= IN_TIME_MS, `one of a pair waited ${longestMs.toFixed(0)} ms`)
          const { heard, lost } = await assertAccounted({ talkers, speakers, lostAt, isDurable })
          if (isDurable) for (const index of trial.nodes.keys()) assert.equal(await lostAt(index), 0)
          else assert.ok(lost > 0)
          assertNotices(talkers, speakers, isLong)
          assert.ok(talkers.every(({ hasEnded }) => !hasEnded))
          await trial.assertAsBefore()
          t.diagnostic(
            `degraded after ${degradedMs.toFixed(0)} ms; ready ${readyMs.toFixed(0)} ms after it was back, all lists agreed after ` +
              `${agreedMs.toFixed(0)} ms; ${heard} heard, ${lost} told as lost by ${talkers.length} people; ` +
              `a pair waited ${pairMs.toFixed(0)} ms at most, and ${longestMs.toFixed(0)} ms when it was back`,
          )
        })
      }
    })
  }
})

const isNear = (one: Speaker, other: Speaker) => one.node === other.node

interface NodePair {
  readonly node: number
  readonly names: readonly [string, string]
  readonly pair: HealthyPair
}

/** One of each dialect and a pair at each node, who are known everywhere. */
async function comeTo(
  t: TestContext,

  trial: ClusterTrial,
  pairEveryMs: number,
): Promise<{ talkers: Talker[]; pairs: NodePair[] }> {
  const talkers = await Talker.comeTo(trial.nodes)
  t.after(() => {
    for (const talker of talkers) talker.leave()
  })
  const names = talkers.map(({ name }) => name)
  await trial.areKnown(names)
  const pairs: NodePair[] = []
  for (const [node, relay] of trial.nodes.entries()) {
    const two = [`Left${node}`, `Right${node}`] as const
    const pair = await HealthyPair.start(relay, { names: two, everyMs: pairEveryMs })
    t.after(() => pair.abandon())
    pairs.push({ node, names: two, pair })
    names.push(...two)
  }
  await trial.areKnown(names)
  return { talkers, pairs }
}

/** Of the next dialect, so many nodes on: each has one to speak to, and one that speaks to it. */
function partner(talkers: readonly Talker[], { kind, node }: Talker, nodesOn: number): Talker {
  const next = ALL_VOICES[(ALL_VOICES.indexOf(kind) + 1) % ALL_VOICES.length]
  const nodes = new Set(talkers.map((talker) => talker.node)).size
  return talkers.find((one) => one.kind === next && one.node === (node + nodesOn) % nodes) as Talker
}

/** Resolves when each has heard something with this number, or one behind it, of all who speak to it. */
async function areHeard(
  talkers: readonly Talker[],
  isMeant: (listener: Talker, speaker: Talker) => boolean,
  from: (speaker: Talker) => number,
): Promise<void> {
  const speaksTo = (speaker: Talker, listener: Talker) =>
    (speaker.isInRoom && listener.isInRoom) ||
    [0, 1].some((nodesOn) => partner(talkers, speaker, nodesOn) === listener)
  let why = ''
  const areAll = () => {
    for (const listener of talkers) {
      for (const speaker of talkers) {
        if (speaker === listener || !isMeant(listener, speaker) || !speaksTo(speaker, listener)) continue
        why = `${listener.name} has heard #${listener.lastOf(speaker)} of ${speaker.name}, not #${from(speaker)}`
        if (listener.lastOf(speaker) < from(speaker)) return false
      }
    }
    return true
  }
  await until(areAll, READY_WITHIN_MS, POLL_MS).catch(() => assert.fail(why))
}

/** Resolves when each list, in every dialect, has those of whom `isHere` says that they are there for whoever asks. */
async function areListed(
  talkers: readonly Talker[],
  pairs: readonly NodePair[],
  isHere: (asker: Speaker, person: Speaker) => boolean,
): Promise<void> {
  const people = [...talkers, ...pairs.flatMap((pair) => inRoom(pair, []))]
  let why = ''
  const areAll = () => {
    for (const talker of talkers) {
      const listed = people.filter(
        (person) => isHere(talker, person) && (person.isInRoom || talker.kind.lists === 'everyone'),
      )
      const names = listed
        .map(({ name }) => name)
        .sort()
        .join()
      why = `${talker.name} lists ${talker.listed.join()} instead of ${names}`
      if ([...talker.listed].sort().join() !== names) return false
    }
    return true
  }
  await until(areAll, READY_WITHIN_MS, POLL_MS).catch(() => assert.fail(why))
}

/** All of a pair is silent. @returns what each of them has said to the room: every other message */
async function speakersOf(pairs: readonly NodePair[]): Promise<Speaker[]> {
  const speakers: Speaker[] = []
  for (const pair of pairs) {
    const count = await pair.pair.stop()
    const said = Array.from({ length: Math.floor(count / 2) }, (_, index) => ({
      number: 2 * index + 1,
      to: null,
    }))
    speakers.push(...inRoom(pair, said))
  }
  return speakers
}

/** Since the pairs began, in ms. */
function longestOf(pairs: readonly NodePair[]): number {
  return Math.max(...pairs.map(({ pair }) => pair.longestMs))
}

function inRoom({ node, names }: NodePair, said: Speaker['said']): Speaker[] {
  return names.map((name) => ({ name, node, isInRoom: true, said }))
}

/** Of who is far each has been told once that they left and came back, where they were out of sight for long; and nothing else. */
function assertNotices(talkers: readonly Talker[], speakers: readonly Speaker[], isLong: boolean): void {
  for (const talker of talkers.filter(({ isInRoom }) => isInRoom)) {
    for (const { name, node, isInRoom } of speakers) {
      const told = talker.notices.filter((notice) => notice.name === name).map(({ what }) => what)
      const expected = isLong && isInRoom && node !== talker.node ? ['left', 'joined'] : []
      assert.deepEqual(told, expected, `${talker.name} of ${name}`)
    }
  }
}
