/** The load generator as a program: exit codes, and how soon it ends when it has to. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

/** `.ts` by tsx, `.js` where the tests are compiled. */
const KIND = extname(import.meta.filename)
const LOADER = KIND === '.ts' ? ['--import', import.meta.resolve('tsx')] : []
const COMMAND = [...LOADER, join(import.meta.dirname, `../../bench/load/cli${KIND}`)]

let relay: RelayProcess

before(async () => {
  relay = await startRelay()
})
after(() => relay.stop())

function load(t: TestContext, ...words: readonly string[]): RunningProgram {
  const program = new RunningProgram(process.execPath, [...COMMAND, ...words])
  t.after(() => program.end())
  return program
}

test('--fail-if: a load beyond a threshold has an exit code of its own', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'parlance-test-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const json = join(directory, 'load.json')
  const short = ['--receivers', '5', '--warm-up', '0.2', '--seconds', '1', '--in-flight', '4']
  const limits = ['--fail-if', 'p99<100s', '--fail-if', 'deliveries/s<1', '--fail-if', 'wrong>0']
  const program = load(t, 'fanout', '--port', `${relay.port}`, ...short, ...limits, '--json', json)
  assert.equal(await program.exitCode(), 3, program.output + program.errorOutput)
  assert.match(program.output, /^FAILED p99<100s: it is [\d.]+ m?[µs]s?$/m)
  assert.equal(program.output.match(/FAILED/g)?.length, 1)
  const [{ load: name, verdicts }] = JSON.parse(readFileSync(json, 'utf8')).thresholds
  assert.equal(name, '4 in flight')
  assert.deepEqual(
    verdicts.map(({ threshold, failed }: { threshold: string; failed: boolean }) => [threshold, failed]),
    [
      ['p99<100s', true],
      ['deliveries/s<1', false],
      ['wrong>0', false],
    ],
  )
})

test('a server that is gone ends it soon, and is said', async (t) => {
  const words = ['--port', `${relay.port}`, '--receivers', '5', '--rate', '50', '--seconds', '600']
  const program = load(t, 'fanout', ...words)
  await program.shows('50/s even …')
  await delay(200)
  await relay.kill()
  // What ends it by force otherwise comes after 30 s.
  assert.equal(await program.exitCode(), 1, program.output + program.errorOutput)
  assert.match(program.errorOutput, /^the server is gone: /)
})

test('too few file descriptors are said before anything is started', async (t) => {
  const words = [process.execPath, ...COMMAND, 'fanout', '--spawn', 'parlance'].map((word) => `'${word}'`)
  const program = new RunningProgram('bash', ['-c', `ulimit -n 512; exec ${words.join(' ')}`])
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 1)
  assert.match(
    program.errorOutput,
    /^1001 clients in one process need 1065 .* may open 512 here: ulimit -n 1257\n$/,
  )
  assert.equal(program.output, '')
})
