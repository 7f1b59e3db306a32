/** That log files which were put aside are compressed whole or stay as they are, whatever is in the way. */

import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { compressFile } from '../../../src/relay/observe/compress-file.js'
import { Compressor, type CompressorOptions } from '../../../src/relay/observe/compressor.js'
import { rotatedName } from '../../../src/relay/observe/rotated-name.js'
import { LogDir, until } from './log-dir.js'

/** No two pieces of it are the same. */
const text = (lines: number) =>
  Array.from(
    { length: lines },
    (_, id) => `{"time":"2026-01-01T00:00:00.000Z","event":"joined","id":${id}}\n`,
  ).join('')
const name = (ms: number, log = 'chat') => rotatedName(log, ms, 1)

class Fixture {
  readonly dir: LogDir
  readonly done: string[] = []
  readonly failures: string[] = []
  readonly compressor: Compressor

  constructor(t: TestContext, options: Partial<CompressorOptions> = {}) {
    this.dir = new LogDir(t)
    mkdirSync(this.dir.path)
    this.compressor = new Compressor({
      dir: this.dir.path,
      logs: ['connections', 'chat'],
      isOn: true,
      done: (file) => this.done.push(file),
      failed: (file, { message }) => this.failures.push(`${file}: ${message}`),
      pauseMs: 1,
      retryMs: 20,
      ...options,
    })
    t.after(() => this.compressor.stop())
  }

  path(file: string): string {
    return join(this.dir.path, file)
  }

  write(file: string, content: string | Buffer): string {
    writeFileSync(this.path(file), content)
    return this.path(file)
  }

  get names(): string[] {
    return readdirSync(this.dir.path).sort()
  }

  async compressed(count: number): Promise<void> {
    await until(`${count} are compressed`, () => this.done.length >= count)
  }
}

test('what was put aside of both logs is compressed, the oldest first, and nothing else is touched', async (t) => {
  const logs = new Fixture(t)
  const content = text(20_000)
  const before = new Date('2026-01-02T03:04:05.000Z')
  for (const file of [name(3), name(1), name(2, 'connections')])
    utimesSync(logs.write(file, content), before, before)
  const others = ['chat.log', 'chat-notes.log', name(4, 'other'), 'connections.log']
  for (const file of others) logs.write(file, 'mine')
  logs.compressor.wake()
  await logs.compressed(3)
  await until('it has come to rest', () => logs.names.length === 7)
  assert.deepEqual(logs.done, [name(1), name(2, 'connections'), name(3)])
  assert.deepEqual(logs.names, [...others, ...logs.done.map((file) => `${file}.gz`)].sort())
  for (const file of logs.done) {
    const path = logs.path(`${file}.gz`)
    assert.equal(gunzipSync(readFileSync(path)).toString(), content)
    assert.equal(statSync(path).mtimeMs, before.getTime(), 'as old as what is in it')
    assert.equal(statSync(path).mode & 0o777 & ~0o640, 0)
    assert.ok(statSync(path).size < content.length / 5)
  }
  for (const file of others) assert.equal(readFileSync(logs.path(file), 'utf8'), 'mine')
  assert.deepEqual(logs.failures, [])
})

test('what a crash has left half done is done again, whichever of its steps it was in', async (t) => {
  const logs = new Fixture(t)
  const whole = text(5)
  logs.write(name(1), whole)
  logs.write(`${name(1)}.gz.part`, gzipSync(whole).subarray(0, 20))
  logs.write(name(2), whole)
  logs.write(`${name(2)}.gz`, gzipSync(whole))
  // Its original is gone: it was not the relay that did this, and it is worth nothing.
  logs.write(`${name(3)}.gz.part`, 'half')
  logs.compressor.wake()
  await logs.compressed(2)
  await until('nothing is left', () => logs.names.length === 2)
  assert.deepEqual(logs.names, [`${name(1)}.gz`, `${name(2)}.gz`])
  for (const file of logs.names) assert.equal(gunzipSync(readFileSync(logs.path(file))).toString(), whole)
})

test('links are not followed, neither to what is compressed nor to where', async (t) => {
  const logs = new Fixture(t)
  const outside = join(logs.dir.parent, 'outside')
  writeFileSync(outside, 'precious')
  symlinkSync(outside, logs.path(name(1)))
  symlinkSync(outside, logs.path(`${name(2)}.gz.part`))
  symlinkSync(outside, logs.path(`${name(2)}.gz`))
  logs.write(name(2), text(3))
  // A name more of the same file, such as a backup has: that one stays.
  const backup = join(logs.dir.parent, 'backup')
  linkSync(logs.path(name(2)), backup)
  logs.compressor.wake()
  await logs.compressed(1)
  assert.equal(readFileSync(outside, 'utf8'), 'precious')
  assert.equal(readFileSync(backup, 'utf8'), text(3))
  assert.equal(gunzipSync(readFileSync(logs.path(`${name(2)}.gz`))).toString(), text(3))
  assert.ok(lstatSync(logs.path(`${name(2)}.gz`)).isFile())
  await assert.rejects(compressFile(logs.dir.path, name(1), new AbortController().signal), { code: 'ELOOP' })
})

test('one that cannot be is said once, stays, holds up no other, and is tried again', async (t) => {
  const logs = new Fixture(t)
  logs.write(name(1), text(3))
  // In the way of what is written before it has its name.
  mkdirSync(logs.path(`${name(1)}.gz.part`))
  logs.write(name(2), text(3))
  logs.compressor.wake()
  await logs.compressed(1)
  assert.deepEqual(logs.done, [name(2)])
  // For longer than it takes to try again.
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(logs.failures.length, 1)
  assert.match(logs.failures[0] as string, /^chat-1970.*001Z-1\.log: /)
  assert.equal(readFileSync(logs.path(name(1)), 'utf8'), text(3))
  rmdirSync(logs.path(`${name(1)}.gz.part`))
  await logs.compressed(2)
  assert.deepEqual(logs.done, [name(2), name(1)])
})

test('stopping in the middle leaves the original alone, and nothing else', async (t) => {
  const logs = new Fixture(t)
  const content = text(200_000)
  logs.write(name(1), content)
  logs.compressor.wake()
  await until('it has begun', () => logs.names.includes(`${name(1)}.gz.part`))
  await logs.compressor.stop()
  assert.deepEqual(logs.names, [name(1)])
  assert.equal(statSync(logs.path(name(1))).size, content.length)
  logs.compressor.wake()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(logs.names, [name(1)], 'nothing is begun again')
})

test('what is still written to is not taken for complete', async (t) => {
  const logs = new Fixture(t)
  const path = logs.write(name(1), text(100_000))
  const { signal } = new AbortController()
  // By somebody who adds to it, and by one who cuts it down.
  for (const change of [() => appendFileSync(path, text(1)), () => truncateSync(path, 100)]) {
    const compressing = compressFile(logs.dir.path, name(1), signal)
    const refused = assert.rejects(compressing, /still being written/)
    await until('it has begun', () => existsSync(`${path}.gz.part`))
    change()
    await refused
    assert.deepEqual(logs.names, [name(1)])
  }
})

test('of compressed ones too no more are kept than wanted, and a log goes on over them', async (t) => {
  const logs = new Fixture(t)
  let now = Date.UTC(2026, 0, 1)
  const file = logs.dir.open({
    maxBytes: 4096,
    keepFiles: 3,
    now: () => now,
    onRotated: () => logs.compressor.wake(),
  })
  for (let round = 0; round < 6; round++) {
    const rotated = name(now)
    file.write(`${JSON.stringify({ round, text: 'y'.repeat(5000) })}\n`)
    await until(`round ${round} is compressed`, () => logs.done.includes(rotated))
    now += 1000
  }
  await file.close()
  const kept = logs.names.filter((file) => file !== 'chat.log')
  assert.deepEqual(
    kept,
    [3, 4, 5].map((round) => `${name(Date.UTC(2026, 0, 1) + 1000 * round)}.gz`),
  )
  const rounds = kept.map((file) => JSON.parse(gunzipSync(readFileSync(logs.path(file))).toString()).round)
  assert.deepEqual(rounds, [3, 4, 5])
})
