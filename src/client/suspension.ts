/**
 * Ctrl-Z in a program that has the keys of its terminal to itself: gives the terminal back, stops the whole job as the
 * terminal would have done it, and takes the terminal again when the job goes on. Also where others stop and wake it.
 */

export class Suspension {
  readonly #give: () => void
  readonly #take: () => void
  #isOver = false

  /** Takes SIGTSTP and SIGCONT until `release`. @param take may be called for a terminal that was not given back */
  constructor(give: () => void, take: () => void) {
    this.#give = give
    this.#take = take
    process.on('SIGTSTP', this.stop).on('SIGCONT', this.#take)
  }

  readonly stop = () => {
    this.#give()
    process.off('SIGTSTP', this.stop)
    // Where nobody could wake the job again the system ignores that.
    process.kill(0, 'SIGTSTP')
    setImmediate(() => {
      if (this.#isOver) return
      process.on('SIGTSTP', this.stop)
      this.#take()
    })
  }

  release(): void {
    this.#isOver = true
    process.off('SIGTSTP', this.stop).off('SIGCONT', this.#take)
  }
}
