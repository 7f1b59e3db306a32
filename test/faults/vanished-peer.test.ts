/**
 * A peer whose link is cut while it is being sent to: its packets are dropped, and nobody says so. In two network
 * namespaces with a link between them, which takes root and `ip`. About 45 seconds.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { certificateQuery } from '../fixtures/certificate.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

const PEOPLE = fileURLToPath(new URL('../fixtures/vanishing.py', import.meta.url))
const RELAY_HOST = '10.77.0.1'
const CLIENT_HOST = '10.77.0.2'
const PORT = 9000
const TLS_PORT = 9443
/** 30 s without an acknowledgement, and how often the relay looks; and a slow machine. */
const MOST_MS = 45_000

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

test('a peer whose packets are dropped leaves the room within 45 s, with TLS and without', async (t) => {
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
  const listeners = [`framed://${RELAY_HOST}:${PORT}`]
  const certificate = certificateQuery()
  if (certificate !== null) listeners.push(`framed+tls://${RELAY_HOST}:${TLS_PORT}?${certificate}`)
  const flags = listeners.flatMap((listener) => ['--listen', listener])
  const rest = ['--ops', 'off', '--log-dir', 'off']
  const relay = runIn(here.space, process.execPath, CLI, 'serve', ...flags, ...rest)
  await relay.shows('to join:')
  const staying = runIn(here.space, 'python3', PEOPLE, 'stay', RELAY_HOST, `${PORT}`)
  await staying.shows('joined')
  const vanishing = [['plain', `${PORT}`]]
  if (certificate !== null) vanishing.push(['encrypted', `${TLS_PORT}`, 'tls'])
  for (const [name, port, ...more] of vanishing as [string, string, ...string[]][]) {
    const one = runIn(there.space, 'python3', PEOPLE, 'idle', RELAY_HOST, port, name, ...more)
    await one.shows('joined')
  }
  const cutAt = performance.now()
  ip('-n', there.space, 'link', 'set', there.link, 'down')
  for (const [name] of vanishing) await staying.shows(`left ${name}`, MOST_MS)
  const seconds = (performance.now() - cutAt) / 1000
  assert.ok(seconds > 25, `${seconds} s: not before it is clear`)
  assert.ok(!staying.output.includes('left talker'), 'nobody else')
})
