/** kill -9 under load: what the log files say is whole, nothing that was there before is missing, and the next start takes its turn at once. */

import assert from 'node:assert/strict'
import { appendFileSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { direct, message } from '../fixtures/framed-bytes.js'
import { LogDir, recordsOf } from '../fixtures/log-dir.js'
import { serve } from '../fixtures/serve.js'

test('killed again and again while people chat: no record is torn, repeated or missing between two that are there', async (t) => {
  const logs = new LogDir()
  /** Whole records of all files: one that is put aside meanwhile may be missing for the moment. */
  const written = () =>
    [...logs.rotated('chat'), logs.file('chat')].flatMap((file) =>
      recordsOf(logs.text(file).replace(/[^\n]*$/, '')),
    )
  let said = 0
  let recorded = 0
  for (let time = 0; time < 3; time++) {
    const relay = await serve(t, ['--log-dir', logs.path, '--log-max-bytes', '60000'])
    const amy = await relay.join('Amy')
    const first = said
    for (let count = 0; count < 400; count++) amy.send(message(`${said++} ${'x'.repeat(50)}`))
    amy.send(direct('Amy said'))
    await amy.skipTo(direct('[Amy] said'))
    const deadline = Date.now() + 20_000
    let before = written()
    while (before.filter(({ event }) => event === 'direct').length <= time) {
      assert.ok(Date.now() < deadline, 'what was said before is not written')
      await new Promise((resolve) => setTimeout(resolve, 10))
      before = written()
    }
    recorded = numbersOf(before).at(-1) ?? 0
    assert.ok(recorded >= first)
    // In the middle of more, at another moment each time.
    for (let count = 0; count < 400; count++) amy.send(message(`${said++} ${'x'.repeat(50)}`))
    await new Promise((resolve) => setTimeout(resolve, 20 + 15 * time))
    relay.program.child.kill('SIGKILL')
    await relay.program.exitCode()
  }
  // As if the last one had been killed in the middle of a write, which takes a machine that stops.
  appendFileSync(logs.file('chat'), '{"time":"2026-01-01T00:00:00.000Z","event":"mess')
  const relay = await serve(t, ['--log-dir', logs.path])
  assert.equal(await relay.terminate(), 0)
  const all = [...logs.rotated('chat'), logs.file('chat')].flatMap((file) => recordsOf(logs.text(file)))
  const numbers = numbersOf(all)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'in order, and once each',
  )
  assert.ok((numbers.at(-1) ?? 0) >= recorded)
  // Only what each run had not written yet is missing: the end of its own.
  const runs = [0, 1, 2].map((run) => numbers.filter((number) => Math.floor(number / 800) === run))
  for (const [run, ofRun] of runs.entries())
    assert.deepEqual(
      ofRun,
      Array.from(ofRun, (_, index) => 800 * run + index),
      `run ${run}`,
    )
  for (const ofRun of runs) assert.ok(ofRun.length >= 400, `${ofRun.length}`)
})

function numbersOf(records: readonly { readonly [key: string]: unknown }[]): number[] {
  return records.filter(({ event }) => event === 'message').map(({ text }) => Number.parseInt(`${text}`, 10))
}

test('a log of 100 MB with a torn end is not read at the start but for its end', async (t) => {
  const logs = new LogDir()
  const record = '{"time":"2026-01-01T00:00:00.000Z","event":"message","text":"x"}\n'
  const block = record.repeat(16_000)
  const fd = openSync(logs.file('chat'), 'w')
  for (let count = 0; count < 100; count++) writeSync(fd, block)
  writeSync(fd, 'torn')
  const before = 100 * block.length
  const relay = await serve(t, ['--log-dir', logs.path, '--log-max-bytes', '1000000000'])
  const io = readFileSync(join('/proc', `${relay.program.child.pid}`, 'io'), 'utf8')
  const read = Number(/^rchar: (\d+)$/m.exec(io)?.[1])
  assert.ok(read < before / 4, `${read} bytes were read, the program itself included`)
  await relay.join('Amy')
  await logs.until('connections', ({ event }) => event === 'accepted')
  assert.equal(await relay.terminate(), 0)
  const after = readFileSync(logs.file('chat'))
  assert.equal(after.toString('latin1', before - record.length, before), record)
  assert.deepEqual(
    recordsOf(after.toString('latin1', before)).map(({ event }) => event),
    ['joined', 'left'],
  )
})
