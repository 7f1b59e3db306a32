/**
 * What was typed, as requests; and what is said of their answers. What depends on an answer that has not come yet waits
 * for it, and everything typed behind waits with it, so that the order stays. Leaving is the chat's.
 */

import { MAX_REQUEST_BYTES } from './answered-lines.js'
import type { OwnMessages } from './own-messages.js'
import { shownStatus } from './shown-status.js'
import { timeOfDay } from './time.js'
import { CHATROOM_COMMANDS, type Typed } from './typed-line.js'

/** C5. */
const MAX_CHARACTERS = 500

const NO_SUCH_USER = '400 CANNOT FIND USER'

/** What an answer that is no success means, for what was asked. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['say 300 NO HEADER FOUND', 'Not sent: the relay found nobody to send it to.'],
  ['say 400 MESSAGE FAILED', 'Not sent: the relay refused it.'],
  ['say 500 SERVER ERROR', 'Not sent: somebody whom you named is not here.'],
  ['edit 400 EDIT FAILED', 'Not changed: it is too old, or the text cannot be sent.'],
  ['block 400 CANNOT FIND USER', 'Nobody of that name is here.'],
  ['join 500 SERVER ERROR', 'You are there already, or that cannot be a room.'],
  ['rooms 500 SERVER ERROR', 'The relay has no rooms.'],
  ['unblock 400 CANNOT FIND USER', 'Nobody of that name is here or blocked.'],
])

export interface OutgoingSink {
  /** Sends one request. @param answered gets its status line */
  request(line: string, answered: (status: string) => void): void
  notice(words: string): void
  /** The relay did not do it. */
  refused(words: string): void
  /** From now on what is typed waits, or does so no longer. */
  waits(isWaiting: boolean): void
}

type Request = Exclude<Typed, { readonly kind: 'quit' }>

export class Outgoing {
  readonly #sink: OutgoingSink
  readonly #messages: OwnMessages
  /** What was typed and waits, the first for an answer and the others for the first. */
  readonly #waiting: { readonly typed: Request; readonly name: string }[] = []
  /** Whether a request is under way that may have to be asked in another way. */
  #isUnsure = false
  #isWaiting = false

  constructor(sink: OutgoingSink, messages: OwnMessages) {
    this.#sink = sink
    this.#messages = messages
    messages.settled = () => this.#goOn()
  }

  /** Whether something typed is still to be asked. */
  get isWaiting(): boolean {
    return this.#isWaiting
  }

  /** @param name one's own */
  take(typed: Request, name: string): void {
    if (this.#waiting.length === 0 && !this.#hasToWait(typed)) {
      this.#carryOut(typed, name, false)
      return
    }
    this.#waiting.push({ typed, name })
    this.#wait()
  }

  #wait(): void {
    this.#isWaiting = true
    this.#sink.waits(true)
  }

  #hasToWait(typed: Request): boolean {
    return this.#isUnsure || (typed.kind === 'edit' && this.#messages.isUnderWay(typed.number))
  }

  #goOn(): void {
    if (!this.#isWaiting) return
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#hasToWait(next.typed)) return
      this.#waiting.shift()
      this.#carryOut(next.typed, next.name, true)
    }
    if (this.#isUnsure) return
    this.#isWaiting = false
    this.#sink.waits(false)
  }

  /** @param hasWaited whether it was typed before all that was said had been answered */
  #carryOut(typed: Request, name: string, hasWaited: boolean): void {
    switch (typed.kind) {
      case 'say':
        this.#say(name, typed.header, typed.text)
        break
      case 'edit':
        this.#edit(typed.number, typed.text, hasWaited)
        break
      case 'status':
        this.#ask('status', `USERSTATUS ${typed.status}`, `You are ${shownStatus(typed.status)}.`)
        break
      case 'block':
        this.#askByName('block', typed.name, (whom) => `You hear nothing of ${whom} any more.`)
        break
      case 'unblock':
        this.#askByName('unblock', typed.name, (whom) => `You hear ${whom} again.`)
        break
      case 'rooms':
        this.#ask('rooms', 'ROOMS', '')
        break
      case 'join':
        this.#enter(typed.room)
        break
      case 'list':
        this.#ask('list', 'USERBOARD', '')
        break
      case 'help':
        for (const row of CHATROOM_COMMANDS.help) this.#sink.notice(row)
        break
      case 'mistake':
        this.#sink.notice(typed.words)
    }
  }

  /** C4–C6: with the time of day here. */
  #say(sender: string, header: string, text: string): void {
    if (this.#isTooLong('Not sent', text)) return
    const request = `SEND ${JSON.stringify({ sender, header, timestamp: timeOfDay(), message: text })}`
    if (!this.#fits(request)) return
    const sent = this.#messages.send()
    this.#ask('say', request, '', (status) => this.#messages.answered(sent, status.startsWith('200')))
  }

  #isTooLong(what: string, text: string): boolean {
    const characters = [...text].length
    if (characters <= MAX_CHARACTERS) return false
    this.#sink.notice(`${what}: it has ${characters} characters, and ${MAX_CHARACTERS} are the most.`)
    return true
  }

  /** What is left are names: no text is as long as a line. */
  #fits(request: string): boolean {
    const fits = Buffer.byteLength(request) <= MAX_REQUEST_BYTES
    if (!fits) this.#sink.notice(`Not sent: with its names it is longer than ${MAX_REQUEST_BYTES} bytes.`)
    return fits
  }

  /** C17. */
  #enter(room: string): void {
    if (this.#fits(`ENTER ${room}`)) this.#ask('join', `ENTER ${room}`, `You are in ${room} now.`)
  }

  /** C8. */
  #edit(number: number | null, message: string, hasWaited: boolean): void {
    if (hasWaited && number === null && this.#messages.last?.state === 'lost') {
      // Whoever typed it meant that one, and not the one before it.
      this.#sink.notice('Not changed: the relay has not taken the message before it.')
      return
    }
    const own = this.#messages.find(number)
    if (own === undefined) {
      const words =
        number === null ? 'You have said nothing yet.' : `There is no message #${number} of yours.`
      this.#sink.notice(words)
      return
    }
    if (this.#isTooLong('Not changed', message)) return
    const request = `EDIT ${JSON.stringify({ message_id: own.id, message })}`
    this.#ask('edit', request, `#${own.number} changed, ${timeOfDay()}`)
  }

  /**
   * People write an `@` before names, but it may be the beginning of one: the name as it is typed comes first, and the
   * one without its `@` where nobody has that.
   */
  #askByName(what: 'block' | 'unblock', name: string, done: (name: string) => string): void {
    const verb = what.toUpperCase()
    if (!this.#fits(`${verb} ${name}`)) return
    if (!name.startsWith('@')) {
      this.#ask(what, `${verb} ${name}`, done(name))
      return
    }
    this.#isUnsure = true
    this.#wait()
    this.#sink.request(`${verb} ${name}`, (status) => {
      this.#isUnsure = false
      if (status === NO_SUCH_USER) this.#askByName(what, name.slice(1), done)
      else this.#tell(what, status, done(name))
      this.#goOn()
    })
  }

  /**
   * @param done what to say when it was done; '' where what follows says it
   * @param answered gets the status line, when it was told
   */
  #ask(what: string, request: string, done: string, answered = (_status: string) => {}): void {
    this.#sink.request(request, (status) => {
      this.#tell(what, status, done)
      answered(status)
    })
  }

  #tell(what: string, status: string, done: string): void {
    if (!status.startsWith('200'))
      this.#sink.refused(REFUSALS.get(`${what} ${status}`) ?? `The relay says: ${status}`)
    else if (done !== '') this.#sink.notice(done)
  }
}
