/** A directory with log files of the test's own making, and what is read of it. */

import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Complaints } from '../../src/log-reader/complaints.js'
import { type Criteria, Filter } from '../../src/log-reader/filter.js'
import { placesAt } from '../../src/log-reader/log-files.js'
import { LogSource } from '../../src/log-reader/log-source.js'
import { readLogs } from '../../src/log-reader/read-logs.js'
import type { LogRecord } from '../../src/log-reader/record.js'
import { rotatedName } from '../../src/relay/observe/rotated-name.js'

/** Records are told apart by their second. */
export const START_MS = Date.parse('2026-01-01T00:00:00Z')

export const at = (second: number) => START_MS + second * 1000

export function line(second: number, fields: object = {}): string {
  const time = new Date(at(second)).toISOString()
  return `${JSON.stringify({ time, event: 'message', room: 'general', name: 'Bob', text: 'Hi', ...fields })}\n`
}

export const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => line(from + index)).join('')

export const secondOf = ({ time }: LogRecord) => (Date.parse(time) - START_MS) / 1000

export class Logs {
  readonly path = mkdtempSync(join(tmpdir(), 'parlance-read-'))
  readonly complaints = new Complaints()

  constructor(t: TestContext) {
    t.after(() => rmSync(this.path, { recursive: true, force: true }))
  }

  file(name: string): string {
    return join(this.path, name)
  }

  current(content: string, log = 'chat'): string {
    writeFileSync(this.file(`${log}.log`), content)
    return this.file(`${log}.log`)
  }

  append(content: string, log = 'chat'): void {
    appendFileSync(this.file(`${log}.log`), content)
  }

  /** What was put aside at that second. */
  rotated(second: number, content: string, { log = 'chat', compressed = false } = {}): string {
    const path = this.file(`${rotatedName(log, at(second), 1)}${compressed ? '.gz' : ''}`)
    writeFileSync(path, compressed ? gzipSync(content) : content)
    return path
  }

  async sources(
    criteria: Criteria = {},
    { follows = false, paths = [this.path] } = {},
  ): Promise<LogSource[]> {
    const places = (await Promise.all(paths.map(placesAt))).flat()
    const options = { filter: new Filter(criteria), complaints: this.complaints, follows }
    const sources = places.map((place) => new LogSource(place, options))
    for (const source of sources) await source.open()
    return sources
  }

  async read(criteria: Criteria = {}, last?: number, paths = [this.path]): Promise<LogRecord[]> {
    const sources = await this.sources(criteria, { paths })
    const records = await all(readLogs(sources, last))
    for (const source of sources) await source.close()
    return records
  }

  async seconds(criteria: Criteria = {}, last?: number, paths?: string[]): Promise<number[]> {
    return (await this.read(criteria, last, paths)).map(secondOf)
  }
}

export async function all(batches: AsyncIterable<LogRecord[]>): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const batch of batches) records.push(...batch)
  return records
}

/** `from`, `from + 1` … up to and without `to`. */
export function range(from: number, to: number): number[] {
  assert.ok(from <= to)
  return Array.from({ length: to - from }, (_, index) => from + index)
}
