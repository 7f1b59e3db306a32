/** That every visit of a soak does to a relay what it counts: the relay's own figures, and its records, are those of the bench. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../bench/load/generator/seeded-random.js'
import { Checker, wrongIn } from '../../bench/soak/checker.js'
import { Crowd } from '../../bench/soak/crowd.js'
import { Deeds } from '../../bench/soak/deeds.js'
import { Door } from '../../bench/soak/door.js'
import { differencesOf, heldAsBefore, heldBy } from '../../bench/soak/held.js'
import { LogCounts } from '../../bench/soak/log-counts.js'
import { mixedLength } from '../../bench/soak/numbered.js'
import { USUAL_PLAN } from '../../bench/soak/plan.js'
import { SoakRelay } from '../../bench/soak/relay.js'
import { countProbes } from '../../bench/soak/run.js'
import { membersOf, Senders } from '../../bench/soak/senders.js'
import { byLabel, totalOf } from '../../bench/soak/series.js'
import * as breakers from '../../bench/soak/visits/breakers.js'
import * as comers from '../../bench/soak/visits/comers.js'
import * as operators from '../../bench/soak/visits/operators.js'

/** All dialects over TCP twice, and over WebSocket. */
const PEOPLE = 15
const MESSAGES_PER_SECOND = 40
/** Some visits are another one each time. */
const ROUNDS = 2

test('what visits do is what the relay counts and records, and the crowd is told everything', async (t) => {
  const relay = await SoakRelay.start({ ...USUAL_PLAN, arguments: [] })
  t.after(async () => {
    await relay.stop()
    relay.remove()
  })
  const deeds = new Deeds()
  await countProbes(relay, deeds)
  const seed = Math.floor(Math.random() * 1e9)
  t.diagnostic(`SOAK_SEED=${seed}`)
  const random = seededRandom(seed)
  const door = new Door(relay.places, deeds)
  const senders = new Senders(membersOf(PEOPLE), 8, mixedLength)
  const checker = new Checker(senders)
  const crowd = new Crowd({ door, senders, checker, deeds, random })
  t.after(() => crowd.abandon())
  let names = 0
  const house = { door, deeds, senders, random, freshName: () => `guest${names++}` }
  await heldBy(relay)
  const before = await heldBy(relay)
  await crowd.enter()
  crowd.speak(MESSAGES_PER_SECOND)
  for (let round = 0; round < ROUNDS; round++) {
    const visits = [...Object.values(comers), ...Object.values(breakers)]
      .filter((visit) => visit !== breakers.neverLogin && visit !== breakers.neverEnd)
      .map((visit) => visit(house))
    await Promise.all([...visits, ...Object.values(operators).map((visit) => visit(house, relay))])
  }
  await crowd.hush()
  const { deliveries, ...checked } = checker.counts()
  await crowd.leave()
  assert.deepEqual(deeds.troubles, [])
  assert.equal(wrongIn({ deliveries, ...checked }), 0, JSON.stringify(checked))
  assert.ok(deliveries > 0)
  const after = await heldAsBefore(relay, before)
  assert.deepEqual(differencesOf(before, after), [])

  const series = await relay.scrapeAfresh()
  const counted = (metric: string) => Object.fromEntries([...byLabel(series, metric)].sort())
  const did = (counts: ReadonlyMap<string, number>) => Object.fromEntries([...counts].sort())
  assert.deepEqual(ends(counted('parlance_disconnects_total')), ends(did(deeds.ends)))
  assert.deepEqual(counted('parlance_rejected_joins_total'), did(deeds.rejected))
  assert.deepEqual(counted('parlance_reloads_total'), { ...deeds.reloads })
  assert.equal(totalOf(series, 'parlance_connections_opened_total'), deeds.connected)
  const events = counted('parlance_events_total')
  assert.equal(events.message, deeds.said.message)
  assert.equal(events.direct, deeds.said.direct)
  assert.equal(events.edited, deeds.edited.times)
  assert.equal(events.renamed, deeds.renamed.times)
  assert.equal(events.blocked, deeds.blocked.times)

  assert.equal(await relay.stop(), 0)
  const logs = new LogCounts(relay.logDir, 'general')
  logs.countRest()
  assert.equal(logs.broken, 0)
  assert.equal(logs.of('accepted'), deeds.accepted + deeds.renamed.times)
  for (const kind of ['message', 'direct', 'edited', 'renamed', 'blocked', 'joined', 'left'])
    assert.equal(logs.of(kind), events[kind], kind)
})

/** A client that breaks off may have said before that it ends: which of the two the relay sees first is not the same each time. */
function ends({ ended = 0, reset = 0, ...others }: Record<string, number>): Record<string, number> {
  return { ...others, endedOrReset: ended + reset }
}
