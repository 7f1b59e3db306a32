/**
 * Hands readline what a terminal sends one character at a time. Readline on Node 20 takes several that come at
 * once for a paste, and then appends them wherever the cursor is and loses count of the rows: a paste, or fast
 * typing over a slow link, would break the line being typed.
 */

import { Transform, type TransformCallback } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

export class SingleKeys extends Transform {
  readonly isTTY = true
  readonly #terminal: NodeJS.ReadStream
  readonly #decoder = new StringDecoder('utf8')

  constructor(terminal: NodeJS.ReadStream) {
    // Objects, because a stream of bytes may join its chunks again.
    super({ readableObjectMode: true })
    this.#terminal = terminal
    terminal.pipe(this)
  }

  /** Readline asks its input for raw mode; only the terminal has one. */
  setRawMode(raw: boolean): this {
    this.#terminal.setRawMode?.(raw)
    return this
  }

  get isRaw(): boolean {
    return this.#terminal.isRaw === true
  }

  /** Lets go of the terminal, which is paused and no reason for the process to stay. */
  release(): void {
    this.#terminal.unpipe(this)
    this.#terminal.pause()
    this.#terminal.unref?.()
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (const character of this.#decoder.write(chunk)) this.push(character)
    done()
  }
}
