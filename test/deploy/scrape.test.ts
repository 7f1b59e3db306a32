/**
 * What a real Prometheus has of a relay under load, against what the load generator itself has counted; and that every query of
 * the dashboard and every rule has an answer.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { joinCrowd } from '../../bench/load/crowd.js'
import { CutOffWatch } from '../../bench/load/cut-offs.js'
import { NO_VIEW } from '../../bench/load/live-view.js'
import { measureLoad } from '../../bench/load/measure.js'
import { Recorder } from '../../bench/load/recorder.js'
import { fleetFor } from '../../bench/load/resources.js'
import { fanout } from '../../bench/load/scenarios/fanout.js'
import { slowReaders } from '../../bench/load/scenarios/slow-readers.js'
import { attachedServer, type Server, spawnServer } from '../../bench/load/server.js'
import { optionsOf } from '../bench/scenario-options.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { ACCEPTED, join, joining } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { noPrometheus, type Prometheus, startPrometheus } from '../fixtures/prometheus.js'
import { queriesOfDashboard } from './dashboard-queries.js'

/** In the order in which a mixed crowd takes its turns. */
const MIXED = ['framed', 'chatroom', 'json-irc', 'chatmaster']
const OTHERS = ['sendto', 'ws']
const EACH = 6
const REFUSED_NAMES = 7
const STOPPED = 2
const CUT_DEADLINE_MS = 40_000

test('what Prometheus says is what the load generator has counted', {
  skip: noPrometheus() ?? false,
}, async (t) => {
  const certificate = certificateQuery()
  if (certificate === null) return t.skip('openssl cannot be had')
  const server = await spawnServer({
    kind: 'parlance',
    cpu: null,
    listeners: [...MIXED, ...OTHERS].map((dialect) => ({ dialect })),
    arguments: ['--grace-ms', '1000', '--listen', `framed+tls://127.0.0.1:0?${certificate}`],
  })
  t.after(() => server.stop())
  const prometheus = await startPrometheus(t, new URL(server.metricsUrl as string).host)
  await messagesAndDeliveries(server, prometheus)
  await cutOffs(server)
  await refusedNames(t, server)
  await prometheus.caughtUp()
  assert.equal(await prometheus.value('parlance_disconnects_total{reason="slow"}'), STOPPED)
  assert.equal(await prometheus.value('parlance_rejected_joins_total{reason="taken"}'), REFUSED_NAMES)
  assert.equal(await prometheus.value('sum(parlance_connections)'), 2)
  await everyQueryHasAnAnswer(prometheus)
  await everyRuleWorks(prometheus)
})

/** One speaks to a crowd in four dialects. */
async function messagesAndDeliveries(all: Server, prometheus: Prometheus): Promise<void> {
  const server = attachedServer({ ...all, ports: all.ports.slice(0, MIXED.length) })
  const words = ['--target', 'dialects', '--receivers', `${MIXED.length * EACH - 1}`, '--sample', '0.2']
  const options = optionsOf(fanout, ...words)
  const { topology } = fanout.cast(options)
  const fleet = fleetFor(options, topology.clients)
  try {
    const plan = { topology, payloadBytes: 64, trickleBytesPerSecond: 0 }
    await joinCrowd(fleet, server, options, plan, NO_VIEW)
    await prometheus.caughtUp()
    for (const dialect of MIXED)
      assert.equal(await prometheus.value(`parlance_connections{dialect="${dialect}"}`), EACH, dialect)
    assert.equal(await prometheus.value('parlance_sessions'), topology.clients)
    assert.equal(await prometheus.value('parlance_events_total{kind="joined"}'), topology.clients)

    const [messages, deliveries] = [
      'sum(parlance_messages_received_total{dialect="framed"})',
      'sum(parlance_deliveries_total)',
    ]
    const before = [await prometheus.value(messages), await prometheus.value(deliveries)] as const
    const recorder = new Recorder(fleet.processes, 200)
    const sent: number[] = []
    const times = { warmUpSeconds: 0.3, seconds: 1, churn: null, toldOfEach: null }
    const { account } = await measureLoad(fleet, recorder, { kind: 'closed', inFlight: 8 }, times, sent)
    assert.deepEqual(account, { lost: 0, duplicated: 0, reordered: 0, foreign: 0, failures: {} })
    await prometheus.caughtUp()

    const stages = (['warming up', 'measuring', 'draining'] as const).map((stage) => recorder.totals(stage))
    const counted = stages.reduce((sum, one) => sum + one.deliveries, 0)
    assert.ok(counted > 1000, `${counted} deliveries`)
    assert.equal((await prometheus.value(messages)) - before[0], sent[0], 'messages')
    assert.equal((await prometheus.value(deliveries)) - before[1], counted, 'deliveries')
    assert.equal(await prometheus.value('sum(parlance_messages_received_total{dialect!="framed"})'), 0)
  } finally {
    await fleet.end()
  }
}

/** Some do not read while one speaks without end: until the generator sees that both ends of their connections are gone. */
async function cutOffs(server: Server): Promise<void> {
  const words = ['--receivers', '10', '--stopped', `${STOPPED}`, '--trickling', '0', '--payload', '60000']
  const options = optionsOf(slowReaders, ...words)
  const { topology } = slowReaders.cast(options)
  const fleet = fleetFor(options, topology.clients)
  try {
    const plan = { topology, payloadBytes: 60_000, trickleBytesPerSecond: 0 }
    await joinCrowd(fleet, attachedServer({ ...server, ports: [server.port] }), options, plan, NO_VIEW)
    const watch = new CutOffWatch((await fleet.askAll<'slow-down'>({ do: 'slow-down' })).flat())
    const loop = { kind: 'closed', inFlight: 4 } as const
    await fleet.askSpeakingLast<'start'>({ do: 'start', loop, sent: [], churn: null })
    const deadline = Date.now() + CUT_DEADLINE_MS
    while (watch.cut < STOPPED && Date.now() < deadline) await delay(50)
    watch.stop()
    assert.equal(watch.cut, STOPPED)
    await fleet.askAll<'hush'>({ do: 'hush' })
  } finally {
    await fleet.end()
  }
}

/** One has a name, another one asks for it again and again; both stay. */
async function refusedNames(t: TestContext, { port }: Server): Promise<void> {
  const holder = await FramedPeer.connect({ port })
  const asker = await FramedPeer.connect({ port })
  t.after(() => [holder, asker].map((peer) => peer.destroy()))
  for (const peer of [holder, asker]) await peer.frame('the greeting')
  holder.send(join('Bob'))
  await holder.expect(ACCEPTED, joining('Bob'))
  for (let asked = 0; asked < REFUSED_NAMES; asked++) {
    asker.send(join('Bob'))
    await asker.frame('a refusal')
  }
}

async function everyQueryHasAnAnswer(prometheus: Prometheus): Promise<void> {
  const queries = queriesOfDashboard()
  assert.ok(queries.length > 30)
  for (const { panel, expression } of queries) {
    // A relay that is alone has none of these.
    if (/parlance_(?:cluster|worker)_/.test(expression)) continue
    const samples = await prometheus.query(expression)
    assert.ok(samples.length > 0, `${panel}: nothing for ${expression}`)
  }
  const text = readFileSync(new URL('../../deploy/prometheus/rules/recording.yml', import.meta.url), 'utf8')
  for (const [, record = ''] of text.matchAll(/- record: (\S+)/g))
    assert.ok((await prometheus.query(record)).length > 0, `nothing recorded as ${record}`)
}

interface RuleState {
  readonly name: string
  readonly health: string
  readonly lastError?: string
}

async function everyRuleWorks(prometheus: Prometheus): Promise<void> {
  const { groups } = (await prometheus.get('/api/v1/rules')) as { groups: { rules: RuleState[] }[] }
  const rules = groups.flatMap((group) => group.rules)
  assert.ok(rules.length > 30)
  for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`)
}
