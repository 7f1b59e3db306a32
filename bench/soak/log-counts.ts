/**
 * Counts the records of a relay's log files as they are written, rotated, compressed and removed: a rotated file is counted once, under
 * whichever name it has by then, and the current one is when the relay has ended.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseRotatedName } from '../../src/relay/observe/rotated-name.js'

const LOGS = ['connections', 'chat'] as const

export class LogCounts {
  /** Records, or what they are sums of, by `event`, or `event reason` for `closed` and `rejected`. */
  readonly counts = new Map<string, number>()
  /** Who came into the default room, and who left it. */
  readonly presence = { joined: 0, left: 0 }
  rotatedFiles = 0
  bytes = 0
  /** Lines that are no record. */
  broken = 0
  readonly #directory: string
  readonly #room: string
  readonly #counted = new Set<string>()

  constructor(directory: string, room: string) {
    this.#directory = directory
    this.#room = room
  }

  /** Counts what was put aside since the last time. To be called before the relay removes it. */
  countRotated(): void {
    for (const file of readdirSync(this.#directory)) {
      const name = parseRotatedName(file)
      if (name === null || name.form === 'unfinished' || this.#counted.has(name.plain)) continue
      const text = this.#read(file)
      // It was compressed, and has its other name by now.
      if (text === null) continue
      this.#counted.add(name.plain)
      this.rotatedFiles++
      this.count(text)
    }
  }

  /** Counts all the rest, when nothing is written any more. */
  countRest(): void {
    this.countRotated()
    for (const log of LOGS) {
      const file = `${log}.log`
      if (existsSync(join(this.#directory, file))) this.count(this.#read(file) ?? '')
    }
  }

  of(event: string): number {
    return this.counts.get(event) ?? 0
  }

  /** Counts these lines. */
  count(text: string): void {
    this.bytes += text.length
    const lines = text.split('\n')
    // Every record ends in a line feed.
    if (lines.pop() !== '') this.broken++
    for (const line of lines) this.#countLine(line)
  }

  #countLine(line: string): void {
    const record = parsed(line)
    if (record === null) {
      this.broken++
      return
    }
    const { event, reason, count = 1, room } = record
    const key = event === 'closed' || event === 'rejected' ? `${event} ${reason}` : event
    this.counts.set(key, this.of(key) + count)
    if (room !== this.#room) return
    if (event === 'joined') this.presence.joined++
    else if (event === 'left') this.presence.left++
  }

  #read(file: string): string | null {
    try {
      const bytes = readFileSync(join(this.#directory, file))
      return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }
}

interface LogRecord {
  readonly event: string
  readonly reason?: string
  readonly count?: number
  readonly room?: string
}

function parsed(line: string): LogRecord | null {
  try {
    const record = JSON.parse(line) as Partial<LogRecord>
    return typeof record.event === 'string' ? (record as LogRecord) : null
  } catch {
    return null
  }
}
