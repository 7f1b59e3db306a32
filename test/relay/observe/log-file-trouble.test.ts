/** That a disk which refuses costs lines, all of them counted, and nothing else; and that writing begins again by itself. */

import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LogDir, until } from './log-dir.js'

const line = (index: number) => `${JSON.stringify({ index })}\n`
/** Larger than a file may be, so that writing it means rotating, which needs the directory. */
const large = (index: number) => `${JSON.stringify({ index, text: 'x'.repeat(5000) })}\n`
const MAX_BYTES = 4096

/** Puts a file where the directory was: nothing can be opened in it from now on. */
function takeAway(dir: LogDir): void {
  renameSync(dir.path, join(dir.parent, 'away'))
  writeFileSync(dir.path, 'not a directory')
}

function giveBack(dir: LogDir): void {
  rmSync(dir.path)
  mkdirSync(dir.path)
}

test('while the disk refuses, lines wait or are counted; trouble and recovery are said once each', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open({ maxBytes: MAX_BYTES })
  file.write(line(0))
  await until('the first line', () => dir.read() === line(0))
  takeAway(dir)
  file.write(large(1))
  await until('trouble', () => dir.troubles.length > 0)
  assert.equal(file.linesLost, 1, 'the block that was under way')
  for (let index = 2; index < 10; index++) file.write(line(index))
  // Long enough for it to try again and fail.
  await new Promise((resolve) => setTimeout(resolve, 2300))
  assert.equal(dir.troubles.length, 1)
  assert.deepEqual(dir.recoveries, [])
  giveBack(dir)
  await until('recovery', () => dir.recoveries.length > 0)
  file.write(line(10))
  await file.close()
  assert.equal(dir.read(), [2, 3, 4, 5, 6, 7, 8, 9, 10].map(line).join(''))
  assert.deepEqual(dir.recoveries, [1])
  assert.equal(dir.troubles.length, 1)
  assert.equal(file.linesLost, 1)
})

test('trouble that goes on after a try that began well is not said again', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  // No name is left to rotate to: opening works, and every rotation fails.
  const names = Array.from({ length: 99 }, (_, index) => `chat-1970-01-01T00-00-00-000Z-${index + 1}.log`)
  for (const name of names) mkdirSync(join(dir.path, name))
  writeFileSync(dir.chat, large(0))
  const file = dir.open({ maxBytes: MAX_BYTES, now: () => 0 })
  for (let index = 1; index < 4; index++) {
    file.write(large(index))
    await until(`line ${index} is lost`, () => file.linesLost === index)
  }
  assert.equal(dir.troubles.length, 1)
  for (const name of names) rmSync(join(dir.path, name), { recursive: true })
  file.write(line(4))
  await until('recovery', () => dir.recoveries.length > 0)
  assert.deepEqual(dir.recoveries, [3])
  assert.equal(dir.read(), line(4))
  await file.close()
})

test('closing while the disk refuses ends, with everything pending counted as lost', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open({ maxBytes: MAX_BYTES })
  file.write('first\n')
  await until('the first line', () => dir.read() === 'first\n')
  takeAway(dir)
  file.write(large(0))
  await until('trouble', () => dir.troubles.length > 0)
  for (let index = 0; index < 7; index++) file.write(line(index))
  let closed = false
  void file.close().then(() => {
    closed = true
  })
  await until('closed', () => closed)
  assert.equal(file.linesLost, 8)
  giveBack(dir)
  await new Promise((resolve) => setTimeout(resolve, 1200))
  assert.deepEqual(readdirSync(dir.path), [], 'nothing is opened again after closing')
})

test('closing into a disk that refuses from then on ends too', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open({ maxBytes: MAX_BYTES })
  file.write(line(0))
  await until('the first line', () => dir.read() === line(0))
  takeAway(dir)
  file.write(large(1))
  let closed = false
  void file.close().then(() => {
    closed = true
  })
  await until('closed', () => closed)
  assert.equal(file.linesLost, 1)
})

test('reopening while a block is under way that fails does not stop the log for good', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const turns = async (reached: () => boolean) => {
    for (let count = 0; count < 200_000 && !reached(); count++) await new Promise(setImmediate)
    assert.ok(reached())
  }
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open({ maxBytes: MAX_BYTES })
  file.write(line(0))
  t.mock.timers.tick(50)
  await turns(() => existsSync(dir.chat) && dir.read() === line(0))
  // It is in the file before the log hears of it.
  const heard = performance.now() + 50
  await turns(() => performance.now() > heard)
  takeAway(dir)
  file.write(large(1))
  t.mock.timers.tick(50)
  file.reopen()
  await turns(() => file.linesLost === 1)
  file.write(line(2))
  giveBack(dir)
  // Whichever of the two streams failed first, and however often it was tried meanwhile.
  const deadline = performance.now() + 20_000
  while (performance.now() < deadline && !(existsSync(dir.chat) && dir.read() === line(2))) {
    t.mock.timers.tick(1000)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  }
  assert.equal(dir.read(), line(2))
  assert.equal(dir.troubles.length, 1)
  await file.close()
})

test('reopening in trouble opens no second file', { skip: !existsSync('/proc/self/fd') }, async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open({ maxBytes: MAX_BYTES })
  file.write('first\n')
  await until('the first line', () => dir.read() === 'first\n')
  takeAway(dir)
  file.write(large(0))
  await until('trouble', () => dir.troubles.length > 0)
  giveBack(dir)
  for (let count = 0; count < 5; count++) file.reopen()
  file.write(line(1))
  await until('recovery', () => dir.recoveries.length > 0)
  await new Promise((resolve) => setTimeout(resolve, 1200))
  assert.equal(openFiles(dir.chat), 1)
  file.write(line(2))
  await file.close()
  assert.equal(readFileSync(dir.chat, 'utf8'), line(1) + line(2))
  assert.equal(openFiles(dir.chat), 0)
})

function openFiles(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  }).length
}

test('what waits is bounded: beyond it lines are lost at once, and counted', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const file = dir.open()
  const megabyte = `${'m'.repeat(1024 * 1024 - 1)}\n`
  for (let count = 0; count < 20; count++) file.write(megabyte)
  assert.equal(file.linesLost, 4)
  await file.close()
  assert.equal(dir.read().length, 16 * 1024 * 1024)
})
