/** The health check as a container runs it: finds the real relay wherever that listens, and tells one that hangs. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { certificateQuery } from '../fixtures/certificate.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'

function addressFile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-health-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return join(dir, 'parlance.json')
}

async function healthAt(file: string, ...args: string[]) {
  const program = new RunningProgram(process.execPath, [CLI, 'health', ...args], {
    PARLANCE_ADDRESS_FILE: file,
  })
  const code = await program.exitCode()
  return { code, words: program.output + program.errorOutput }
}

test('an ops endpoint that only a flag says, and a relay that hangs, is well again, and ends', async (t) => {
  const file = addressFile(t)
  const relay = await serve(t, ['--ops', '127.0.0.1:0', '--address-file', file])
  const { child } = relay.program
  const well = await healthAt(file)
  assert.match(well.words, /^well: http:\/\/127\.0\.0\.1:\d+\/healthz\n$/)
  assert.equal(well.code, 0)
  child.kill('SIGSTOP')
  const hanging = await healthAt(file, '--timeout-ms', '200')
  assert.match(hanging.words, /^parlance: not well: http:.*: no answer within 200 ms\n$/)
  assert.equal(hanging.code, 1)
  child.kill('SIGCONT')
  assert.equal((await healthAt(file)).code, 0)
  assert.equal(await relay.terminate(), 0)
  assert.ok(!existsSync(file))
  const gone = await healthAt(file)
  assert.match(gone.words, /^parlance: not well: ENOENT/)
  assert.equal(gone.code, 1)
})

test('without an ops endpoint a listener is asked, which a kernel alone cannot answer', async (t) => {
  const file = addressFile(t)
  const relay = await serve(t, ['--address-file', file])
  const well = await healthAt(file)
  assert.equal(well.words, `well: framed at 127.0.0.1:${relay.port}\n`)
  assert.equal(well.code, 0)
  relay.program.child.kill('SIGSTOP')
  const hanging = await healthAt(file, '--timeout-ms', '200')
  assert.match(hanging.words, /not well: framed at .*: no answer within 200 ms/)
  relay.program.child.kill('SIGKILL')
  await relay.program.exitCode()
  // Who crashes leaves the file, and nobody where it says.
  const crashed = await healthAt(file)
  assert.match(crashed.words, /not well: framed at .*: connection refused/)
  assert.equal(crashed.code, 1)
})

test('a relay that listens with TLS alone is asked in TLS', async (t) => {
  const certificate = certificateQuery()
  if (certificate === null) return t.skip('no certificate can be made here')
  const file = addressFile(t)
  const args = ['--listen', `sendto+tls://127.0.0.1:0?${certificate}`, '--address-file', file]
  const relay = await serve(t, args, { listens: false, starts: false })
  await relay.program.shows('fan-out:')
  const well = await healthAt(file)
  assert.match(well.words, /^well: sendto at 127\.0\.0\.1:\d+\n$/)
  assert.equal(well.code, 0)
})

test('an address file that cannot be written: exit code 73; one that is none: not well; none at all: exit code 64', async (t) => {
  const file = addressFile(t)
  const relay = await serve(t, ['--address-file', join(file, 'below')], { starts: false })
  assert.equal(await relay.program.exitCode(), 73)
  assert.match(relay.program.errorOutput, /addressFile: .*below: ENOENT/)
  writeFileSync(file, 'room: tea')
  assert.equal((await healthAt(file)).code, 1)
  const none = await healthAt('off')
  assert.equal(none.code, 64)
  assert.match(none.words, /expected --address-file or PARLANCE_ADDRESS_FILE/)
})
