/**
 * What was said here lately: one's own messages by number, for edits and receipts, and other people's by id, for edits
 * of theirs. Bounded; the oldest are forgotten. The relay says only afterwards under which id it knows a message of
 * ours, so some are on their way.
 *
 *   sent --200 SENT--> taken --SENT with the id--> numbered
 *     |                  +--- no SENT in time ---> lost
 *     +--another status--------------------------> lost
 */

const MOST = 1000
/** SENT follows its status line directly. A server that does not send any is not waited for. */
const SENT_MS = 2_000

/** One of our own, that the relay has taken. */
export interface OwnMessage {
  readonly number: number
  readonly id: string
}

/** One of our own, from when it was sent. */
export interface SentMessage {
  state: 'sent' | 'taken' | 'numbered' | 'lost'
  timer: NodeJS.Timeout | null
}

export class OwnMessages {
  /** Called when a message is numbered or lost. */
  settled: () => void = () => {}
  readonly #own: OwnMessage[] = []
  #count = 0
  readonly #texts = new Map<string, string>()
  /** Neither numbered nor lost, oldest first. */
  readonly #underWay: SentMessage[] = []
  #last: SentMessage | null = null

  /** The last message, whatever has become of it; `null` before the first. */
  get last(): SentMessage | null {
    return this.#last
  }

  /** A message is on its way to the relay. */
  send(): SentMessage {
    const message: SentMessage = { state: 'sent', timer: null }
    this.#last = message
    this.#underWay.push(message)
    return message
  }

  /** Its status line came. @param isTaken whether the id is to follow */
  answered(message: SentMessage, isTaken: boolean): void {
    if (!isTaken) {
      this.#settle(message, 'lost')
      return
    }
    message.state = 'taken'
    message.timer = setTimeout(() => this.#settle(message, 'lost'), SENT_MS)
    message.timer.unref()
  }

  /** The relay gives the oldest message that it has taken an id. @returns it, with its number */
  add(id: string): OwnMessage {
    const message = { number: ++this.#count, id }
    this.#own.push(message)
    if (this.#own.length > MOST) this.#own.shift()
    const taken = this.#underWay.find(({ state }) => state === 'taken')
    if (taken !== undefined) this.#settle(taken, 'numbered')
    return message
  }

  /** @param number `null` for the last one */
  find(number: number | null): OwnMessage | undefined {
    return number === null ? this.#own.at(-1) : this.#own.find((message) => message.number === number)
  }

  /** Whether what that is can be told only when the relay has said more. @param number as for `find` */
  isUnderWay(number: number | null): boolean {
    if (this.#underWay.length === 0) return false
    return number === null ? this.#underWay.at(-1) === this.#last : this.find(number) === undefined
  }

  withId(id: string): OwnMessage | undefined {
    return this.#own.findLast((message) => message.id === id)
  }

  /** What somebody else's message says from now on. @returns what it said before */
  said(id: string, text: string): string | undefined {
    const before = this.#texts.get(id)
    this.#texts.delete(id)
    this.#texts.set(id, text)
    if (this.#texts.size > MOST) this.#texts.delete(this.#texts.keys().next().value as string)
    return before
  }

  #settle(message: SentMessage, state: 'numbered' | 'lost'): void {
    if (message.timer !== null) clearTimeout(message.timer)
    message.state = state
    const at = this.#underWay.indexOf(message)
    if (at >= 0) this.#underWay.splice(at, 1)
    this.settled()
  }
}
