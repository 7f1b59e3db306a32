/** How a relay ends: what each dialect hears, what operators see of each stage, and that nothing keeps it beyond its deadline. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import type { SettingKey } from '../../src/relay/config/settings.js'
import { DIALECTS } from '../../src/relay/dialects/registry.js'
import { drain, type Stage } from '../../src/relay/drain.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { framesOf, join, joining, leave, list, message, shown } from '../fixtures/framed-bytes.js'
import { hubWorld } from './hub/world.js'

type LogRecord = Readonly<Record<string, unknown>>

/** A relay with an ops endpoint, and what it says of itself. */
async function started(t: TestContext, settings: Partial<Record<SettingKey, string>>) {
  const records: LogRecord[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => records.push(JSON.parse(line)) })
  const all = await startAllDialects({ ops: '127.0.0.1:0', ...settings }, log)
  t.after(() => all.relay.stop())
  const ops = (path: string) => fetch(`http://127.0.0.1:${all.relay.opsPort}${path}`)
  /** The stages of its end, as they were said. */
  const stages = () => records.filter(({ event }) => event === 'relay.drain')
  return { ...all, ops, stages }
}

/** Everything that a client hears of the end, behind what it heard before. */
const LAST_WORDS: Readonly<Record<string, RegExp>> = {
  framed: /the relay is shutting down$/,
  chatroom: /500 SERVER ERROR\n$/,
  chatmaster:
    /\{"type":"error","data":\{"error_type":"connection","[a-z_]+":"Closing: the relay is shutting down\."\}\}\n$/,
  'json-irc':
    /\{"command":"","nickname":"","room":"","message":"Error: closing: the relay is shutting down"\}\n$/,
  // The page has no message for it.
  sendto: /^$/,
}

test('F17 every dialect hears its own last words, and then the end of the connection', async (t) => {
  const { relay, connect: connectTo, stages } = await started(t, {})
  const peers = await Promise.all(
    [...DIALECTS.keys()].map(async (dialect) => [dialect, await connectTo(dialect)] as const),
  )
  t.after(() => {
    for (const [, peer] of peers) peer.close()
  })
  const stopped = relay.stop()
  for (const [dialect, peer] of peers) {
    await peer.closed()
    assert.match(peer.received.toString('latin1'), LAST_WORDS[dialect] as RegExp, dialect)
    peer.end()
  }
  await stopped
  assert.deepEqual(
    stages().map(({ stage, connections, told, cutOff }) => ({ stage, connections, told, cutOff })),
    [
      { stage: 'draining', connections: 5, told: undefined, cutOff: undefined },
      { stage: 'closing', connections: 5, told: undefined, cutOff: undefined },
      { stage: 'flushing', connections: stages()[2]?.connections, told: 5, cutOff: undefined },
      { stage: 'ended', connections: undefined, told: 5, cutOff: 0 },
    ],
  )
})

test('with a delay it says at once that it is not ready, and chats and takes people on until that is over', async (t) => {
  const { relay, portOf, connect: connectTo, ops, stages } = await started(t, { drainDelayMs: '1000' })
  const amy = await connectTo('framed')
  t.after(() => amy.close())
  amy.write(join('Amy'))
  await amy.until(() => amy.received.includes(joining('Amy')), 'that Amy is in')
  const begun = performance.now()
  const stopped = relay.stop()
  assert.equal(relay.stage, 'draining')
  const readiness = await ops('/readyz')
  assert.equal(readiness.status, 503)
  assert.equal(await readiness.text(), 'draining\n')
  assert.equal((await ops('/healthz')).status, 200)
  assert.match(await (await ops('/metrics')).text(), /^parlance_stage\{stage="draining"\} 1$/m)
  const bob = await connectTo('framed')
  t.after(() => bob.close())
  bob.write(Buffer.concat([join('Bob'), list()]))
  await Promise.all([amy.closed(), bob.closed()])
  assert.ok(performance.now() - begun >= 990, 'it went on before the delay was over')
  const heard = framesOf(amy.received).map(shown)
  // Whoever has time left is told at the beginning, too.
  for (const frame of [joining('Amy'), message('[relay] the relay is shutting down'), joining('Bob')]) {
    assert.ok(heard.includes(shown(frame)), `no ${shown(frame)} in ${heard}`)
  }
  assert.equal(heard.at(-1), shown(leave('the relay is shutting down')))
  assert.ok(
    framesOf(bob.received)
      .map(shown)
      .includes(shown(list('Amy Bob'))),
  )
  amy.end()
  bob.end()
  await assert.rejects(once(connect(portOf('framed'), '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' })
  await stopped
  assert.equal(stages()[1]?.connections, 2)
  assert.equal(relay.stage, 'ended')
})

test('a scrape that hangs and a client that does not close keep it no longer than its deadline', async (t) => {
  const settings = { shutdownMs: '800', closeSpreadMs: '0', lingerMs: '60000' }
  const { relay, portOf, stages } = await started(t, settings)
  const scrape = connect({ port: relay.opsPort as number, host: '127.0.0.1' }).on('error', () => {})
  t.after(() => scrape.destroy())
  await once(scrape, 'connect')
  scrape.write('GET /metrics HTTP/1.1\r\nHost: a\r\n')
  // It hears the end, and never ends its own side.
  const silent = connect({ port: portOf('framed'), host: '127.0.0.1', allowHalfOpen: true }).on(
    'error',
    () => {},
  )
  t.after(() => silent.destroy())
  await once(silent, 'data')
  await relay.stop()
  const last = stages().at(-1)
  assert.equal(last?.stage, 'ended')
  assert.equal(last?.cutOff, 1)
  // Cut off a quarter of the deadline before it, by the relay's own clock.
  assert.ok((last?.elapsedMs as number) >= 590)
})

test('log files that cannot be closed are not waited for beyond the deadline', async () => {
  const stages: Stage[] = []
  let listens = true
  const relay = {
    hub: hubWorld().hub as never,
    connections: new Set<never>(),
    tell: () => {},
    log: { warn() {}, error() {} },
    entered: (stage: Stage) => stages.push(stage),
    closeListeners: async () => {
      listens = false
    },
    end: () => new Promise<void>(() => {}),
  }
  // Something has to keep the process alive, as a disk that hangs does.
  const alive = setTimeout(() => {}, 60_000)
  await drain(relay, { drainDelayMs: 0, closeSpreadMs: 0, shutdownMs: 80 }, true)
  clearTimeout(alive)
  assert.deepEqual(stages, ['draining', 'closing', 'flushing', 'ended'])
  assert.equal(listens, false)
})
