/**
 * Peers whose link is cut: their packets are dropped, and nobody says so. Some are being sent to all the time, some never, and
 * some once, when it takes longest. In two network namespaces with a link between them, which takes root and `ip`. About 30 seconds.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { certificateQuery } from '../fixtures/certificate.js'
import { LogDir } from '../fixtures/log-dir.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

const PEOPLE = fileURLToPath(new URL('../fixtures/vanishing.py', import.meta.url))
const RELAY_HOST = '10.77.0.1'
const CLIENT_HOST = '10.77.0.2'
/** What `vanishedMs` promises when nobody sets it. */
const MOST_SECONDS = 30
/** In a room of its own for each, because whoever leaves is told to those who stay. */
const ROOMS = ['busy', 'quiet', 'later'] as const
/** Just before the kernel would ask whether a quiet peer is there. */
const LATER_MS = 8_000

const unique = process.pid
const here = { space: `parlance-a-${unique}`, link: `pla${unique}` }
const there = { space: `parlance-b-${unique}`, link: `plb${unique}` }

function ip(...words: string[]): void {
  const { status, stderr, error } = spawnSync('ip', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${error?.message ?? stderr}`)
}

function makeSpaces(t: TestContext): void {
  t.after(() => {
    for (const { space } of [here, there]) spawnSync('ip', ['netns', 'del', space])
  })
  for (const { space } of [here, there]) ip('netns', 'add', space)
  ip(
    'link',
    'add',
    here.link,
    'netns',
    here.space,
    'type',
    'veth',
    'peer',
    'name',
    there.link,
    'netns',
    there.space,
  )
  for (const [{ space, link }, host] of [
    [here, RELAY_HOST],
    [there, CLIENT_HOST],
  ] as const) {
    ip('-n', space, 'addr', 'add', `${host}/24`, 'dev', link)
    ip('-n', space, 'link', 'set', 'lo', 'up')
    ip('-n', space, 'link', 'set', link, 'up')
  }
}

/** What keeps this test from running; in CI it is an error. */
function obstacle(): string | null {
  if (process.getuid?.() !== 0) return 'it takes root'
  const probe = spawnSync('ip', ['netns', 'add', `parlance-probe-${unique}`], { encoding: 'utf8' })
  spawnSync('ip', ['netns', 'del', `parlance-probe-${unique}`])
  return probe.status === 0
    ? null
    : `no network namespace can be made: ${probe.error?.message ?? probe.stderr}`
}

test('a peer whose packets are dropped is gone within 30 s, being sent to or not, with TLS and without', async (t) => {
  const why = obstacle()
  if (why !== null) {
    assert.notEqual(process.env.CI, 'true', why)
    t.skip(why)
    return
  }
  makeSpaces(t)
  const runIn = (space: string, ...command: string[]) => {
    const program = new RunningProgram('ip', ['netns', 'exec', space, ...command])
    t.after(() => program.end())
    return program
  }
  const joinFrom = (space: string, work: string, port: number, name: string, kind: string) =>
    runIn(space, 'python3', PEOPLE, work, RELAY_HOST, `${port}`, name, kind).shows('joined')
  const certificate = certificateQuery()
  const kinds = certificate === null ? ['plain'] : ['plain', 'tls']
  const vanishing = ROOMS.flatMap((room, group) =>
    kinds.map((kind, index) => ({ name: `${room}-${kind}`, room, kind, port: 9000 + group * 10 + index })),
  )
  const listen = vanishing.flatMap(({ room, kind, port }) => {
    const [scheme, query] = kind === 'tls' ? ['framed+tls', `&${certificate}`] : ['framed', '']
    return ['--listen', `${scheme}://${RELAY_HOST}:${port}?room=${room}-${kind}${query}`]
  })
  const logs = new LogDir()
  const relay = runIn(
    here.space,
    process.execPath,
    CLI,
    'serve',
    ...listen,
    '--ops',
    'off',
    '--log-dir',
    logs.path,
  )
  await relay.shows('to join:')
  const portOf = (wanted: string) => vanishing.find(({ name }) => name === wanted)?.port as number
  for (const { name, kind, port } of vanishing) await joinFrom(there.space, 'idle', port, name, kind)
  for (const kind of kinds) await joinFrom(here.space, 'talk', portOf(`busy-${kind}`), `talker-${kind}`, kind)
  const cutAt = Date.now()
  ip('-n', there.space, 'link', 'set', there.link, 'down')
  await delay(LATER_MS)
  for (const kind of kinds)
    await joinFrom(here.space, 'idle', portOf(`later-${kind}`), `witness-${kind}`, kind)
  const closed = await logs.untilAll(
    'connections',
    vanishing.map(
      ({ name }) =>
        (record) =>
          record.event === 'closed' && record.name === name,
    ),
    2 * MOST_SECONDS * 1000,
  )
  for (const { name, reason, time } of closed) {
    assert.equal(reason, 'vanished', `${name}`)
    const seconds = (Date.parse(`${time}`) - cutAt) / 1000
    t.diagnostic(`${name}: gone after ${seconds.toFixed(1)} s`)
    assert.ok(seconds > 10 && seconds < MOST_SECONDS, `${name}: ${seconds} s`)
  }
  const gone = logs.records('connections').filter(({ event }) => event === 'closed')
  assert.equal(gone.length, vanishing.length, 'nobody else')
})
