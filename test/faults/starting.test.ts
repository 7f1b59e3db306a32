/** What keeps the real process from starting: exit codes, and words for people. */

import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import test, { type TestContext } from 'node:test'
import { list } from '../fixtures/framed-bytes.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'

function directory(t: TestContext): string {
  const dir = mkdtempSync(joinPath(tmpdir(), 'parlance-start-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return dir
}

test('a port in use: exit code 69, and which one', async (t) => {
  const first = await serve(t)
  const args = ['--listen', `framed://127.0.0.1:${first.port}`]
  const second = await serve(t, args, { starts: false, listens: false })
  assert.equal(await second.program.exitCode(), 69)
  assert.match(
    second.program.errorOutput,
    new RegExp(`listen: framed://127\\.0\\.0\\.1:${first.port}: .*in use by another program`),
  )
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

test('a port that is given to two of the relay’s own blames no other program', async (t) => {
  const port = await freePort()
  const twice = ['--listen', `framed://127.0.0.1:${port}`, '--listen', `framed://127.0.0.1:${port}`]
  const one = await serve(t, twice, { starts: false, listens: false })
  const args = ['--listen', `framed://127.0.0.1:${port}`, '--ops', `127.0.0.1:${port}`]
  const other = await serve(t, args, { starts: false, listens: false })
  assert.equal(await one.program.exitCode(), 78)
  assert.match(
    one.program.errorOutput,
    /--listen: "framed:.*": expected each listener once: it is given twice/,
  )
  assert.equal(await other.program.exitCode(), 69)
  assert.match(
    other.program.errorOutput,
    new RegExp(
      `ops: 127\\.0\\.0\\.1:${port}: the port is in use: framed://127\\.0\\.0\\.1:${port}, which is given too`,
    ),
  )
})

test('a log directory that cannot be written or made: exit code 73, and its name', async (t) => {
  const dir = directory(t)
  chmodSync(dir, 0o500)
  // What root may do in spite of a mode is taken away.
  const through = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []
  const unwritable = [dir, joinPath(dir, 'logs')].map((logDir) =>
    serve(t, ['--log-dir', logDir], { starts: false, through }),
  )
  for (const relay of await Promise.all(unwritable)) {
    assert.equal(await relay.program.exitCode(), 73, relay.program.errorOutput)
    assert.match(relay.program.errorOutput, /logDir: .*parlance-start-.*EACCES/)
  }
  // Where making it recursively would never come to an end.
  if (!existsSync('/proc/self')) return
  const relay = await serve(t, ['--log-dir', '/proc/parlance/logs'], { starts: false })
  assert.equal(await relay.program.exitCode(), 73)
  assert.match(relay.program.errorOutput, /logDir: \/proc\/parlance\/logs: ENOENT/)
})

test('the line that says how to join is a command that joins', async (t) => {
  const relay = await serve(t)
  const [, command] = /to join: (.+) Bob"/.exec(relay.program.output) ?? []
  const bob = new RunningProgram('sh', ['-c', `${command} Bob`])
  t.after(() => bob.end())
  await bob.shows('**Bob is joining the chat**')
})

test('everything that is wrong with the configuration is said at once: exit code 78', async (t) => {
  const dir = directory(t)
  const file = joinPath(dir, 'relay.yaml')
  writeFileSync(file, 'room: "two words"\nnonsense: 1\nlogMaxBytes: 12\n')
  const program = new RunningProgram(
    process.execPath,
    [
      ...[CLI, 'serve', '--config', file, '--listen', 'gopher://:70', '--listen', 'framed://:99999'],
      ...['--listen', 'framed://:0?style=round', '--login-deadline-ms', '0', '--log-level', 'loud'],
    ],
    { PARLANCE_MAX_CONNECTIONS: 'many', PARLANCE_OPS: 'here', PARLANCE_LOG_DIRR: '/var/log' },
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
    'PARLANCE_LOG_DIRR',
  ]) {
    assert.ok(program.errorOutput.includes(wrong), `nothing about ${wrong} in\n${program.errorOutput}`)
  }
  assert.equal(program.output, '')
})

test('a configuration file that is not there, or not readable as one: exit code 78', async (t) => {
  const dir = directory(t)
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

test('certificates that cannot be had: exit code 78, and all their names at once', async (t) => {
  const dir = directory(t)
  const urls = [
    'framed+tls://127.0.0.1:0?cert=/none/c.pem&key=/none/k.pem',
    `wss://127.0.0.1:0?cert=${dir}&key=${CLI}`,
  ]
  const args = [...urls.flatMap((url) => ['--listen', url]), '--log-dir', joinPath(dir, 'logs')]
  const relay = await serve(t, args, { starts: false })
  assert.equal(await relay.program.exitCode(), 78)
  for (const words of [
    'listen: "framed+tls://127.0.0.1:0": cert: "/none/c.pem": ENOENT',
    'listen: "framed+tls://127.0.0.1:0": key: "/none/k.pem": ENOENT',
    `listen: "wss://127.0.0.1:0": cert: "${dir}": EISDIR`,
    `listen: "wss://127.0.0.1:0": key: "${CLI}": expected a private key in PEM`,
  ]) {
    assert.ok(relay.program.errorOutput.includes(words), relay.program.errorOutput)
  }
  // Nothing was begun.
  assert.equal(existsSync(joinPath(dir, 'logs')), false)
})

test('wrong arguments: exit code 64, and nothing in them acts on the terminal', async (t) => {
  const relay = await serve(t, ['--lisen\x1b[2J', 'framed://:0'], { starts: false })
  assert.equal(await relay.program.exitCode(), 64)
  assert.match(relay.program.errorOutput, /--lisen\\u001b/)
  assert.ok(!relay.program.errorOutput.includes('\x1b'))
})
