/**
 * Reads one log: what was put aside, then what is being written, then on as it grows. Owns that no record is missed or read twice while
 * files are put aside, compressed, or moved away by somebody else.
 */

import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { byRotation, type RotatedName } from '../relay/observe/rotated-name.js'
import type { Complaints } from './complaints.js'
import type { Filter } from './filter.js'
import {
  identity,
  identityOf,
  isOpenAs,
  type LogPlace,
  type OpenFile,
  openIfThere,
  openRotated,
  rotatedFiles,
} from './log-files.js'
import { chunksOf, LineReader, linesOf } from './read-lines.js'
import { type LogRecord, parseRecord } from './record.js'
import type { RecordSource } from './record-source.js'

/** A clock that is set back may leave this much out of order. */
const DISORDER_MS = 60_000

/** What is being written, as far as it was read. */
class Growing {
  readonly handle: FileHandle
  readonly reader = new LineReader()
  position = 0

  constructor(handle: FileHandle) {
    this.handle = handle
  }
}

export interface LogSourceOptions {
  readonly filter: Filter
  readonly complaints: Complaints
  /** Whether `news` will be asked for: then what is being written may end in the middle of a line. */
  readonly follows: boolean
}

export class LogSource implements RecordSource {
  readonly #place: LogPlace
  readonly #follows: boolean
  readonly #filter: Filter
  readonly #complaints: Complaints
  #rotated: readonly RotatedName[] = []
  /** The last that was put aside before what is being written. */
  #lastRotated: RotatedName | null = null
  #growing: Growing | null = null
  /** Whether the order of time says that nothing that is wanted can follow. */
  #isOver = false

  constructor(place: LogPlace, { filter, complaints, follows }: LogSourceOptions) {
    this.#place = place
    this.#filter = filter
    this.#complaints = complaints
    this.#follows = follows
  }

  /** Whether there is anything yet. */
  get isThere(): boolean {
    return this.#growing !== null || this.#rotated.length > 0
  }

  /** Finds out what there is. Called once, before anything else. @throws the system's error */
  async open(): Promise<void> {
    const { rotated } = this.#place
    const before = await this.#openCurrent()
    this.#rotated = rotated === 'all' ? before : rotated
  }

  async close(): Promise<void> {
    await this.#growing?.handle.close()
    this.#growing = null
  }

  /** Every record that is wanted, oldest first. */
  async *records(): AsyncGenerator<LogRecord[]> {
    for (const rotated of this.#wanted()) {
      if (this.#isOver) return
      yield* this.#recordsOf(rotated)
    }
    if (!this.#isOver) yield* this.#current()
  }

  /** The last `count` that are wanted, oldest first. No more files are read than that takes. */
  async last(count: number): Promise<LogRecord[]> {
    let found = await lastOf(this.#current(), count)
    for (const rotated of this.#wanted().reverse()) {
      if (found.length >= count) break
      this.#isOver = false
      found = [...(await lastOf(this.#recordsOf(rotated), count - found.length)), ...found]
    }
    return found
  }

  /** What has come since everything was read, or since this was asked the last time. @throws the system's error */
  async *news(): AsyncGenerator<LogRecord[]> {
    const { current } = this.#place
    if (current === null) return
    yield* this.#grown()
    const old = this.#growing
    const now = await identityOf(current)
    // Moved away, and there is no new one yet.
    if (now === null) return
    if (old !== null && now === (await identity(old.handle))) {
      if ((await old.handle.stat()).size >= old.position) return
      // Somebody has cut it down.
      this.#growing = new Growing(old.handle)
    } else {
      // What was written between the last look and its being put aside.
      yield* this.#grown(true)
      const before = await this.#openCurrent()
      for (const rotated of before) {
        if (old === null || !(await this.#isThat(old.handle, rotated, before)))
          yield* this.#recordsOf(rotated)
      }
      await old?.handle.close()
    }
    yield* this.#grown()
  }

  /** @returns what was put aside since the last time, oldest first */
  async #openCurrent(): Promise<RotatedName[]> {
    const { dir, log, current } = this.#place
    if (current === null) return []
    // In this order: what is put aside meanwhile is open already.
    const handle = await openIfThere(current)
    this.#growing = handle === null ? null : new Growing(handle)
    const last = this.#lastRotated
    const rotated = (await rotatedFiles(dir, log)).filter((one) => last === null || byRotation(one, last) > 0)
    const newest = rotated.at(-1)
    if (newest !== undefined && handle !== null && (await isOpenAs(handle, dir, newest))) rotated.pop()
    this.#lastRotated = rotated.at(-1) ?? last
    return rotated
  }

  /** What it was put aside as: the first since then, unless somebody else has moved it away. */
  async #isThat(handle: FileHandle, rotated: RotatedName, before: readonly RotatedName[]): Promise<boolean> {
    const there = rotated.form === 'plain' ? await identityOf(join(this.#place.dir, rotated.plain)) : null
    // It may have been compressed since it was found.
    return there === null ? rotated === before[0] : there === (await identity(handle))
  }

  /** Nothing in a file is later than its being put aside. */
  #wanted(): RotatedName[] {
    const { sinceMs } = this.#filter
    return this.#rotated.filter(({ rotatedMs }) => sinceMs === null || rotatedMs + DISORDER_MS >= sinceMs)
  }

  async *#recordsOf(rotated: RotatedName): AsyncGenerator<LogRecord[]> {
    let file: OpenFile | null = null
    try {
      file = await openRotated(this.#place.dir, rotated)
      if (file === null) return
      for await (const lines of linesOf(file.handle, file.isCompressed)) {
        yield this.#matching(lines)
        if (this.#isOver) return
      }
    } catch (error) {
      this.#complaints.fileFailed(rotated.plain, error)
    } finally {
      await file?.handle.close()
    }
  }

  /** What is being written, as it is now. */
  async *#current(): AsyncGenerator<LogRecord[]> {
    try {
      yield* this.#grown(!this.#follows)
    } catch (error) {
      this.#complaints.fileFailed(`${this.#place.current}`, error)
    }
  }

  /** @param isLast whether nothing more is written to it */
  async *#grown(isLast = false): AsyncGenerator<LogRecord[]> {
    const growing = this.#growing
    if (growing === null) return
    for await (const chunk of chunksOf(growing.handle, growing.position)) {
      growing.position += chunk.length
      yield this.#matching(growing.reader.take(chunk))
      if (this.#isOver) return
    }
    if (isLast) yield this.#matching(growing.reader.end())
  }

  #matching(lines: readonly string[]): LogRecord[] {
    const records: LogRecord[] = []
    let record: LogRecord | null = null
    for (const line of lines) {
      if (this.#filter.isTooEarly(line)) continue
      record = parseRecord(line)
      if (record === null) this.#complaints.brokenLines++
      else if (this.#filter.accepts(record)) records.push(record)
    }
    if (record !== null && this.#filter.isOver(record, DISORDER_MS)) this.#isOver = true
    return records
  }
}

async function lastOf(batches: AsyncIterable<LogRecord[]>, count: number): Promise<LogRecord[]> {
  let found: LogRecord[] = []
  for await (const batch of batches) {
    found.push(...batch)
    if (found.length > 2 * count) found = found.slice(-count)
  }
  return found.slice(-count)
}
