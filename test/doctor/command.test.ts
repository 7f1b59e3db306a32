/** `parlance doctor` as it is run: on this machine, before a relay starts and beside one. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { serve } from '../fixtures/serve.js'
import { asStranger } from '../fixtures/stranger.js'

function doctor(...args: readonly string[]) {
  return spawnSync(process.execPath, [CLI, 'doctor', '--log-dir', 'off', ...args], { encoding: 'utf8' })
}

interface Shown {
  readonly check: string
  readonly level: string
  readonly words: string
  readonly advice: readonly string[]
}

test('a line for each check, what to do below it, and the totals', async () => {
  const { stdout, stderr, status } = doctor(
    '--listen',
    `framed://127.0.0.1:${await freePort()}`,
    '--ops',
    'off',
  )
  assert.equal(stderr, '')
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines.pop() as string, /^\d+ problems?, \d+ warnings?, \d+ ok, \d+ unknown$/)
  for (const line of lines) assert.match(line, /^(?:(?:ok|unknown|warning|problem) +\S.* {2,}\S| {9}→ \S)/)
  for (const check of [
    'node',
    'clock',
    'memory',
    'file descriptors',
    'somaxconn',
    'tcp_retries2',
    'log directory',
  ]) {
    assert.match(stdout, new RegExp(`^\\w+ +${check} +\\S`, 'm'))
  }
  assert.match(stdout, /^ok +port \d+ +framed on 127\.0\.0\.1:\d+: free$/m)
  assert.equal(status, /^problem/m.test(stdout) ? 1 : 0)
})

test('beside the relay that runs, its ports are as they should be', async (t) => {
  const { port } = await serve(t)
  const listen = ['--listen', `framed://127.0.0.1:${port}`, '--ops', 'off']
  const findings = JSON.parse(doctor('--json', ...listen).stdout).findings as Shown[]
  const found = findings.find(({ check }) => check === `port ${port}`)
  assert.equal(found?.level, 'ok')
  assert.match(found.words, /: the relay that runs, process \d+, has it$/)
})

test('a log directory that this user may not write is a problem, wherever it ends', (t) => {
  const closed = mkdtempSync(join(tmpdir(), 'parlance-doctor-'))
  mkdirSync(join(closed, 'logs'))
  // Whoever is root becomes somebody else; to anybody else it is closed as well.
  const isRoot = process.getuid?.() === 0
  chmodSync(closed, isRoot ? 0o700 : 0o000)
  t.after(() => {
    chmodSync(closed, 0o700)
    rmSync(closed, { recursive: true })
  })
  const args = [
    CLI,
    'doctor',
    '--json',
    '--log-dir',
    join(closed, 'logs'),
    '--listen',
    'framed://:0',
    '--ops',
    'off',
  ]
  const [command, rest] = isRoot ? asStranger(args) : [process.execPath, args]
  const { stdout, status } = spawnSync(command, rest, { encoding: 'utf8' })
  const findings = JSON.parse(stdout).findings as Shown[]
  const found = findings.find(({ check }) => check === 'log directory')
  assert.deepEqual([status, found?.level], [1, 'problem'])
  assert.match(found?.words ?? '', /this user may not write there$/)
  assert.match(found?.advice[0] ?? '', /^install -d -o \d+ \S+\/logs |^mount a volume there/)
})

test('a problem makes the exit code 1; a wrong configuration is said as by parlance serve', async () => {
  const port = await freePort()
  const listen = ['--listen', `framed://127.0.0.1:${port}`, '--ops', 'off']
  const { stdout, status } = doctor(...listen, '--max-connections', '10000000')
  assert.equal(status, 1)
  assert.match(stdout, /^problem +file descriptors +.*it does not start$/m)
  const wrong = doctor('--grace-ms', 'soon')
  assert.deepEqual([wrong.status, wrong.stdout], [78, ''])
  assert.match(wrong.stderr, /^parlance: the configuration cannot be used:\n {2}--grace-ms: "soon": expected/)
})
