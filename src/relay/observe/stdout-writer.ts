/**
 * Lines to stdout, without ever waiting for whoever reads them. A reader that has gone (`| head`) ends the
 * records and nothing else; one that has stopped loses what is beyond a bound; a file on a disk that is full or broken
 * is tried again until it takes them. pino's own destination waits for all of these while the process exits, and so the process never does.
 */

import { write } from 'node:fs'
import type { DestinationStream } from 'pino'

/** So much may wait for a reader that has stopped, or for the disk; later lines are lost, and counted. */
const MAX_PENDING_BYTES = 1024 * 1024
/** Beyond that, so much of what an operator has to know: that a log was lost, and is written again, among others. */
const MORE_FOR_IMPORTANT_BYTES = 256 * 1024
/** Of level warn or above, as pino begins a line. */
const IMPORTANT = /^\{"level":[456]0/
const RETRY_MS = 50
/** How often a disk that refuses is tried. */
const DISK_RETRY_MS = 1000
/** How long `flush` waits for a reader that has stopped. */
const FLUSH_MS = 500

/** What a disk may say for a while, where stdout is a file. */
const PASSING: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'])

export class StdoutWriter implements DestinationStream {
  /** Lines that were never written, although there may be somebody who reads them. */
  linesLost = 0
  readonly #fd: number
  readonly #recovered: (linesLost: number) => void
  #pending = ''
  #busy = false
  #gone = false
  /** Whether the disk refuses, or lines were lost, and nothing has been written since. */
  #inTrouble = false
  #linesLostBefore = 0
  #waiting: (() => void)[] = []

  /**
   * @param fd must not block: Node makes fd 1 so, where it is a pipe, as soon as `process.stdout` is touched
   * @param recovered lines are written again, and so many were lost
   */
  constructor(fd: number, recovered: (linesLost: number) => void) {
    this.#fd = fd
    this.#recovered = recovered
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    if (this.#gone) return
    const more = IMPORTANT.test(line) ? MORE_FOR_IMPORTANT_BYTES : 0
    if (this.#pending.length + line.length > MAX_PENDING_BYTES + more) {
      this.linesLost++
      this.#inTrouble = true
      return
    }
    this.#pending += line
    if (!this.#busy) this.#next()
  }

  /** Calls back when everything is written, or cannot be, or takes too long. */
  flush(done: () => void): void {
    if (!this.#busy) {
      done()
      return
    }
    this.#waiting.push(done)
    setTimeout(this.#flushed, FLUSH_MS)
  }

  #next(): void {
    if (this.#pending === '') {
      this.#busy = false
      this.#flushed()
      return
    }
    this.#busy = true
    const block = Buffer.from(this.#pending)
    this.#pending = ''
    this.#write(block, 0)
  }

  #write(block: Buffer, at: number): void {
    write(this.#fd, block, at, block.length - at, null, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#write(block, at), RETRY_MS).unref()
      } else if (PASSING.has(error?.code)) {
        // What is written of a line already is followed by the rest of it, so that none is torn.
        this.#inTrouble = true
        setTimeout(() => this.#write(block, at), DISK_RETRY_MS).unref()
      } else if (error) {
        this.#gone = true
        this.#pending = ''
        this.#next()
      } else if (at + written < block.length) {
        this.#write(block, at + written)
      } else {
        this.#saysRecovery()
        this.#next()
      }
    })
  }

  #saysRecovery(): void {
    if (!this.#inTrouble) return
    this.#inTrouble = false
    const linesLost = this.linesLost - this.#linesLostBefore
    this.#linesLostBefore = this.linesLost
    this.#recovered(linesLost)
  }

  readonly #flushed = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    for (const done of waiting) done()
  }
}
