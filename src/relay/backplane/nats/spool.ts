/**
 * What a node has published and nobody keeps yet, on its disk: so that it is published after all when the node was killed and is started
 * again. Owns the files, which are written only while there is something to fear for, and what became of a torn end.
 *
 * A segment is one file, which is removed when everything in it is kept:
 *
 *     | record | record | record …
 *     | u32 length of the body | u32 CRC-32 of it | body |
 *     body:  u8 1 | u16 length | id | u16 length | subject | bytes     to be published
 *            u8 2 | u32 count                                          so many of the first of this segment are kept
 *
 * Whatever ends early, or is not what was written, ends its segment: what is behind it was never whole.
 */

import {
  closeSync,
  fdatasync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Subject } from '../bus.js'
import type { Unsent } from './unacknowledged.js'

const SEGMENT_BYTES = 4 * 1024 * 1024
const HEAD_BYTES = 8
const NAME = /^(\d{10})\.unsent$/
const FILE_MODE = 0o640
/** A crash of the machine, not of the process, may cost what was written since. */
const SYNC_MS = 200

interface Segment {
  readonly path: string
  count: number
  /** What is kept of the first ones, as it was written. */
  done: number
  keptFlags: boolean[]
  kept: number
}

/** The one that is written to. */
interface Current {
  readonly segment: Segment
  readonly descriptor: number
  bytes: number
}

/** Where something is in the spool. */
export interface Place {
  readonly segment: Segment
  readonly index: number
}

export interface Recovered {
  readonly unsent: Unsent
  readonly place: Place
}

export class Spool {
  /** What was there from before, in order. */
  readonly recovered: readonly Recovered[]
  /** Bytes of torn ends. */
  readonly tornBytes: number
  readonly #directory: string
  readonly #segments = new Set<Segment>()
  readonly #changed = new Set<Segment>()
  #current: Current | null = null
  #number = 0
  #isSyncing = false

  private constructor(directory: string) {
    this.#directory = directory
    const recovered: Recovered[] = []
    let tornBytes = 0
    for (const name of readdirSync(directory).sort()) {
      const number = NAME.exec(name)?.[1]
      if (number === undefined) continue
      this.#number = Math.max(this.#number, Number(number))
      tornBytes += this.#recover(join(directory, name), recovered)
    }
    this.recovered = recovered
    this.tornBytes = tornBytes
  }

  /** @param directory is there @throws the system's error when it cannot be read */
  static open(directory: string): Spool {
    return new Spool(directory)
  }

  get isEmpty(): boolean {
    return this.#segments.size === 0
  }

  /**
   * Behind what was written before.
   * @throws the system's error; nothing of it is written then
   */
  write(all: readonly Unsent[]): Place[] {
    const current = this.#current ?? this.#begin()
    const { segment, descriptor } = current
    const records = all.map(recordOf)
    try {
      writeWhole(descriptor, records)
    } catch (error) {
      ftruncateSync(descriptor, current.bytes)
      throw error
    }
    for (const record of records) current.bytes += record.length
    const places = all.map((_, index) => ({ segment, index: segment.count + index }))
    segment.count += all.length
    for (let left = all.length; left > 0; left--) segment.keptFlags.push(false)
    if (current.bytes >= SEGMENT_BYTES) this.#end()
    else this.#sync(descriptor)
    return places
  }

  kept({ segment, index }: Place): void {
    if (segment.keptFlags[index] === true) return
    segment.keptFlags[index] = true
    segment.kept++
    this.#changed.add(segment)
  }

  /** Takes down what is kept: now and then, not for each. @throws the system's error */
  tidy(): void {
    for (const segment of this.#changed) {
      this.#changed.delete(segment)
      if (segment.kept === segment.count) this.#remove(segment)
      else if (segment === this.#current?.segment) this.#takeDown(segment)
    }
  }

  close(): void {
    try {
      this.tidy()
    } finally {
      if (this.#current !== null) this.#end()
    }
  }

  #takeDown(segment: Segment): void {
    const before = segment.done
    while (segment.keptFlags[segment.done] === true) segment.done++
    const current = this.#current
    if (segment.done === before || current === null) return
    const record = doneRecord(segment.done)
    try {
      writeWhole(current.descriptor, [record])
      current.bytes += record.length
    } catch (error) {
      ftruncateSync(current.descriptor, current.bytes)
      throw error
    }
  }

  #begin(): Current {
    const path = join(this.#directory, `${String(++this.#number).padStart(10, '0')}.unsent`)
    const descriptor = openSync(path, 'ax', FILE_MODE)
    const segment: Segment = { path, count: 0, done: 0, keptFlags: [], kept: 0 }
    this.#segments.add(segment)
    const current = { segment, descriptor, bytes: 0 }
    this.#current = current
    return current
  }

  #end(): void {
    if (this.#current === null) return
    const { descriptor, segment } = this.#current
    this.#current = null
    closeSync(descriptor)
    if (segment.count === segment.kept) this.#remove(segment)
  }

  #remove(segment: Segment): void {
    if (segment === this.#current?.segment) {
      closeSync(this.#current.descriptor)
      this.#current = null
    }
    if (this.#segments.delete(segment)) unlinkSync(segment.path)
  }

  #sync(descriptor: number): void {
    if (this.#isSyncing) return
    this.#isSyncing = true
    setTimeout(() => {
      this.#isSyncing = false
      if (this.#current?.descriptor === descriptor) fdatasync(descriptor, () => {})
    }, SYNC_MS).unref()
  }

  /** @returns how many bytes of it were torn */
  #recover(path: string, recovered: Recovered[]): number {
    const bytes = readFileSync(path)
    const segment: Segment = { path, count: 0, done: 0, keptFlags: [], kept: 0 }
    const whole: Unsent[] = []
    let at = 0
    for (;;) {
      const body = bodyAt(bytes, at)
      if (body === null) break
      at += HEAD_BYTES + body.length
      if (body[0] === 1) whole.push(unsentOf(body))
      else segment.done = body.readUInt32LE(1)
    }
    const torn = bytes.length - at
    if (torn > 0) truncateSync(path, at)
    segment.count = whole.length
    segment.kept = Math.min(segment.done, whole.length)
    segment.keptFlags = whole.map((_, index) => index < segment.done)
    if (segment.kept === segment.count) {
      unlinkSync(path)
      return torn
    }
    this.#segments.add(segment)
    for (const [index, unsent] of whole.entries())
      if (index >= segment.done) recovered.push({ unsent, place: { segment, index } })
    return torn
  }
}

/** @throws the system's error, also when only a part could be written */
function writeWhole(descriptor: number, records: readonly Buffer[]): void {
  const bytes = records.length === 1 ? (records[0] as Buffer) : Buffer.concat(records)
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}

function recordOf({ id, subject, bytes }: Unsent): Buffer {
  const idBytes = Buffer.byteLength(id)
  const subjectBytes = Buffer.byteLength(subject)
  const length = 5 + idBytes + subjectBytes + bytes.length
  const record = Buffer.allocUnsafe(HEAD_BYTES + length)
  let at = record.writeUInt8(1, HEAD_BYTES)
  at = record.writeUInt16LE(idBytes, at)
  at += record.write(id, at)
  at = record.writeUInt16LE(subjectBytes, at)
  at += record.write(subject, at)
  record.set(bytes, at)
  return sealed(record)
}

function doneRecord(count: number): Buffer {
  const record = Buffer.allocUnsafe(HEAD_BYTES + 5)
  record.writeUInt8(2, HEAD_BYTES)
  record.writeUInt32LE(count, HEAD_BYTES + 1)
  return sealed(record)
}

function sealed(record: Buffer): Buffer {
  record.writeUInt32LE(record.length - HEAD_BYTES, 0)
  record.writeUInt32LE(crc32(record.subarray(HEAD_BYTES)), 4)
  return record
}

function bodyAt(bytes: Buffer, at: number): Buffer | null {
  if (bytes.length - at < HEAD_BYTES) return null
  const length = bytes.readUInt32LE(at)
  const begin = at + HEAD_BYTES
  if (length < 5 || length > bytes.length - begin) return null
  const body = bytes.subarray(begin, begin + length)
  return crc32(body) === bytes.readUInt32LE(at + 4) ? body : null
}

function unsentOf(body: Buffer): Unsent {
  const idEnd = 3 + body.readUInt16LE(1)
  const subjectEnd = idEnd + 2 + body.readUInt16LE(idEnd)
  return {
    id: body.toString('utf8', 3, idEnd),
    subject: body.toString('utf8', idEnd + 2, subjectEnd) as Subject,
    bytes: body.subarray(subjectEnd),
  }
}
