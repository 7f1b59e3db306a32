/** What was typed, as requests; and what is said of their answers. Leaving is the chat's. */

import type { OwnMessages } from './own-messages.js'
import { shownStatus } from './shown-status.js'
import { timeOfDay } from './time.js'
import { COMMANDS, type Typed } from './typed-line.js'

/** C5. */
const MAX_CHARACTERS = 500

/** What an answer that is no success means, for what was asked. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['say 300 NO HEADER FOUND', 'Not sent: the relay found nobody to send it to.'],
  ['say 400 MESSAGE FAILED', 'Not sent: the relay refused it.'],
  ['say 500 SERVER ERROR', 'Not sent: somebody whom you named is not here.'],
  ['edit 400 EDIT FAILED', 'Not changed: it is too old, or the text cannot be sent.'],
  ['block 400 CANNOT FIND USER', 'Nobody of that name is here.'],
  ['unblock 400 CANNOT FIND USER', 'Nobody of that name is here or blocked.'],
])

export interface OutgoingSink {
  /** Sends one request. @param answered gets its status line */
  request(line: string, answered: (status: string) => void): void
  notice(words: string): void
  /** The relay did not do it. */
  refused(words: string): void
}

export class Outgoing {
  readonly #sink: OutgoingSink
  readonly #messages: OwnMessages

  constructor(sink: OutgoingSink, messages: OwnMessages) {
    this.#sink = sink
    this.#messages = messages
  }

  /** @param name one's own */
  take(typed: Exclude<Typed, { kind: 'leave' }>, name: string): void {
    switch (typed.kind) {
      case 'say':
        this.#say(name, typed.header, typed.text)
        break
      case 'edit':
        this.#edit(typed.number, typed.text)
        break
      case 'status':
        this.#ask('status', `USERSTATUS ${typed.status}`, `You are ${shownStatus(typed.status)}.`)
        break
      case 'block':
        this.#ask('block', `BLOCK ${typed.name}`, `You hear nothing of ${typed.name} any more.`)
        break
      case 'unblock':
        this.#ask('unblock', `UNBLOCK ${typed.name}`, `You hear ${typed.name} again.`)
        break
      case 'who':
        this.#ask('who', 'USERBOARD', '')
        break
      case 'help':
        for (const [what, meaning] of COMMANDS) this.#sink.notice(`${what}: ${meaning}`)
        break
      case 'wrong':
        this.#sink.notice(typed.words)
    }
  }

  /** C4–C6: with the time of day here. */
  #say(sender: string, header: string, text: string): void {
    const characters = [...text].length
    if (characters > MAX_CHARACTERS) {
      this.#sink.notice(`Not sent: it has ${characters} characters, and ${MAX_CHARACTERS} are the most.`)
      return
    }
    const fields = { sender, header, timestamp: timeOfDay(), message: text }
    this.#ask('say', `SEND ${JSON.stringify(fields)}`, '')
  }

  /** C8. */
  #edit(number: number | null, message: string): void {
    const own = this.#messages.find(number)
    if (own === undefined) {
      const words =
        number === null ? 'You have said nothing yet.' : `There is no message #${number} of yours.`
      this.#sink.notice(words)
      return
    }
    const request = `EDIT ${JSON.stringify({ message_id: own.id, message })}`
    this.#ask('edit', request, `#${own.number} changed, ${timeOfDay()}`)
  }

  /** @param done what to say when it was done; '' where what follows says it */
  #ask(what: string, request: string, done: string): void {
    this.#sink.request(request, (status) => {
      if (!status.startsWith('200'))
        this.#sink.refused(REFUSALS.get(`${what} ${status}`) ?? `The relay says: ${status}`)
      else if (done !== '') this.#sink.notice(done)
    })
  }
}
