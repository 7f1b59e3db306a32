/**
 * Row 18 of docs/faults.md: a disk that is full, and then is not, with files that are put aside and compressed: a real file system of one
 * mebibyte, which grows. The relay's stdout is a file there, too.
 */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { INVALID, join as joinFrame, message } from '../fixtures/framed-bytes.js'
import { type LogRecord, recordsOf } from '../fixtures/log-dir.js'
import { noMounts, remount } from '../fixtures/own-mounts.js'
import { until } from '../fixtures/until.js'

const LOST = 'parlance_log_lines_lost_total'
/** As many refusals as one connection has at once; each is a line of stdout. */
const REFUSALS = 500
/** More lines than may wait for stdout, which is 1 MiB. */
const STRANGERS = 20
/** How often the files are read: the pair is in this process, and is to be heard in time. */
const LOOK_MS = 250
const IN_TIME_MS = 20_000

/** The records of one log, oldest first, as the relay's own mount has them. One that is compressed may have gone when it is read. */
function written(dir: string, log: 'chat' | 'connections'): LogRecord[] {
  const aside = new RegExp(`^${log}-.*\\.log(\\.gz)?$`)
  const names = [
    ...readdirSync(dir)
      .filter((name) => aside.test(name))
      .sort(),
    `${log}.log`,
  ]
  return names.flatMap((name) => {
    const bytes = readFileSync(join(dir, name))
    const text = name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
    return recordsOf(text.replace(/[^\n]*$/, ''))
  })
}

function linesLost(stdout: readonly LogRecord[], file: string): number {
  const recoveries = stdout.filter((record) => record.event === 'log.recovered' && record.file === file)
  return recoveries.reduce((sum, record) => sum + Number(record.linesLost), 0)
}

test('row 18: a disk that is full for a while: every record is written or counted, none is torn, it is said once', {
  skip: noMounts ?? false,
}, async (t) => {
  const trial = await FaultTrial.start(t, {
    logDisk: 'size=1m',
    stdout: (dir) => `>> '${dir}/stdout.log'`,
    args: ['--log-max-bytes', '300000', '--log-level', 'debug', '--login-deadline-ms', '600000'],
  })
  const { logs } = trial
  const dir = join(logs.root, logs.path)
  const stdout = () => recordsOf(readFileSync(join(dir, 'stdout.log'), 'utf8').replace(/[^\n]*$/, ''))
  const amy = await trial.join('Amy')
  amy.socket.resume()
  let said = 0
  const say = async (count: number) => {
    for (let one = 0; one < count; one++) {
      amy.send(message(`${++said} `.padEnd(1024, 'x')))
      if (one % 50 === 0) await delay(20)
    }
  }
  await say(2000)
  await trial.reaches(LOST, 1)
  const refused = async () => {
    const stranger = await trial.connect()
    await stranger.frame('the greeting')
    stranger.send(...Array.from({ length: REFUSALS }, () => joinFrame(' ')))
    for (let answer = 0; answer < REFUSALS; answer++) await stranger.expect(INVALID)
    stranger.reset()
  }
  await Promise.all(Array.from({ length: STRANGERS }, refused))
  // It is tried again each second. That it is full still is no news.
  for (let time = 0; time < 2; time++) {
    const lost = await trial.metric(LOST)
    await say(50)
    await trial.reaches(LOST, lost + 1)
  }
  remount(trial.pid, logs.path, 'size=20m')
  const isRecovered = (log: string) =>
    stdout().some(({ event, file }) => event === 'log.recovered' && file === log)
  await until(
    async () => {
      await say(10)
      return isRecovered('chat.log')
    },
    40_000,
    LOOK_MS,
  )
  await say(300)
  await until(() => isRecovered('stdout'), 40_000, LOOK_MS)
  // Where there is room, those that were put aside are compressed after all.
  const plain = () => readdirSync(dir).filter((name) => /^(chat|connections)-.*\.log$/.test(name))
  await until(() => plain().length === 0, 40_000, LOOK_MS)

  await trial.assertAsBefore({ losesRecords: true, inTimeMs: IN_TIME_MS })
  const records = stdout()
  const times = (event: string, file: string) =>
    records.filter((record) => record.event === event && record.file === file).length
  assert.deepEqual([times('log.lost', 'chat.log'), times('log.recovered', 'chat.log')], [1, 1])
  const ofStdout = linesLost(records, 'stdout')
  const [ofChat, ofConnections] = [linesLost(records, 'chat.log'), linesLost(records, 'connections.log')]
  assert.ok(ofStdout > 0 && ofChat > 0, `${ofStdout} and ${ofChat} lost`)
  assert.equal(await trial.metric(LOST), ofStdout + ofChat + ofConnections)
  t.diagnostic(`lost: ${ofChat} of chat.log, ${ofConnections} of connections.log, ${ofStdout} of stdout`)

  const chat = written(dir, 'chat')
  const series = await trial.scrape()
  const happened = [...series].filter(([name]) => name.startsWith('parlance_events_total{'))
  assert.equal(
    chat.length + ofChat,
    happened.reduce((sum, [, count]) => sum + count, 0),
  )
  const amys = chat.filter(({ event, name }) => event === 'message' && name === 'Amy')
  const numbers = amys.map(({ text }) => Number.parseInt(`${text}`, 10))
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  )
  assert.deepEqual(
    numbers.slice(-300),
    Array.from({ length: 300 }, (_, index) => said - 299 + index),
  )
  trial.program.child.kill('SIGTERM')
  assert.equal(await trial.program.exitCode(), 0)
})
