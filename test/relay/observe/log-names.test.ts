/** That nobody but owner and group reads the logs, and that names planted in their directory lead nowhere. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { OpenJournal } from '../../../src/relay/observe/open-journal.js'
import { LogDir, until } from './log-dir.js'

const modeOf = (path: string) => statSync(path).mode & 0o777
const large = (index: number) => `${JSON.stringify({ index, text: 'x'.repeat(5000) })}\n`

/** Nothing is taken away by the process's own mask, as for a service that was given none. */
function withoutUmask(t: TestContext): void {
  const before = process.umask(0)
  t.after(() => process.umask(before))
}

function open(logDir: string) {
  const options = {
    logDir,
    logMaxBytes: 4096,
    logRotateEvery: '1d',
    logKeepFiles: 10,
    logDirect: 'fact',
    logCompress: 'off',
  } as const
  return new OpenJournal(options, pino({ level: 'silent' })).files
}

test('directories and files that the relay makes are not for everybody, rotated ones neither', async (t) => {
  withoutUmask(t)
  const dir = new LogDir(t)
  const path = join(dir.path, 'deep')
  const files = open(path)
  for (const file of files) file.write(large(0))
  await Promise.all(files.map((file) => file.close()))
  assert.equal(modeOf(dir.path), 0o750)
  assert.equal(modeOf(path), 0o750)
  const names = readdirSync(path)
  assert.equal(names.length, 4)
  for (const name of names) assert.equal(modeOf(join(path, name)), 0o640, name)
})

test('the mode of a directory that was there is its owner’s affair', async (t) => {
  withoutUmask(t)
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  chmodSync(dir.path, 0o755)
  await Promise.all(open(dir.path).map((file) => file.close()))
  assert.equal(modeOf(dir.path), 0o755)
})

test('a log file that is a link is refused, and what it leads to is as it was', (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const target = join(dir.parent, 'target')
  writeFileSync(target, 'precious, and without a line feed')
  symlinkSync(target, dir.chat)
  assert.throws(() => dir.open(), /chat\.log is a symbolic link/)
  assert.equal(readFileSync(target, 'utf8'), 'precious, and without a line feed')
})

test('a link to nothing makes no file where it leads', (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const target = join(dir.parent, 'target')
  symlinkSync(target, dir.chat)
  assert.throws(() => dir.open(), { code: 'ELOOP' })
  assert.ok(!existsSync(target))
})

test('a link that is planted later is trouble at the next opening, and is not written to', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const target = join(dir.parent, 'target')
  writeFileSync(target, 'precious')
  const file = dir.open()
  file.write('first\n')
  await until('the first line', () => dir.read() === 'first\n')
  spawnSync('ln', ['-sfn', target, dir.chat])
  file.reopen()
  file.write('second\n')
  await until('trouble', () => dir.troubles.length > 0)
  assert.match(dir.troubles[0] as string, /symbolic link/)
  await file.close()
  assert.equal(file.linesLost, 1)
  assert.equal(readFileSync(target, 'utf8'), 'precious')
})

test('a pipe in place of a log file is refused and not waited for', (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  assert.equal(spawnSync('mkfifo', [dir.chat]).status, 0)
  assert.throws(() => dir.open(), /not an ordinary file/)
})

test('rotation removes only its own files in its own directory, whatever is written or linked there', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const outside = join(dir.parent, 'outside')
  writeFileSync(outside, 'precious')
  writeFileSync(join(dir.path, '.chat.history'), `${outside}\n../outside\n`)
  const link = 'chat-1970-01-01T00-00-00-000Z-1.log'
  symlinkSync(outside, join(dir.path, link))
  const others = [
    'chat-notes.log',
    'chat-1970-01-01T00-00-00-000Z-1.log.bz2',
    'chat-1970-01-01T00-00-00-000Z-1.log.gz.part',
    'connections-1970-01-01T00-00-00-000Z-1.log.gz',
    'connections-1970-01-01T00-00-00-000Z-1.log',
  ]
  for (const name of others) writeFileSync(join(dir.path, name), 'mine')
  const file = dir.open({ maxBytes: 4096, keepFiles: 1 })
  for (let round = 0; round < 4; round++) {
    file.write(large(round))
    await until(`round ${round} is rotated away`, () => dir.rotatedAway(`"index":${round},`))
  }
  await file.close()
  assert.equal(readFileSync(outside, 'utf8'), 'precious')
  const names = readdirSync(dir.path)
  for (const name of [...others, link]) assert.ok(names.includes(name), name)
  const rotated = names.filter((name) => /^chat-2\d\d\d-.*Z-\d+\.log$/.test(name))
  assert.equal(rotated.length, 1)
  assert.deepEqual(dir.troubles, [])
})

test('a file is put aside when its last record is of an earlier period, also of an earlier run', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  let now = Date.now()
  const options = { rotateEvery: '1h', now: () => now }
  const file = dir.open(options)
  file.write('first\n')
  await until('the first line', () => dir.read() === 'first\n')
  now += 3_600_000
  file.write('second\n')
  await until('the second line', () => dir.written('second'))
  await file.close()
  now += 2 * 3_600_000
  const later = dir.open(options)
  later.write('third\n')
  await later.close()
  assert.equal(dir.read(), 'third\n')
  assert.deepEqual(
    dir.files().map((name) => dir.read(name)),
    ['first\n', 'second\n', 'third\n'],
  )
})
