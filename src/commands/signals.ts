/** The signals that a relay listens to, from the first moment to the last: none of them ends the process by itself. */

export class Signals {
  /** The first that asks for the end. Any further one changes nothing. */
  readonly ended: Promise<NodeJS.Signals>
  /** Whether one has. */
  hasEnded = false
  #hungUp = false
  #onHangup: (() => void) | null = null

  constructor() {
    this.ended = new Promise((resolve) => {
      const end = (signal: NodeJS.Signals) => {
        this.hasEnded = true
        resolve(signal)
      }
      process.on('SIGTERM', end).on('SIGINT', end)
    })
    process.on('SIGHUP', () => {
      if (this.#onHangup === null) this.#hungUp = true
      else this.#onHangup()
    })
  }

  /** From now on SIGHUP is `act`; one that came before is made up for. */
  onHangup(act: () => void): void {
    this.#onHangup = act
    if (this.#hungUp) act()
  }
}
