/**
 * What is read aloud: one text at a time for a live region, which is never flooded. What comes while the last text may still be
 * spoken is gathered; few are told one by one, many as their number.
 *
 *   quiet --say--> speaking (the text stands) --PAUSE_MS--> what was gathered, or quiet
 */

/** How long a text has for itself. */
const PAUSE_MS = 2_000
/** More than so many gathered messages are told as a number. */
const MOST_AT_ONCE = 3

export class Announcer {
  /** What stands in the live region. */
  text = ''
  readonly #changed: () => void
  readonly #later: (callback: () => void, delayMs: number) => void
  #speaking = false
  /** The first few, and how many there are. */
  #gathered: string[] = []
  #count = 0

  constructor(changed: () => void, later: (callback: () => void, delayMs: number) => void) {
    this.#changed = changed
    this.#later = later
  }

  say(text: string): void {
    this.#count++
    if (this.#count <= MOST_AT_ONCE) this.#gathered.push(text)
    if (!this.#speaking) this.#speak()
  }

  #speak(): void {
    this.#speaking = this.#count > 0
    this.text = this.#count > MOST_AT_ONCE ? `${this.#count} new messages` : this.#gathered.join('\n')
    this.#gathered = []
    this.#count = 0
    this.#changed()
    if (this.#speaking) this.#later(() => this.#speak(), PAUSE_MS)
  }
}
