/**
 * Row 18 of docs/faults.md: the disk refuses the log files and stdout with ENOSPC and with EIO, and takes a part of what is written, while
 * the relay runs. The chat goes on; what is lost is counted and said; each is written again by itself, and no line is torn.
 */

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { failWrites, limitFiles, noStrace } from '../fixtures/failing-calls.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { message } from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { type LogRecord, recordsOf } from '../fixtures/log-dir.js'
import { until } from '../fixtures/until.js'

const LOST = 'parlance_log_lines_lost_total'
const FILES = ['connections.log', 'chat.log', 'stdout.log'] as const
/** How often the files are read: the pair is in this process, and is to be heard in time. */
const LOOK_MS = 100
/** What each is called where the relay says that it was lost. */
const SAID_OF = ['connections.log', 'chat.log', 'stdout'] as const
/** A few blocks of chat.log, so that it cannot be written between the look at its size and the limit. */
const ROOM_BYTES = 10_000
type File = (typeof FILES)[number]

/** A relay that says everything, to a file, and one who has it write to all three. */
class Logging {
  readonly trial: FaultTrial
  readonly #amy: FramedPeer
  said = 0

  constructor(trial: FaultTrial, amy: FramedPeer) {
    this.trial = trial
    this.#amy = amy
  }

  pathOf(file: File): string {
    return join(this.trial.logs.path, file)
  }

  /** At least one more line in each of the three. */
  async write(): Promise<void> {
    this.#amy.send(message(`${this.said++}`))
    const stranger = await this.trial.connect()
    stranger.destroy()
    await delay(10)
  }

  /** Whole lines; one that is torn is no JSON, and one that is written just now is left out. */
  records(file: File): LogRecord[] {
    return recordsOf(this.trial.logs.text(this.pathOf(file)).replace(/[^\n]*$/, ''))
  }

  /** What was said of each file that was lost, in order: `log.lost` has no count. */
  troubles(file: string): (number | null)[] {
    const about = this.records('stdout.log').filter((record) => record.file === file)
    const events = about.filter(({ event }) => event === 'log.lost' || event === 'log.recovered')
    return events.map(({ event, linesLost }) => (event === 'log.lost' ? null : Number(linesLost)))
  }

  /** Says when trouble with each is over that has begun since `before`; it may have begun again while the fault went away. */
  async untilRecovered(before: readonly number[]): Promise<void> {
    await until(
      () =>
        SAID_OF.every((file, index) => {
          const troubles = this.troubles(file)
          return troubles.length > (before[index] as number) && troubles.at(-1) !== null
        }),
      40_000,
      LOOK_MS,
    )
  }

  /** Writes, until all three have taken something that was written after now. */
  async untilWritten(): Promise<void> {
    const counts = FILES.map((file) => this.records(file).length)
    await until(
      async () => {
        await this.write()
        return FILES.every((file, index) => this.records(file).length > (counts[index] as number))
      },
      40_000,
      LOOK_MS,
    )
  }
}

async function start(t: Parameters<typeof FaultTrial.start>[0]): Promise<Logging> {
  const trial = await FaultTrial.start(t, {
    args: ['--log-level', 'debug'],
    stdout: (dir) => `>> '${dir}/stdout.log'`,
  })
  const amy = await trial.join('Amy')
  amy.socket.resume()
  const logging = new Logging(trial, amy)
  await logging.untilWritten()
  return logging
}

test('row 18: writes to the logs and to stdout that fail with ENOSPC or EIO are lost, counted and said, until the disk takes them again', {
  skip: noStrace() ?? false,
}, async (t) => {
  const logging = await start(t)
  const { trial } = logging
  const errors = ['ENOSPC', 'EIO']
  for (const error of errors) {
    const lost = await trial.metric(LOST)
    const before = SAID_OF.map((file) => logging.troubles(file).length)
    const end = await failWrites(
      trial.pid,
      FILES.map((file) => logging.pathOf(file)),
      error,
    )
    // Both files have lost something, and it is tried again in vain.
    const writes = { count: 0 }
    await until(
      async () => {
        await logging.write()
        return writes.count++ > 20 && (await trial.metric(LOST)) > lost + 2
      },
      40_000,
      LOOK_MS,
    )
    await end()
    await logging.untilWritten()
    await logging.untilRecovered(before)
    t.diagnostic(`${error}: ${(await trial.metric(LOST)) - lost} records lost`)
  }
  await trial.assertAsBefore({ losesRecords: true })
  assertCounted(logging, await trial.metric(LOST))
  for (const file of ['connections.log', 'chat.log']) {
    const words = logging
      .records('stdout.log')
      .filter((record) => record.file === file && record.event === 'log.lost')
    assert.deepEqual([...new Set(words.map((record) => `${record.error}`.split(':')[0]))], errors)
  }
})

test('row 18: a disk that takes a part of what is written leaves no torn line in the logs or in stdout', async (t) => {
  const logging = await start(t)
  const { trial } = logging
  for (const file of FILES) {
    const taken = statSync(logging.pathOf(file)).size
    const said = file === 'stdout.log' ? 'stdout' : file
    const before = logging.troubles(said).length
    limitFiles(trial.pid, taken + ROOM_BYTES)
    // It is full to the last byte, of which the last line has a part; at the next try a log file is cut to its last whole line.
    await until(
      async () => {
        await logging.write()
        return statSync(logging.pathOf(file)).size === taken + ROOM_BYTES
      },
      40_000,
      LOOK_MS,
    )
    limitFiles(trial.pid, 'unlimited')
    await logging.untilWritten()
    await until(
      () => logging.troubles(said).length > before && logging.troubles(said).at(-1) !== null,
      40_000,
      LOOK_MS,
    )
  }
  await trial.assertAsBefore({ losesRecords: true })
  assertCounted(logging, await trial.metric(LOST))
})

/** Each record is in a file or was said to be lost, as many as were counted; and those that are there are in order. */
function assertCounted(logging: Logging, lost: number): void {
  const said = SAID_OF.flatMap((file) => logging.troubles(file))
  assert.equal(
    said.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    lost,
  )
  const amys = logging.records('chat.log').filter(({ event, name }) => event === 'message' && name === 'Amy')
  const numbers = amys.map(({ text }) => Number(text))
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  )
  assert.equal(new Set(numbers).size, numbers.length)
  assert.ok(numbers.length <= logging.said)
}
