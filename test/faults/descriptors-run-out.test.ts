/**
 * Row 8 of docs/faults.md: more connections than there may be, or than there are file descriptors for. Each is served, told that the relay is full, or
 * closed; the log files go on, nothing is left behind, and there is room again for those who come later. Rule F17.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { FaultTrial } from '../fixtures/fault-trial.js'
import {
  ACCEPTED,
  commandOf,
  join,
  LEAVE,
  leave,
  list,
  MESSAGE,
  message,
  textOf,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { serve } from '../fixtures/serve.js'
import { until } from '../fixtures/until.js'

const FULL = 'parlance_disconnects_total{reason="full"}'
const REFUSED = 'parlance_refused_connections_total{reason="full"}'

const prlimit = spawnSync('prlimit', ['--version']).status === 0
if (!prlimit && process.env.CI === 'true') throw new Error('prlimit is missing')
const limited = { skip: prlimit ? false : 'prlimit is missing' }

type Fate = 'served' | 'told' | 'closed'

/** Comes in and asks for a name. @returns what becomes of it */
async function fateOf(peer: FramedPeer, name: string): Promise<Fate> {
  peer.send(join(name))
  try {
    const first = await peer.frame()
    const answer = commandOf(first) === MESSAGE ? await peer.frame() : first
    if (answer.equals(ACCEPTED)) return 'served'
    assert.ok(commandOf(answer) === LEAVE && /full/.test(textOf(answer)), answer.toString('latin1'))
    return 'told'
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return 'closed'
  }
}

/** So many at once, each from one of a few addresses, so that refusals are records of their own and no sums. */
async function crowd(trial: FaultTrial, count: number): Promise<Map<Fate, FramedPeer[]>> {
  const peers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      trial.connect({ localAddress: `127.0.0.${2 + (index % 40)}` }),
    ),
  )
  const fates = new Map<Fate, FramedPeer[]>([
    ['served', []],
    ['told', []],
    ['closed', []],
  ])
  await Promise.all(peers.map(async (peer, index) => fates.get(await fateOf(peer, `n${index}`))?.push(peer)))
  return fates
}

/** What everybody sees of a relay that is no longer full. */
async function assertRoomAgain(trial: FaultTrial): Promise<void> {
  const later = await trial.join('Later')
  later.send(list(), leave())
  await later.skipTo(list('Later Left Right'))
}

test('row 8, F17: above maxConnections a newcomer hears LEAVE with the reason, one record and one count', async (t) => {
  const trial = await FaultTrial.start(t, { args: ['--max-connections', '3'] })
  const amy = await trial.join('Amy')
  for (let time = 1; time <= 5; time++) {
    const one = await trial.connect()
    const port = one.socket.localPort
    // Whatever it says is not heard.
    one.send(join('Bob'), message('Hi'))
    await one.expectLike(LEAVE, /full/)
    await one.expectEnd()
    const records = await trial.logs.until('connections', (record) => record.port === port)
    const mine = records.filter((record) => record.port === port).map(({ event, reason }) => [event, reason])
    assert.deepEqual(mine, [['rejected', 'full']])
    one.destroy()
  }
  await trial.reaches(REFUSED, 5)
  assert.equal(await trial.metric(FULL), 5)
  amy.send(leave())
  await amy.ended()
  amy.destroy()
  await until(async () => (await trial.metric('parlance_connections{dialect="framed"}')) === 2)
  await assertRoomAgain(trial)
  await trial.assertAsBefore()
})

test('row 8: 300 too many at once: all are ended, and each is recorded, by itself or in a sum', async (t) => {
  const trial = await FaultTrial.start(t, { args: ['--max-connections', '2'] })
  const peers = await Promise.all(Array.from({ length: 300 }, () => trial.connect()))
  let told = 0
  for (const peer of peers) {
    await peer.ended()
    if ((await peer.rest()).some((one) => commandOf(one) === LEAVE)) told++
  }
  assert.ok(told > 0)
  await trial.reaches(FULL, 300)
  assert.deepEqual(trial.pair.others, [])
  await trial.assertAsBefore()
  const refusals = trial.logs.records('connections').filter(({ reason }) => reason === 'full')
  assert.ok(refusals.length < 100, `${refusals.length} records`)
})

/** So many at once with no descriptors left: served or ended, the log files go on, and there is room again afterwards. */
async function runOut(t: TestContext, trial: FaultTrial, count: number): Promise<void> {
  const fates = await crowd(trial, count)
  const [served, told] = [fates.get('served') as FramedPeer[], fates.get('told') as FramedPeer[]]
  t.diagnostic(
    `${served.length} served, ${told.length} told, ${fates.get('closed')?.length} closed without a word`,
  )
  assert.ok(served.length > 0)
  assert.ok(told.length > 0, 'nobody was told that the relay is full')
  await trial.pair.settle()
  const before = trial.logs.rotated('chat').length
  const [witness] = served as [FramedPeer]
  // The log files are written and rotated at the limit as ever.
  let round = 0
  await until(() => {
    witness.send(message(`round ${round++} ${'x'.repeat(200)}`))
    return trial.logs.rotated('chat').length > before + 2
  }, 30_000)
  for (const peers of fates.values()) for (const peer of peers) peer.destroy()
  await until(async () => (await trial.metric('parlance_connections{dialect="framed"}')) === 2, 20_000)
  await assertRoomAgain(trial)
  await trial.reaches(REFUSED, count - served.length)
  assert.equal(await trial.metric(REFUSED), count - served.length, 'each that was not served is counted')
  await trial.assertAsBefore()
  assert.ok(!trial.program.output.includes('cannot be written'), trial.program.output)
}

const SMALL_LOGS = ['--log-max-bytes', '4096', '--log-keep-files', '1000'] as const

test(
  'row 8: 300 connections with 340 descriptors are served or ended, and the log goes on',
  limited,
  async (t) => {
    const trial = await FaultTrial.start(t, { through: ['prlimit', '--nofile=340:340'], args: SMALL_LOGS })
    await runOut(t, trial, 300)
  },
)

test(
  'row 8: 100 connections with 64 descriptors are served or ended, and the log goes on',
  limited,
  async (t) => {
    // Node does not even load a program with so few: they are taken away when it runs.
    const trial = await FaultTrial.start(t, { args: [...SMALL_LOGS, '--max-connections', '10'] })
    const { status } = spawnSync('prlimit', ['--pid', `${trial.pid}`, '--nofile=64:64'])
    assert.equal(status, 0)
    await runOut(t, trial, 100)
  },
)

test(
  'row 8: more connections than the file descriptor limit has room for: exit code 78, and what to do',
  limited,
  async (t) => {
    const through = ['prlimit', '--nofile=1000:1000']
    const relay = await serve(t, ['--max-connections', '745'], { through, starts: false })
    assert.equal(await relay.program.exitCode(), 78)
    assert.match(
      relay.program.errorOutput,
      /maxConnections: 745: expected auto or no more than 744: this process may open 1000 files, of which 256 are .*ulimit -n/,
    )
    const most = await serve(t, ['--max-connections', '744'], { through })
    assert.equal(await most.terminate(), 0)
  },
)
