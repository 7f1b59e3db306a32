/** That following a log shows every record once and in order, while the relay's own files are written, put aside and compressed. */

import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Criteria } from '../../src/log-reader/filter.js'
import { followLogs, readLogs } from '../../src/log-reader/read-logs.js'
import { Compressor } from '../../src/relay/observe/compressor.js'
import { LogFile } from '../../src/relay/observe/log-file.js'
import { at, Logs, line, lines, range, secondOf } from './logs.js'

/** Follows, and looks again whenever the test says so. */
class Follower {
  readonly seconds: number[] = []
  #look: (again: boolean) => void = () => {}
  #looked: () => void = () => {}
  readonly #ended: Promise<void>

  private constructor(logs: Logs, criteria: Criteria, paths: string[]) {
    this.#ended = this.#run(logs, criteria, paths)
  }

  static async start(
    t: TestContext,
    logs: Logs,
    criteria: Criteria = {},
    paths = [logs.path],
  ): Promise<Follower> {
    const follower = new Follower(logs, criteria, paths)
    await new Promise<void>((resolve) => {
      follower.#looked = resolve
    })
    t.after(async () => {
      follower.#look(false)
      await follower.#ended
    })
    return follower
  }

  /** @returns everything that was shown so far, once it has looked again */
  async look(): Promise<number[]> {
    const looked = new Promise<void>((resolve) => {
      this.#looked = resolve
    })
    this.#look(true)
    await looked
    return this.seconds
  }

  async #run(logs: Logs, criteria: Criteria, paths: string[]): Promise<void> {
    const sources = await logs.sources(criteria, { follows: true, paths })
    const take = (records: { time: string }[]) =>
      this.seconds.push(...records.map((one) => secondOf(one as never)))
    for await (const records of readLogs(sources, undefined)) take(records)
    const pause = () => {
      const again = new Promise<boolean>((resolve) => {
        this.#look = resolve
      })
      this.#looked()
      return again
    }
    for await (const records of followLogs(sources, pause)) take(records)
    for (const source of sources) await source.close()
  }
}

test('what is written is shown, a record only when it is whole', async (t) => {
  const logs = new Logs(t)
  logs.rotated(5, lines(0, 5), { compressed: true })
  logs.current(lines(5, 10))
  const follower = await Follower.start(t, logs)
  assert.deepEqual(follower.seconds, range(0, 10))
  logs.append(lines(10, 12) + line(12).slice(0, 20))
  assert.deepEqual(await follower.look(), range(0, 12))
  logs.append(line(12).slice(20))
  assert.deepEqual(await follower.look(), range(0, 13))
  assert.deepEqual(await follower.look(), range(0, 13))
})

test('files that are put aside between two looks are read to their ends, however many', async (t) => {
  const logs = new Logs(t)
  const current = logs.current(lines(0, 5))
  const follower = await Follower.start(t, logs)
  logs.append(lines(5, 7))
  renameSync(current, logs.file('chat-2026-01-01T00-00-07-000Z-1.log'))
  assert.deepEqual(await follower.look(), range(0, 7), 'there is no new one yet')
  // What was under way when it was put aside.
  appendFileSync(logs.file('chat-2026-01-01T00-00-07-000Z-1.log'), line(7))
  logs.rotated(20, lines(8, 20), { compressed: true })
  logs.rotated(30, lines(20, 30))
  logs.current(lines(30, 35))
  assert.deepEqual(await follower.look(), range(0, 35))
  logs.append(line(35))
  assert.deepEqual(await follower.look(), range(0, 36))
})

test('other hands may move the file away, or copy it and cut it down', async (t) => {
  const logs = new Logs(t)
  const current = logs.current(lines(0, 5))
  const follower = await Follower.start(t, logs, {}, [current])
  renameSync(current, logs.file('moved'))
  appendFileSync(logs.file('moved'), line(5))
  logs.current(lines(6, 8))
  assert.deepEqual(await follower.look(), range(0, 8))
  copyFileSync(current, logs.file('copy'))
  truncateSync(current)
  logs.append(line(8))
  assert.deepEqual(await follower.look(), range(0, 9))
})

test('a log that is not there yet is followed from its beginning, and filters hold', async (t) => {
  const logs = new Logs(t)
  const follower = await Follower.start(t, logs, { names: ['Bob'], sinceMs: at(1) })
  assert.deepEqual(follower.seconds, [])
  writeFileSync(logs.file('chat.log'), lines(0, 3) + line(3, { name: 'Amy' }))
  writeFileSync(logs.file('connections.log'), line(2))
  assert.deepEqual(await follower.look(), [1, 2, 2])
})

test('of the relay’s own files, rotated all the time and compressed, every record is shown once', async (t) => {
  const logs = new Logs(t)
  const compressor = new Compressor({
    dir: logs.path,
    logs: ['chat'],
    isOn: true,
    done: () => {},
    failed: (_, error) => assert.fail(error),
    pauseMs: 5,
  })
  const file = new LogFile({
    dir: logs.path,
    name: 'chat',
    maxBytes: 4096,
    rotateEvery: '1d',
    keepFiles: 1000,
    onTrouble: (error) => assert.fail(error),
    onRecovery: () => {},
    onRotated: () => compressor.wake(),
  })
  const follower = await Follower.start(t, logs)
  let written = 0
  for (let round = 0; round < 20; round++) {
    for (let count = 0; count < 60; count++) file.write(line(written++))
    await new Promise((resolve) => setTimeout(resolve, 15))
    if (round % 3 === 0) await follower.look()
  }
  await file.close()
  await compressor.stop()
  assert.deepEqual(await follower.look(), range(0, written))
  assert.deepEqual(await logs.seconds(), range(0, written))
  assert.deepEqual(logs.complaints.words(), [])
})
