/** A disk that is full, and then is not, with files that are put aside and compressed: a real file system of one mebibyte, which grows. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { message } from '../fixtures/framed-bytes.js'
import { type LogRecord, recordsOf } from '../fixtures/log-dir.js'
import { behindMounts, noMounts } from '../fixtures/own-mounts.js'
import { freePort } from '../fixtures/relay-process.js'
import { serve } from '../fixtures/serve.js'

const LOST = /^parlance_log_lines_lost_total (\d+)$/m

test('a disk that is full for a while: every record is written or counted, none is torn, it is said once', {
  skip: noMounts ?? false,
}, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-full-disk-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const through = behindMounts(`mount -t tmpfs -o size=1m none '${dir}'`)
  const ops = await freePort()
  const rotation = ['--log-max-bytes', '300000', '--log-level', 'debug']
  const relay = await serve(t, ['--ops', `127.0.0.1:${ops}`, '--log-dir', dir, ...rotation], { through })
  const { pid } = relay.program.child
  const lost = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${ops}/metrics`)).text()
    return Number(LOST.exec(metrics)?.[1])
  }
  /** The files of chat.log, oldest first, as the relay's own mount has them. */
  const files = () => {
    const own = `/proc/${pid}/root${dir}`
    const names = readdirSync(own).filter((name) => /^chat-.*\.log(\.gz)?$/.test(name))
    return [...names.sort(), 'chat.log'].map((name) => join(own, name))
  }
  /** Their whole records. While one is compressed it may have gone by the time it is read. */
  const written = (): LogRecord[] =>
    files().flatMap((file) => {
      const bytes = readFileSync(file)
      const text = file.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
      return recordsOf(text.replace(/[^\n]*$/, ''))
    })

  const amy = await relay.join('Amy')
  let said = 0
  const say = async (count: number) => {
    for (let one = 0; one < count; one++) {
      amy.send(message(`${++said} `.padEnd(1024, 'x')))
      if (one % 50 === 0) await delay(20)
    }
  }
  await say(500)
  await say(1500)
  await relay.shown('a log file cannot be written', 1)
  // For longer than it takes to try again: that it is full still is no news.
  await delay(2500)
  assert.ok((await lost()) > 0)
  const grown = ['mount', '-o', 'remount,size=20m', dir]
  const into = ['--target', `${pid}`, '--user', '--mount', '--preserve-credentials', ...grown]
  const remounted = spawnSync('nsenter', into, { encoding: 'utf8' })
  assert.equal(remounted.status, 0, remounted.stderr)
  await say(300)
  await relay.shown('the log file is being written again', 1)

  // Where there is room, those that were put aside are compressed after all.
  const gone = () => files().every((file) => /\.gz$|chat\.log$/.test(file))
  const deadline = Date.now() + 10_000
  while (!gone() && Date.now() < deadline) await delay(50)
  assert.ok(gone() && files().length > 3, files().join())
  // What Amy said, and that she came.
  while (written().length + (await lost()) < said + 1 && Date.now() < deadline) await delay(50)
  const records = written()
  assert.equal(records.length + (await lost()), said + 1)
  const numbers = records
    .filter(({ event }) => event === 'message')
    .map(({ text }) => Number.parseInt(`${text}`, 10))
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  )
  assert.deepEqual(
    numbers.slice(-300),
    Array.from({ length: 300 }, (_, index) => 2001 + index),
  )
  const times = (words: string) => relay.program.output.split(words).length - 1
  assert.equal(times('cannot be written'), 1, relay.program.output)
  assert.equal(times('is being written again'), 1, relay.program.output)
  assert.equal(await relay.terminate(), 0)
})
