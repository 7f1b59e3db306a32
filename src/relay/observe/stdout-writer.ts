/**
 * Lines to stdout, without ever waiting for whoever reads them. A reader that has gone (`| head`) ends the
 * records and nothing else; one that has stopped loses what is beyond a bound. pino's own destination waits for
 * both while the process exits, and so the process never does.
 */

import { write } from 'node:fs'
import type { DestinationStream } from 'pino'

/** So much may wait for a reader that has stopped; later lines are lost. */
const MAX_PENDING_BYTES = 1024 * 1024
const RETRY_MS = 50
/** How long `flush` waits for a reader that has stopped. */
const FLUSH_MS = 500

export class StdoutWriter implements DestinationStream {
  readonly #fd: number
  #pending = ''
  #busy = false
  #gone = false
  #waiting: (() => void)[] = []

  /** @param fd must not block: Node makes fd 1 so, where it is a pipe, as soon as `process.stdout` is touched */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    if (this.#gone || this.#pending.length + line.length > MAX_PENDING_BYTES) return
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
      } else if (error) {
        this.#gone = true
        this.#pending = ''
        this.#next()
      } else if (at + written < block.length) {
        this.#write(block, at + written)
      } else {
        this.#next()
      }
    })
  }

  readonly #flushed = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    for (const done of waiting) done()
  }
}
