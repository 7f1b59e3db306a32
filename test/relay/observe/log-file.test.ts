/** That lines reach the file whole, in order and once, over rotation, reopening and torn tails. */

import assert from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openToAppend } from '../../../src/relay/observe/append-file.js'
import { LogDir, until } from './log-dir.js'

function line(index: number): string {
  return `${JSON.stringify({ index, text: 'x'.repeat(index % 90) })}\n`
}

/** What opening does to the tail of a file. */
const repairTail = (path: string) => closeSync(openToAppend(path).fd)

const indexOf = (text: string) => (JSON.parse(text) as { index: number }).index

test('lines are written in order, and closing writes what is pending', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open()
  let wanted = ''
  for (let index = 0; index < 5000; index++) {
    file.write(line(index))
    wanted += line(index)
    if (index % 1000 === 0) await new Promise(setImmediate)
  }
  await file.close()
  assert.equal(dir.read(), wanted)
  assert.equal(file.linesLost, 0)
  assert.deepEqual(dir.troubles, [])
})

test('what is written soon is in the file without closing it', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open()
  file.write('{"a":1}\n')
  await until('the first line', () => dir.read() === '{"a":1}\n')
  file.write('{"a":2}\n')
  await until('the second line', () => dir.read() === '{"a":1}\n{"a":2}\n')
  await file.close()
})

test('a file goes on where it ended', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  for (let run = 0; run < 3; run++) {
    const file = dir.open()
    file.write(line(run))
    await file.close()
  }
  assert.equal(dir.read(), line(0) + line(1) + line(2))
})

test('a directory that is not there is the caller’s error', (t) => {
  assert.throws(() => new LogDir(t).open(), { code: 'ENOENT' })
})

test('another rotation holds for the file that is there, and for those that are kept', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  let now = Date.UTC(2026, 0, 1, 12, 30)
  // Each file that is put aside has a name of its own time.
  const file = dir.open({ now: () => now++ })
  for (const words of ['first', 'second']) {
    file.write(`{"a":"${words}"}\n`)
    await until(words, () => dir.written(words))
  }
  assert.equal(dir.files().length, 1)
  file.rotateBy({ maxBytes: 1, rotateEvery: '1d', keepFiles: 1 })
  for (const words of ['third', 'fourth']) {
    file.write(`{"a":"${words}"}\n`)
    await until(words, () => dir.rotatedAway(words))
  }
  file.rotateBy({ maxBytes: 1_000_000, rotateEvery: '30m', keepFiles: 100 })
  file.write('{"a":"fifth"}\n')
  await until('fifth', () => dir.read().includes('fifth'))
  now += 30 * 60_000
  file.write('{"a":"sixth"}\n')
  await until('sixth', () => dir.read() === '{"a":"sixth"}\n')
  assert.ok(dir.rotatedAway('fifth'))
  assert.ok(!dir.written('first'))
  await file.close()
})

test('rotation by size keeps every line once and whole', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open({ maxBytes: 4096 })
  const total = 1200
  for (let index = 0; index < total; index++) {
    file.write(line(index))
    if (index % 100 === 99) {
      await until(`line ${index}`, () => dir.written(`"index":${index},`))
    }
  }
  await file.close()
  const files = dir.files()
  assert.ok(files.length > 5, `${files.length} files`)
  const seen: number[] = []
  for (const name of files) {
    const text = dir.read(name)
    if (text === '') continue
    assert.ok(text.endsWith('\n'), name)
    seen.push(...text.trimEnd().split('\n').map(indexOf))
  }
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    Array.from({ length: total }, (_, index) => index),
  )
  assert.equal(file.linesLost, 0)
})

test('no more rotated files are kept than wanted, and these are the last ones', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open({ maxBytes: 4096, keepFiles: 2 })
  for (let round = 0; round < 6; round++) {
    file.write(`${JSON.stringify({ index: round, text: 'y'.repeat(5000) })}\n`)
    await until(`round ${round} is rotated away`, () => dir.rotatedAway(`"index":${round},`))
    // Files are told apart by their time.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await file.close()
  const kept = dir.files().filter((name) => name !== 'chat.log')
  assert.equal(kept.length, 2)
  assert.deepEqual(kept.map((name) => indexOf(dir.read(name))).sort(), [4, 5])
})

test('after the file was moved away, reopening begins a new one and loses nothing', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open()
  file.write(line(0))
  await until('the first line', () => dir.read() === line(0))
  renameSync(dir.chat, join(dir.path, 'moved'))
  file.write(line(1))
  await until('the second line in the moved file', () => dir.read('moved') === line(0) + line(1))
  file.write(line(2))
  file.reopen()
  file.write(line(3))
  await file.close()
  assert.equal(dir.read('moved') + dir.read(), [0, 1, 2, 3].map(line).join(''))
  assert.ok(dir.read().endsWith(line(3)))
  assert.equal(file.linesLost, 0)
})

test('a file that was truncated from outside is written on from its new end', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open()
  file.write(line(80))
  await until('the first line', () => dir.read() === line(80))
  truncateSync(dir.chat)
  file.write(line(1))
  await file.close()
  assert.equal(dir.read(), line(1), 'no hole of NULs before it')
})

test('a torn tail is cut off at the start, and everything before it stays', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  writeFileSync(dir.chat, `${line(0)}${line(1)}{"index":2,"te`)
  const file = dir.open()
  file.write(line(3))
  await file.close()
  assert.equal(dir.read(), line(0) + line(1) + line(3))
})

test('a tail of any length is repaired to the end of the last whole line', (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const TAIL = 128 * 1024
  for (const torn of [0, 1, 100, TAIL - 1, TAIL, TAIL + 1, 2 * TAIL, 5 * TAIL + 7]) {
    for (const whole of ['', '\n', line(5), `${'z'.repeat(2 * TAIL)}\n`]) {
      writeFileSync(dir.chat, whole)
      appendFileSync(dir.chat, 't'.repeat(torn))
      repairTail(dir.chat)
      assert.equal(statSync(dir.chat).size, whole.length, `${torn} torn bytes behind ${whole.length}`)
      assert.ok(dir.read() === whole)
    }
  }
})

test('a missing file is made, and a directory in its place is an error', (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  repairTail(dir.chat)
  assert.equal(dir.read(), '')
  assert.throws(() => repairTail(dir.path), { code: 'EISDIR' })
})
