/** Every scenario once against the relay, small and short: that it ends, counts everything and finds nothing wrong. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { CrowdLoadResult } from '../../bench/load/crowd.js'
import type { ListenerPlan } from '../../bench/load/listeners.js'
import { NO_VIEW } from '../../bench/load/live-view.js'
import type { LoadOptions } from '../../bench/load/options.js'
import { loadPhase } from '../../bench/load/report/load-phase.js'
import { isClean } from '../../bench/load/report/words.js'
import { churn } from '../../bench/load/scenarios/churn.js'
import { direct } from '../../bench/load/scenarios/direct.js'
import { fanout, manyToMany } from '../../bench/load/scenarios/fanout.js'
import { idle } from '../../bench/load/scenarios/idle.js'
import { joinStorm } from '../../bench/load/scenarios/join-storm.js'
import { type LoadScenario, listenersOf, runScenario } from '../../bench/load/scenarios/load-scenario.js'
import { mixed } from '../../bench/load/scenarios/mixed.js'
import { rooms } from '../../bench/load/scenarios/rooms.js'
import { slowReaders } from '../../bench/load/scenarios/slow-readers.js'
import { attachedServer, type Server } from '../../bench/load/server.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { startRelay } from '../fixtures/start-relay.js'
import { optionsOf } from './scenario-options.js'

const SHORT = ['--warm-up', '0.2', '--seconds', '0.6', '--sample', '0.2']

async function relayFor(t: TestContext, listeners: readonly ListenerPlan[] = []): Promise<Server> {
  const rooms = listeners.flatMap(({ room }) => (room === undefined ? [] : [room]))
  const { ports } = await startRelay(t, {
    ...(rooms.length === 0 ? {} : { query: rooms.map((room) => `room=${room}`) }),
    // So that whoever has stopped reading is cut off within a short window.
    settings: { graceMs: '1500' },
  })
  return attachedServer({ label: 'relay', host: '127.0.0.1', ports, pid: process.pid, metricsUrl: null })
}

/** @returns the results, after it has been made sure that nothing was wrong and something was delivered */
async function run<Options extends LoadOptions>(
  t: TestContext,
  scenario: LoadScenario<Options>,
  ...words: string[]
): Promise<CrowdLoadResult[]> {
  const options = optionsOf(scenario, ...SHORT, ...words)
  const server = await relayFor(t, listenersOf(scenario.cast(options), options))
  const results = await runScenario(scenario, server, options, NO_VIEW)
  for (const result of results) {
    const phase = loadPhase(result, false)
    assert.ok(phase.isClean, phase.notes.join('; '))
    assert.ok(result.deliveries > 0)
    assert.equal(result.latencyUs.count, result.deliveries)
  }
  return results
}

test('every dialect that has rooms, alone and all in one room', async (t) => {
  const all = await startAllDialects()
  t.after(() => all.relay.stop())
  for (const target of ['chatroom', 'json-irc', 'chatmaster', 'dialects']) {
    const options = optionsOf(fanout, ...SHORT, '--target', target, '--receivers', '20', '--in-flight', '4')
    const ports = listenersOf(fanout.cast(options), options).map(({ dialect }) => all.portOf(dialect))
    const attached = attachedServer({ label: target, host: '127.0.0.1', ports, pid: null, metricsUrl: null })
    const [result] = await runScenario(fanout, attached, options, NO_VIEW)
    assert.ok(result !== undefined && isClean(result.account), target)
    assert.ok(result.deliveries > 0, target)
  }
})

test('fan-out over two processes, closed and open', async (t) => {
  const words = ['--receivers', '20', '--processes', '2', '--in-flight', '4', '--rate', '100']
  const results = await run(t, fanout, ...words)
  assert.deepEqual(
    results.map(({ loop, processes }) => [loop.kind, processes.length]),
    [
      ['closed', 2],
      ['open', 2],
    ],
  )
})

test('many to many, in two sizes', async (t) => {
  const results = await run(t, manyToMany, '--senders', '5', '--receivers', '15', '--payload', '16,200')
  assert.deepEqual(
    results.map(({ payloadBytes }) => payloadBytes),
    [16, 200],
  )
})

test('direct messages, to clients of another process', async (t) => {
  await run(t, direct, '--clients', '20', '--senders', '10', '--processes', '2')
})

test('rooms: what is said in one is heard there and nowhere else', async (t) => {
  await run(t, rooms, '--rooms', '3', '--members', '5', '--senders', '2')
})

test('churn: everyone who stays hears of everyone who comes and goes', async (t) => {
  const words = ['--receivers', '10', '--churn', '50', '--stay', '0.2', '--processes', '2']
  const [result] = await run(t, churn, ...words)
  assert.ok(result?.churn && result.churn.joined > 0)
  assert.ok(result.churn.joinsHeard >= result.churn.joined * 11)
  assert.equal(result.churn.joinTimeUs.count, result.churn.joined)
})

test('slow readers are cut off, and the others lose nothing', async (t) => {
  const words = ['--receivers', '12', '--stopped', '2', '--trickling', '1', '--payload', '60000']
  const [result] = await run(t, slowReaders, ...words, '--rate', '150', '--seconds', '3')
  assert.equal(result?.slow?.stopped.clients, 2)
  assert.equal(result?.slow?.trickling.clients, 1)
  assert.equal(result?.slow?.stopped.cut, 2)
})

test('mixed', async (t) => {
  const words = ['--clients', '40', '--senders', '4', '--direct', '4', '--stopped', '1', '--trickling', '1']
  await run(t, mixed, ...words, '--churn', '20', '--stay', '0.2')
})

test('join storm: everyone hears of everyone', async (t) => {
  const options = { ...optionsOf(fanout, '--sample', '0.1', '--processes', '2'), clients: 100 }
  const result = await joinStorm(await relayFor(t), options, NO_VIEW)
  assert.deepEqual([result.announcements?.heard, result.announcements?.expected], [5050, 5050])
  assert.equal(result.joinTimeUs.count, 100)
})

test('idle memory', async (t) => {
  const options = { ...optionsOf(fanout), clients: 50, warmUpClients: 10, settle: 0.2 }
  const result = await idle(await relayFor(t), options, NO_VIEW)
  assert.equal(result.clients, 50)
  assert.ok(result.rssBytesAfter > 0)
})
