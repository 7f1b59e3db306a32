/** What keeps the real process from starting: exit codes, and words for people. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import test from 'node:test'
import { list } from '../fixtures/framed-bytes.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'

test('a port in use: exit code 69, and which one', async (t) => {
  const first = await serve(t)
  const args = ['--listen', `framed://127.0.0.1:${first.port}`]
  const second = await serve(t, args, { starts: false, listens: false })
  assert.equal(await second.program.exitCode(), 69)
  assert.match(second.program.errorOutput, new RegExp(`framed://127\\.0\\.0\\.1:${first.port}.*in use`))
  // The one that was there goes on.
  const amy = await first.join('Amy')
  amy.send(list())
  await amy.expect(list('Amy'))
  assert.equal(await first.terminate(), 0)
})

test('the second of two ports in use: exit code 69, and the first is given back', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  t.after(() => taken.close())
  const { port } = taken.address() as { port: number }
  const relay = await serve(t, ['--listen', `framed://127.0.0.1:${port}`], { starts: false })
  assert.equal(await relay.program.exitCode(), 69)
  const again = createServer().listen(relay.port, '127.0.0.1')
  await new Promise((resolve, reject) => again.once('listening', resolve).once('error', reject))
  again.close()
})

test('an ops port in use: exit code 69', async (t) => {
  const first = await serve(t)
  const relay = await serve(t, ['--ops', `127.0.0.1:${first.port}`], { starts: false })
  assert.equal(await relay.program.exitCode(), 69)
})

test('everything that is wrong with the configuration is said at once: exit code 78', async (t) => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'parlance-config-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const file = joinPath(dir, 'relay.yaml')
  writeFileSync(file, 'room: "two words"\nnonsense: 1\nlogMaxBytes: 12\n')
  const program = new RunningProgram(
    process.execPath,
    [
      ...[CLI, 'serve', '--config', file, '--listen', 'gopher://:70', '--listen', 'framed://:99999'],
      ...['--listen', 'framed://:0?style=round', '--login-deadline-ms', '0', '--log-level', 'loud'],
    ],
    { PARLANCE_MAX_CONNECTIONS: 'many', PARLANCE_OPS: 'here' },
  )
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 78)
  for (const wrong of [
    'two words',
    'nonsense',
    'logMaxBytes',
    'gopher',
    '99999',
    'round',
    '--login-deadline-ms',
    'loud',
    'PARLANCE_MAX_CONNECTIONS',
    'PARLANCE_OPS',
  ]) {
    assert.ok(program.errorOutput.includes(wrong), `nothing about ${wrong} in\n${program.errorOutput}`)
  }
  assert.equal(program.output, '')
})

test('a configuration file that is not there, or not readable as one: exit code 78', async (t) => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'parlance-config-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const broken = joinPath(dir, 'broken.yaml')
  writeFileSync(broken, 'room: [')
  const list = joinPath(dir, 'list.yaml')
  writeFileSync(list, '- room\n')
  for (const file of [joinPath(dir, 'none.yaml'), dir, broken, list]) {
    const relay = await serve(t, ['--config', file], { starts: false })
    assert.equal(await relay.program.exitCode(), 78, file)
    assert.ok(relay.program.errorOutput.includes(file), relay.program.errorOutput)
  }
})

test('a certificate that cannot be had: exit code 73, and its name', async (t) => {
  const args = ['--listen', 'framed+tls://127.0.0.1:0?cert=/none/cert.pem&key=/none/key.pem']
  const relay = await serve(t, args, { starts: false })
  assert.equal(await relay.program.exitCode(), 73)
  assert.match(relay.program.errorOutput, /cert\.pem/)
})

test('wrong arguments: exit code 64, and nothing in them acts on the terminal', async (t) => {
  const relay = await serve(t, ['--lisen\x1b[2J', 'framed://:0'], { starts: false })
  assert.equal(await relay.program.exitCode(), 64)
  assert.match(relay.program.errorOutput, /--lisen\\u001b/)
  assert.ok(!relay.program.errorOutput.includes('\x1b'))
})
