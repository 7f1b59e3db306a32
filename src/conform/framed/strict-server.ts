/**
 * A framed server with one client on it, which is under development: it answers as the page says, Amy and Zed are
 * there to talk to, and it takes note of every rule that the client keeps or breaks. Some of its frames come glued
 * and some cut in two (F14): a client that expects otherwise shows it.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { joining } from './party.js'
import {
  ACCEPTED,
  COMMAND_NAMES,
  DIRECT,
  ERROR,
  frame,
  INVALID,
  JOIN,
  LEAVE,
  LIST,
  MAX_PAYLOAD,
  MESSAGE,
  parsed,
  TAKEN,
  wholeFrame,
} from './wire.js'

/** @param deadlineMs for a name, and for a frame to be complete (F15) */
export function serveStrictly(peer: RawPeer, verdicts: Verdicts, deadlineMs = DEADLINE_MS): Promise<void> {
  return new StrictServer(peer, verdicts, deadlineMs).serve()
}

const OTHERS = ['Amy', 'Zed']
/** F15. */
const DEADLINE_MS = 10_000
const MAX_LOGIN_FRAME = 1024
/** Between the halves of a frame that is cut in two. */
const GAP_MS = 20

const NAME = /^[\x21-\x7e]{1,32}$/
const TEXT = /^[\t\x20-\x7e]*$/

class StrictServer {
  readonly #peer: RawPeer
  readonly #verdicts: Verdicts
  readonly #deadlineMs: number
  #name: string | null = null

  constructor(peer: RawPeer, verdicts: Verdicts, deadlineMs: number) {
    this.#peer = peer
    this.#verdicts = verdicts
    this.#deadlineMs = deadlineMs
  }

  async serve(): Promise<void> {
    this.#send(MESSAGE, 'Commands: 0 JOIN name, 1 LEAVE, 2 MESSAGE text, 3 LIST, 4 DIRECT name text.')
    const loginEnd = performance.now() + this.#deadlineMs
    for (;;) {
      const bytes = await this.#frame(loginEnd)
      if (bytes === null) return
      const { command, text } = parsed(bytes)
      if (command === LEAVE) {
        await this.#left()
        return
      }
      // M3: padding at the end is nothing to blame anybody for.
      await this.#answer(command, text.replace(/[\r\n\0]+$/, ''))
    }
  }

  /** The next frame; null when the connection is over, by the client's doing or by ours. */
  async #frame(loginEnd: number): Promise<Buffer | null> {
    const peer = this.#peer
    const left = loginEnd - performance.now()
    const begun = () => peer.received.length > 0
    if (!(await came(peer, begun, this.#name === null ? left : undefined))) {
      if (!peer.ended) this.#sendAway('F15', 'asked for no name within 10 s', 'no name was accepted in time')
      return null
    }
    const ready = () => wholeFrame(peer.received) > 0 || this.#tooLong()
    if (!(await came(peer, ready, this.#deadlineMs))) {
      const what = shownBytes(peer.received)
      if (peer.ended) this.#verdicts.broken('F15', `ended the connection in the middle of a frame: ${what}`)
      else
        this.#sendAway(
          'F15',
          `began a frame and did not complete it within 10 s: ${what}`,
          'a frame took too long',
        )
      return null
    }
    if (this.#tooLong()) {
      this.#sendAway(
        'F15',
        'sent a frame of more than 1 KiB before JOIN was accepted',
        'a frame was too long',
      )
      return null
    }
    return peer.take(wholeFrame(peer.received))
  }

  #tooLong(): boolean {
    const { received } = this.#peer
    return this.#name === null && received.length >= 3 && received.readUInt16BE(1) + 3 > MAX_LOGIN_FRAME
  }

  async #answer(command: number, text: string): Promise<void> {
    const what = COMMAND_NAMES[command]
    if (what === undefined || command === ERROR) {
      this.#complain('F11', `sent command ${command}`, `Unsupported command ${command}`)
    } else if (command === JOIN) {
      await this.#join(text)
    } else if (this.#name === null) {
      this.#complain('F12', `sent ${what} before JOIN was accepted`, 'Join first')
    } else if (command === LIST) {
      await this.#list(this.#name)
    } else if (!TEXT.test(text)) {
      const shown = shownBytes(Buffer.from(text, 'latin1'))
      this.#complain(
        'F7',
        `sent ${what} with bytes that are not ASCII text: ${shown}`,
        'Only printable ASCII is allowed',
      )
    } else if (command === MESSAGE) {
      this.#message(this.#name, text)
    } else {
      this.#direct(this.#name, text)
    }
  }

  /** F2, F12. */
  async #join(name: string): Promise<void> {
    if (this.#name !== null) {
      this.#complain('F12', `asked for a name again, being ${this.#name}`, `Already joined as ${this.#name}`)
      return
    }
    const shown = shownBytes(Buffer.from(name, 'latin1'))
    if (!NAME.test(name)) {
      this.#verdicts.broken('F2', `asked for what cannot be a name: ${shown}`)
      this.#sendStatus(INVALID)
    } else if (OTHERS.includes(name)) {
      this.#verdicts.kept('F2', `asked for a name that is taken: ${shown}`)
      this.#sendStatus(TAKEN)
    } else {
      this.#verdicts.kept('F2', `asked for a name: ${shown}`)
      this.#name = name
      this.#sendStatus(ACCEPTED)
      this.#send(MESSAGE, joining(name))
      await this.#sendCut(MESSAGE, `[Amy] Hello ${name}`)
    }
  }

  /** F8. */
  async #list(name: string): Promise<void> {
    this.#verdicts.kept('F8', 'asked who is here')
    await this.#sendCut(LIST, [...OTHERS, name].sort((a, b) => (a < b ? -1 : 1)).join(' '))
  }

  /** F4–F6. */
  #message(name: string, text: string): void {
    const most = MAX_PAYLOAD - name.length - '[] '.length
    if (text.length > most) {
      this.#complain('F6', `sent a text of ${text.length} bytes`, `Message too long: at most ${most} bytes`)
    } else if (text === '') {
      this.#verdicts.kept('F5', 'sent an empty MESSAGE, which says nothing')
    } else {
      this.#verdicts.kept('F4', 'said something')
      this.#peer.write(Buffer.concat([frame(MESSAGE, '[Amy] I hear you'), frame(MESSAGE, '[Zed] So do I')]))
    }
  }

  /** F9. */
  #direct(name: string, text: string): void {
    const space = text.indexOf(' ')
    const written = text.slice(0, Math.max(space, 0))
    // Their own name may begin with an @; nobody else's here does.
    const to = written === name ? written : written.replace(/^@/, '')
    const words = text.slice(space + 1)
    if (to === '' || words === '') {
      this.#complain(
        'F9',
        'sent DIRECT without a name or without a text',
        'A direct message is a name and a text',
      )
    } else if (to === name) {
      this.#verdicts.kept('F9', 'sent a word to itself')
      this.#send(DIRECT, `[${name}] ${words.slice(0, MAX_PAYLOAD - name.length - 3)}`)
    } else if (OTHERS.includes(to)) {
      this.#verdicts.kept('F9', `sent a word to ${to} alone`)
      this.#send(DIRECT, `[${to}] Just between us, ${name}`)
    } else {
      this.#verdicts.kept('F9', 'sent a word to somebody who is not here')
      this.#send(ERROR, `No such user: ${to.slice(0, 100)}`)
    }
  }

  /** F10: nothing follows LEAVE. */
  async #left(): Promise<void> {
    this.#verdicts.kept('F10', 'left with LEAVE')
    this.#peer.end()
    await this.#peer.closed('', this.#deadlineMs).catch(() => {})
    const { received } = this.#peer
    if (received.length > 0) this.#verdicts.broken('F10', `sent more after LEAVE: ${shownBytes(received)}`)
  }

  #complain(rule: string, what: string, words: string): void {
    this.#verdicts.broken(rule, what)
    this.#send(ERROR, words)
  }

  /** F15, F17. */
  #sendAway(rule: string, what: string, reason: string): void {
    this.#complain(rule, what, `Closing: ${reason}`)
    this.#send(LEAVE, reason)
  }

  #sendStatus(status: number): void {
    this.#peer.write(Buffer.of(JOIN, 0, 1, status))
  }

  #send(command: number, text: string): void {
    this.#peer.write(frame(command, text))
  }

  /** In two pieces (F14). */
  async #sendCut(command: number, text: string): Promise<void> {
    const bytes = frame(command, text)
    this.#peer.write(bytes.subarray(0, 2))
    await delay(GAP_MS)
    this.#peer.write(bytes.subarray(2))
  }
}

/** Whether it came to that before the connection ended, and in time where there is a time. */
function came(peer: RawPeer, condition: () => boolean, withinMs?: number): Promise<boolean> {
  return peer.until(condition, '', withinMs).then(
    () => true,
    () => false,
  )
}
