/** A line console without a terminal: no prompt, lines out as they come, remarks on the error output. */

import { createInterface, type Interface } from 'node:readline'
import type { ConsoleReader, LineConsole } from './line-console.js'

export class PipeConsole implements LineConsole {
  readonly interactive = false
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  readonly #errorOutput: NodeJS.WriteStream
  #lines: Interface | null = null
  #held = false

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, errorOutput: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
    this.#errorOutput = errorOutput
  }

  open(reader: ConsoleReader): void {
    const lines = createInterface({
      input: this.#input,
      terminal: false,
      crlfDelay: Number.POSITIVE_INFINITY,
    })
    this.#lines = lines
    lines.on('line', (text) => reader.line(text))
    lines.on('close', () => {
      if (this.#lines === null) return
      // Node 24 throws where a closed interface is paused or resumed.
      this.#lines = null
      reader.end()
    })
    // An input that breaks is an input that has ended.
    this.#input.on('error', () => lines.close())
    if (this.#held) lines.pause()
  }

  ask(): void {}

  show(text: string): boolean {
    // An output that broke never drains: nobody may wait for it.
    return !this.#output.writable || this.#output.write(`${text}\n`)
  }

  notice(text: string): void {
    this.#errorOutput.write(`${text}\n`)
  }

  hold(): void {
    this.#held = true
    this.#lines?.pause()
  }

  release(): void {
    this.#held = false
    this.#lines?.resume()
  }

  finish(): void {
    const lines = this.#lines
    this.#lines = null
    lines?.close()
    // A pipe that nobody closed would keep the process, paused or not. A file has no such thing.
    this.#input.unref?.()
  }
}
