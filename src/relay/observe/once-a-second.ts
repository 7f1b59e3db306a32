/** Says something that may happen very often at most once a second, with how often it was. */

const SECOND_MS = 1000

export class OnceASecond<What> {
  readonly #say: (latest: What, count: number) => void
  #latest: What | null = null
  #count = 0
  #timer: NodeJS.Timeout | null = null

  /** @param say called with the latest, and how many there were since the last call */
  constructor(say: (latest: What, count: number) => void) {
    this.#say = say
  }

  happened(what: What): void {
    this.#latest = what
    this.#count++
    if (this.#timer !== null) return
    this.#tell()
    this.#timer = setTimeout(this.#next, SECOND_MS).unref()
  }

  readonly #next = (): void => {
    this.#timer = null
    if (this.#count === 0) return
    this.#tell()
    this.#timer = setTimeout(this.#next, SECOND_MS).unref()
  }

  #tell(): void {
    this.#say(this.#latest as What, this.#count)
    this.#latest = null
    this.#count = 0
  }
}
