/**
 * The header that all deliveries of a load have in a protocol with decimal sizes: the text's size never
 * changes, so the header is known, and reading its digits a million times a second is not necessary.
 */

export class KnownHeader {
  readonly bytes: number
  readonly #header: Uint8Array
  readonly #first: number
  readonly #sizeAt: number

  /**
   * @param header what comes before the text, in ASCII
   * @param sizeBytes how much of its end says the text's size: all units that agree in it are equally long
   */
  constructor(header: string, sizeBytes: number) {
    this.#header = Buffer.from(header, 'latin1')
    this.bytes = this.#header.length
    this.#first = this.#header[0] as number
    this.#sizeAt = this.bytes - sizeBytes
  }

  /** Whether a unit with this header's first byte and size begins at `bytes[at]`; `end` is where bytes end. */
  isAt(bytes: Uint8Array, at: number, end: number): boolean {
    if (bytes[at] !== this.#first || end - at < this.bytes) return false
    const header = this.#header
    for (let index = this.bytes - 1; index >= this.#sizeAt; index--) {
      if (bytes[at + index] !== header[index]) return false
    }
    return true
  }
}
