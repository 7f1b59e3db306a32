/** Waits that end at once when whoever waits is to stop. */

export class Waits {
  /** What ends each of them. */
  readonly #ends = new Set<() => void>()

  /** Resolves after so many milliseconds, or when all are ended. */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#ends.delete(end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      this.#ends.add(end)
    })
  }

  endAll(): void {
    for (const end of this.#ends) end()
  }
}
