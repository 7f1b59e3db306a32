/** Lines to stdout, no faster than they are taken, until whoever reads them has gone (`| head`): then there is nothing more to do. */

export class LinesOut {
  /** Nobody reads any more. */
  isGone = false
  readonly #stream: NodeJS.WriteStream
  #goOn: () => void = () => {}

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    stream.on('drain', () => this.#goOn())
    stream.on('error', () => {
      this.isGone = true
      this.#goOn()
    })
  }

  /** Resolves when more may come. */
  async write(lines: readonly string[]): Promise<void> {
    if (this.isGone || this.#stream.write(`${lines.join('\n')}\n`)) return
    await new Promise<void>((resolve) => {
      this.#goOn = resolve
    })
  }
}
