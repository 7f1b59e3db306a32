/**
 * One log file: whole lines in, never blocking the relay, never growing without bound in memory. Owns what
 * happens when the disk does not take it: the relay goes on, what is lost is counted and said, and writing
 * begins again by itself. Rotation is rotating-file-stream's.
 *
 *   write -> [ pending, joined every FLUSH_MS ] -> one block under way -> file
 *                      | full: lost                   | error: lost; open again after RETRY_MS
 */

import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'
import { PendingLines } from './pending-lines.js'
import { deleteOldest, rotatedName } from './rotated-files.js'

export interface LogFileOptions {
  readonly dir: string
  /** Such as `chat`, for `chat.log`. */
  readonly name: string
  readonly maxBytes: number
  /** Such as `1d`. */
  readonly rotateEvery: string
  readonly keepFiles: number
  /** Trouble begins, and ends; for the operational log. */
  readonly onTrouble: (error: Error) => void
  readonly onRecovery: (linesLost: number) => void
}

const FLUSH_MS = 50
const RETRY_MS = 1000
/** So much may wait while the disk is busy; what comes beyond it is lost, and counted. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024

export class LogFile {
  /** Lines that were never written, since the start. */
  linesLost = 0
  readonly #options: LogFileOptions
  #stream: RotatingFileStream | null = null
  readonly #pending = new PendingLines()
  /** Lines of the block that is under way, 0 for none, and who writes it: after `reopen` not the current one. */
  #linesUnderWay = 0
  #writer: RotatingFileStream | null = null
  #timer: NodeJS.Timeout | null = null
  #closing: (() => void) | null = null
  #linesLostInTrouble = 0
  #inTrouble = false

  /** @throws the system's error when the file cannot be opened */
  constructor(options: LogFileOptions) {
    this.#options = options
    repairTail(this.#path)
    this.#open()
  }

  get #path(): string {
    return join(this.#options.dir, `${this.#options.name}.log`)
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    if (!this.#pending.add(line, MAX_PENDING_BYTES)) {
      this.#lose(1)
      return
    }
    this.#timer ??= setTimeout(this.#flush, FLUSH_MS)
  }

  /** Closes the file and opens it by its name again: somebody else may have moved it away (SIGHUP). */
  reopen(): void {
    // In trouble the next try opens it by its name anyway.
    if (this.#stream === null || this.#closing !== null) return
    this.#stream.end()
    try {
      repairTail(this.#path)
      this.#open()
    } catch (error) {
      this.#failed(this.#stream, error as Error)
    }
  }

  /** Writes what is pending and closes. A disk that does not take it is not waited for: then it is lost. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing = resolve
      if (this.#stream === null) this.#closeInTrouble()
      else this.#flush()
    })
  }

  #open(): void {
    const { dir, name, maxBytes, rotateEvery, keepFiles } = this.#options
    const fileName = (time: number | Date, index?: number) =>
      time ? rotatedName(name, time as Date, index as number) : `${name}.log`
    const stream = createStream(fileName, {
      path: dir,
      size: `${maxBytes}B`,
      interval: rotateEvery as '1d',
      intervalUTC: true,
      initialRotation: true,
      mode: LOG_FILE_MODE,
    })
    stream.on('rotated', () => {
      deleteOldest(dir, name, keepFiles).catch((error) => this.#options.onTrouble(error))
    })
    stream.on('error', (error) => this.#failed(stream, error))
    this.#stream = stream
  }

  readonly #flush = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const stream = this.#stream
    if (stream === null || this.#linesUnderWay > 0) return
    if (this.#pending.lines === 0) {
      if (this.#closing !== null) stream.end(this.#closing)
      return
    }
    this.#linesUnderWay = this.#pending.lines
    this.#writer = stream
    stream.write(this.#pending.take(), (error) => {
      if (error) return
      this.#linesUnderWay = 0
      this.#recovered()
      if (this.#pending.lines > 0 || this.#closing !== null) this.#flush()
    })
  }

  #failed(stream: RotatingFileStream, error: Error): void {
    if (stream === this.#writer) {
      this.#lose(this.#linesUnderWay)
      this.#linesUnderWay = 0
      this.#writer = null
    }
    if (!this.#inTrouble) this.#options.onTrouble(error)
    this.#inTrouble = true
    if (stream !== this.#stream) {
      this.#flush()
      return
    }
    this.#stream = null
    if (this.#closing !== null) this.#closeInTrouble()
    else this.#retryLater()
  }

  #retryLater(): void {
    setTimeout(() => this.#retry(), RETRY_MS).unref()
  }

  #retry(): void {
    if (this.#closing !== null) return
    try {
      repairTail(this.#path)
      this.#open()
      this.#flush()
    } catch {
      // Trouble was said when it began.
      this.#stream = null
      this.#retryLater()
    }
  }

  #closeInTrouble(): void {
    this.#lose(this.#pending.lines)
    this.#pending.forget()
    this.#closing?.()
  }

  #recovered(): void {
    if (!this.#inTrouble) return
    this.#inTrouble = false
    this.#options.onRecovery(this.#linesLostInTrouble)
    this.#linesLostInTrouble = 0
  }

  #lose(lines: number): void {
    this.linesLost += lines
    this.#linesLostInTrouble += lines
  }
}

const TAIL_BYTES = 128 * 1024
const LF = 0x0a

/** Readable by those who run the relay and their group: it says who said what from where. */
const LOG_FILE_MODE = 0o640

/** Read and append, make it if need be, and take no link in its place: it could be to any file. */
const OPEN_OWN = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/**
 * Cuts off a last line without its line feed: what a crash or a full disk left of it is not a record.
 * @throws the system's error: `ELOOP` where there is a link in its place
 */
export function repairTail(path: string): void {
  const file = openSync(path, OPEN_OWN, LOG_FILE_MODE)
  try {
    const { size } = fstatSync(file)
    const whole = endOfLastLine(file, size)
    if (whole < size) ftruncateSync(file, whole)
  } finally {
    closeSync(file)
  }
}

/** The offset behind the last line feed, looked for from the end: one line may be longer than one read. */
function endOfLastLine(file: number, size: number): number {
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - tail.length)
    readSync(file, tail, 0, end - start, start)
    const found = tail.lastIndexOf(LF, end - start - 1)
    if (found >= 0) return start + found + 1
    end = start
  }
  return 0
}
