/** That what a reload changes about the log files is so from then on, and nothing is lost over it. */

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { pino } from 'pino'
import { type JournalOptions, OpenJournal } from '../../../src/relay/observe/open-journal.js'
import { LogDir, until } from './log-dir.js'

const DIRECT = {
  at: 1,
  name: 'Bob',
  to: 'Amy',
  dialect: 'framed',
  id: '1',
  text: 'psst',
  saidAt: null,
} as const

test('sizes, numbers, compressing and what is recorded of direct messages change while the files are open', async (t) => {
  const dir = new LogDir(t)
  const said: string[] = []
  const log = pino({ level: 'debug' }, { write: (line) => void said.push(JSON.parse(line).event) })
  const before: JournalOptions = {
    logDir: dir.path,
    logMaxBytes: 1_000_000,
    logRotateEvery: '1d',
    logKeepFiles: 10,
    logDirect: 'fact',
    logCompress: 'off',
  }
  const open = new OpenJournal(before, log)
  const { journal } = open
  const names = (end: string) =>
    readdirSync(dir.path).filter((name) => name.startsWith('chat-') && name.endsWith(end))
  const fill = (round: number) =>
    journal.observe({
      kind: 'message',
      at: 1,
      name: 'Bob',
      dialect: 'framed',
      room: 'general',
      id: `${round}`,
      text: 'x'.repeat(5000),
      saidAt: null,
    })
  journal.observe({ kind: 'direct', ...DIRECT })
  fill(0)
  await until('the first block', () => dir.written('xxx'))
  assert.deepEqual(names('.log'), [])
  assert.ok(!dir.read().includes('psst'))

  open.prepare({ ...before, logMaxBytes: 4096, logDirect: 'text', logKeepFiles: 2 })()
  journal.observe({ kind: 'direct', ...DIRECT })
  await until('what was said', () => dir.written('psst'))
  for (let round = 1; round < 4; round++) {
    fill(round)
    await until(`round ${round} is put aside`, () => dir.rotatedAway(`"id":"${round}"`))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await until('older ones are removed', () => names('.log').length === 2)
  assert.ok(!said.includes('log.compressed'))

  open.prepare({ ...before, logCompress: 'on' })()
  await until('they are compressed', () => names('.log.gz').length === 2 && names('.log').length === 0)
  assert.ok(said.includes('log.rotated'))
  await open.close()
  assert.equal(open.linesLost, 0)
})

test('when one of the files cannot be had, the other is closed again', {
  skip: !existsSync('/proc/self/fd'),
}, async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.chat, { recursive: true })
  const options: JournalOptions = {
    logDir: dir.path,
    logMaxBytes: 1_000_000,
    logRotateEvery: '1d',
    logKeepFiles: 10,
    logDirect: 'fact',
    logCompress: 'on',
  }
  assert.throws(() => new OpenJournal(options, pino({ level: 'silent' })), { code: 'EISDIR' })
  const open = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(dir.path)
      } catch {
        return false
      }
    })
  await until('it is closed', () => open().length === 0)
})
