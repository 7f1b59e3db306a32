/** SIGHUP and `parlance reload` on the real process: what is new is taken up, a mistake harms nobody, nobody else is signalled. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { LEAVE, list } from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-reload-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return dir
}

async function reload(addressFile: string, ...args: string[]) {
  const program = new RunningProgram(process.execPath, [CLI, 'reload', ...args], {
    PARLANCE_ADDRESS_FILE: addressFile,
  })
  const code = await program.exitCode()
  return { code, output: program.output, errors: program.errorOutput }
}

const portOfOps = (addressFile: string) => JSON.parse(readFileSync(addressFile, 'utf8')).ops.port as number

test('what is new in the file is taken up or said, a mistake changes nothing, and everybody stays', async (t) => {
  const dir = directory(t)
  const [config, addressFile] = [join(dir, 'relay.yaml'), join(dir, 'parlance.json')]
  writeFileSync(config, 'maxConnections: 1\n')
  const relay = await serve(t, [
    '--config',
    config,
    '--address-file',
    addressFile,
    '--grace-ms',
    '7000',
    '--ops',
    '127.0.0.1:0',
  ])
  const amy = await relay.join('Amy')
  const full = await relay.connect()
  await full.expectLike(LEAVE, /full/)

  // A flag wins over the file, also now.
  writeFileSync(config, 'maxConnections: 3\nroom: tea\ngraceMs: 9000\nlogLevel: debug\n')
  const taken = await reload(addressFile)
  assert.equal(taken.errors, '')
  assert.equal(taken.code, 0)
  assert.equal(
    taken.output,
    [
      'taken:',
      '  logLevel: "info" -> "debug"',
      '  maxConnections: 1 -> 3',
      'takes a new start:',
      '  room: "general" -> "tea"',
      '',
    ].join('\n'),
  )
  await relay.join('Bob')

  writeFileSync(config, 'maxConnections: 0\nrom: tea\n')
  const refused = await reload(addressFile)
  assert.equal(refused.code, 78)
  assert.equal(refused.output, '')
  assert.match(refused.errors, /^parlance: the relay has refused it, and nothing has changed:\n {2}/)
  for (const wrong of [
    'maxConnections: 0: expected auto or',
    'rom: "tea": expected a setting: did you mean room?',
  ]) {
    assert.ok(refused.errors.includes(wrong), refused.errors)
  }
  const third = await relay.join('Cyd')
  third.send(list())
  await third.expect(list('Amy Bob Cyd'))
  amy.send(list())
  await amy.skipTo(list('Amy Bob Cyd'))

  const metrics = await (await fetch(`http://127.0.0.1:${portOfOps(addressFile)}/metrics`)).text()
  assert.match(metrics, /^parlance_reloads_total\{outcome="taken"\} 1$/m)
  assert.match(metrics, /^parlance_reloads_total\{outcome="refused"\} 1$/m)

  // By the signal alone it is said in the log.
  writeFileSync(config, 'maxConnections: 4\n')
  relay.program.child.kill('SIGHUP')
  await relay.shown('"event":"config.', 4)
  const records = relay.program.output
    .split('\n')
    .filter((line) => line.includes('"event":"config.'))
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    records.map(({ level, msg }) => [level, msg]),
    [
      [30, 'taken up: logLevel, maxConnections'],
      [40, 'room: takes a new start'],
      [50, 'the configuration cannot be taken up, and nothing has changed'],
      [30, 'taken up: logLevel, maxConnections'],
    ],
  )
  assert.equal(records[2].problems.length, 2)
  assert.equal(JSON.parse(readFileSync(addressFile, 'utf8')).reload.number, 3)
  assert.equal(await relay.terminate(), 0)
  const gone = await reload(addressFile)
  assert.equal(gone.code, 69)
  assert.match(gone.errors, /^parlance: no relay is there: ENOENT/)
})

test('a hundred SIGHUPs, half of them with a mistake, beside two who chat: they notice nothing, and nothing is left open', async (t) => {
  const dir = directory(t)
  const config = join(dir, 'relay.yaml')
  const addressFile = join(dir, 'parlance.json')
  writeFileSync(config, '')
  const args = ['--config', config, '--address-file', addressFile, '--log-dir', join(dir, 'logs')]
  const relay = await serve(t, args)
  const pair = await HealthyPair.start(relay)
  await pair.settle()
  const { child } = relay.program
  const descriptors = () => (existsSync('/proc/self/fd') ? readdirSync(`/proc/${child.pid}/fd`).length : 0)
  const before = descriptors()
  for (let index = 0; index < 100; index++) {
    writeFileSync(config, index % 2 === 0 ? `graceMs: ${5000 + index}\n` : 'graceMs: 1\n')
    child.kill('SIGHUP')
    await pair.settle()
  }
  writeFileSync(config, 'graceMs: 9000\n')
  assert.equal((await reload(addressFile)).code, 0)
  assert.ok((await pair.stop()) > 100)
  assert.ok(descriptors() <= before, `${descriptors() - before} descriptors are left open`)
  assert.equal(await relay.terminate(), 0)
  assert.equal(relay.program.errorOutput, '')
})

test('where the relay has crashed, whoever has its number now is not signalled: exit code 69', async (t) => {
  const addressFile = join(directory(t), 'parlance.json')
  const relay = await serve(t, ['--address-file', addressFile])
  const places = JSON.parse(readFileSync(addressFile, 'utf8'))
  assert.equal(places.pid, relay.program.child.pid)
  const other = new RunningProgram('sleep', ['60'])
  t.after(() => other.end())
  writeFileSync(addressFile, JSON.stringify({ ...places, pid: other.child.pid }))
  const { code, errors } = await reload(addressFile)
  if (places.started === null) return t.skip('this system does not say when a process was started')
  assert.equal(code, 69)
  assert.match(errors, /^parlance: no relay is there: process \d+ is not that relay\n$/)
  assert.equal(other.child.signalCode, null)
})

test('a relay that hangs gives no answer: exit code 1; without an address file there is nobody to ask: 64', async (t) => {
  const addressFile = join(directory(t), 'parlance.json')
  const relay = await serve(t, ['--address-file', addressFile])
  relay.program.child.kill('SIGSTOP')
  const hanging = await reload(addressFile, '--timeout-ms', '100')
  assert.equal(hanging.code, 1)
  assert.match(hanging.errors, /^parlance: no answer: nothing within 100 ms in /)
  assert.equal((await reload('off')).code, 64)
})
