/**
 * One log file: whole lines in, never blocking the relay, never growing without bound in memory. Owns what
 * happens when the disk does not take it: the relay goes on, what is lost is counted and said, and writing
 * begins again by itself. Opening, writing and rotation are `rotating-file.ts`'s.
 *
 *   write -> [ pending, joined every FLUSH_MS ] -> one block under way -> file
 *                      | full: lost                   | error: lost; open again after RETRY_MS
 */

import { PendingLines } from './pending-lines.js'
import { RotatingFile, type RotationLimits } from './rotating-file.js'

/** When a log file is put aside, and how many are kept. */
export interface LogRotation {
  readonly maxBytes: number
  /** Such as `1d`. */
  readonly rotateEvery: string
  readonly keepFiles: number
}

export interface LogFileOptions extends LogRotation {
  readonly dir: string
  /** Such as `chat`, for `chat.log`. */
  readonly name: string
  /** Trouble begins, and ends; for the operational log. */
  readonly onTrouble: (error: Error) => void
  readonly onRecovery: (linesLost: number) => void
  /** It was put aside under this name, within `dir`. */
  readonly onRotated?: (fileName: string) => void
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const FLUSH_MS = 50
const RETRY_MS = 1000
/** So much may wait while the disk is busy; what comes beyond it is lost, and counted. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024

export class LogFile {
  /** Lines that were never written, since the start. */
  linesLost = 0
  #options: LogFileOptions
  readonly #pending = new PendingLines()
  #file: RotatingFile | null
  /** Lines of the block that is under way, 0 for none. */
  #linesUnderWay = 0
  #timer: NodeJS.Timeout | null = null
  #closing: (() => void) | null = null
  #linesLostInTrouble = 0
  #inTrouble = false

  /** @throws the system's error when the file cannot be opened */
  constructor(options: LogFileOptions) {
    this.#options = options
    this.#file = this.#open()
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    if (!this.#pending.add(line, MAX_PENDING_BYTES)) {
      this.#lose(1)
      return
    }
    this.#timer ??= setTimeout(this.#flush, FLUSH_MS)
  }

  /** Another rotation, from the next block on. */
  rotateBy(rotation: LogRotation): void {
    this.#options = { ...this.#options, ...rotation }
    this.#file?.limit(limitsOf(rotation))
  }

  /** Closes the file and opens it by its name again: somebody else may have moved it away (SIGHUP). */
  reopen(): void {
    // In trouble the next try opens it by its name anyway.
    if (this.#file === null || this.#closing !== null) return
    void letGo(this.#file)
    try {
      this.#file = this.#open()
    } catch (error) {
      this.#failed(error as Error)
    }
  }

  /** Writes what is pending and closes. A disk that does not take it is not waited for: then it is lost. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing = resolve
      if (this.#file === null && this.#linesUnderWay === 0) this.#closeInTrouble()
      else this.#flush()
    })
  }

  #open(): RotatingFile {
    const { dir, name, now = Date.now, onRotated: rotated = () => {} } = this.#options
    return new RotatingFile({ dir, name, now, rotated, ...limitsOf(this.#options) })
  }

  readonly #flush = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const file = this.#file
    if (this.#linesUnderWay > 0) return
    if (file === null) {
      if (this.#closing !== null) this.#closeInTrouble()
      return
    }
    if (this.#pending.lines === 0) {
      if (this.#closing !== null) void letGo(file).then(this.#closing)
      return
    }
    this.#linesUnderWay = this.#pending.lines
    void this.#write(file, this.#pending.take())
  }

  async #write(file: RotatingFile, block: Buffer): Promise<void> {
    const { writtenBytes, error } = await file.write(block)
    const lines = this.#linesUnderWay
    this.#linesUnderWay = 0
    if (error === null) {
      this.#recovered()
    } else {
      this.#lose(lines - linesIn(block, writtenBytes))
      // After `reopen` it is not the current one, which may be fine.
      if (file === this.#file) {
        void letGo(file)
        this.#failed(error)
      } else {
        this.#saysTrouble(error)
      }
    }
    this.#pending.written(block)
    if (this.#pending.lines > 0 || this.#closing !== null) this.#flush()
  }

  /** From now on there is no file, until one of the next tries gets it. */
  #failed(error: Error): void {
    this.#saysTrouble(error)
    this.#file = null
    this.#retryLater()
  }

  #saysTrouble(error: Error): void {
    if (!this.#inTrouble) this.#options.onTrouble(error)
    this.#inTrouble = true
  }

  #retryLater(): void {
    setTimeout(() => this.#retry(), RETRY_MS).unref()
  }

  #retry(): void {
    if (this.#closing !== null) return
    try {
      this.#file = this.#open()
    } catch {
      // Trouble was said when it began.
      this.#retryLater()
      return
    }
    this.#flush()
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

const LF = 0x0a
const PERIOD_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 }

function limitsOf({ maxBytes, rotateEvery, keepFiles }: LogRotation): RotationLimits {
  return { maxBytes, periodMs: periodOf(rotateEvery), keepFiles }
}

/** @param every such as `1d`, `6h`, `30m` */
function periodOf(every: string): number {
  return Number.parseInt(every, 10) * (PERIOD_MS[every.slice(-1)] as number)
}

function linesIn(block: Buffer, length: number): number {
  let lines = 0
  for (let at = block.indexOf(LF); at !== -1 && at < length; at = block.indexOf(LF, at + 1)) lines++
  return lines
}

/** What cannot even be closed is not worth a word more: that it cannot be written was said. */
async function letGo(file: RotatingFile): Promise<void> {
  try {
    await file.close()
  } catch {}
}
