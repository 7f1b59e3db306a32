/**
 * A sendto server with one client on it, which is under development: it answers as the page says, Amy and Zed are
 * there to talk to, and it takes note of every rule that the client keeps or breaks. Some of its messages come glued
 * and some cut in two: a client that expects otherwise shows it.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { serveLines } from './strict-lines.js'
import {
  FAILURE,
  LIST,
  LOGIN,
  LOGOUT,
  MALFORMED,
  MAX_NAME,
  type Message,
  message,
  OK,
  parsed,
  RESPONSE,
  SENDTO,
  shown,
  sorted,
  TYPE_NAMES,
  wholeMessage,
} from './wire.js'

const OTHERS: readonly string[] = ['Amy', 'Zed']

/** S8: the first byte says which mode it is. */
export async function serveStrictly(peer: RawPeer, verdicts: Verdicts): Promise<void> {
  await peer.until(() => peer.received.length > 0, 'a message or a line')
  const first = peer.received[0] as number
  if (first >= 0x20 && first <= 0x7e) await serveLines(peer, verdicts, OTHERS)
  else await new StrictServer(peer, verdicts).serve()
}

const NAME = /^[\x21-\x7e]{1,20}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\ufffd]/
/** Between the halves of a message that is cut in two. */
const GAP_MS = 20

class StrictServer {
  readonly #peer: RawPeer
  readonly #verdicts: Verdicts
  #name: string | null = null

  constructor(peer: RawPeer, verdicts: Verdicts) {
    this.#peer = peer
    this.#verdicts = verdicts
  }

  async serve(): Promise<void> {
    const peer = this.#peer
    for (;;) {
      await peer.until(() => peer.received.length > 0 || peer.ended, 'a message').catch(() => {})
      if (peer.received.length === 0) return
      const ready = () => wholeMessage(peer.received) > 0
      await peer.until(ready, 'the rest of a message').catch(() => {})
      if (!ready()) {
        const what = shownBytes(peer.received)
        this.#verdicts.broken('S6', `ended the connection in the middle of a message: ${what}`)
        return
      }
      await this.#answer(parsed(await peer.take(wholeMessage(peer.received))))
    }
  }

  async #answer(sent: Message): Promise<void> {
    const { type, name, text } = sent
    const what = TYPE_NAMES[type]
    if (type === RESPONSE) this.#malformed('S1', 'answered a message, which clients never do')
    else if (what === undefined) this.#malformed('S6', `sent ${shown(sent)}`)
    else if (name.length > MAX_NAME) this.#malformed('S6', `sent ${what} with a name of ${name.length} bytes`)
    else if (type === LOGIN) await this.#login(nameIn(name), text)
    else if (type === SENDTO) this.#sendto(nameIn(name), text)
    else await this.#plain(type, name.length + text.length)
  }

  /** S2. */
  async #login(name: string, text: Buffer): Promise<void> {
    if (text.length > 0) this.#verdicts.broken('S2', `sent LOGIN with a text: ${shownBytes(text)}`)
    const shownName = shownBytes(Buffer.from(name, 'latin1'))
    if (!NAME.test(name)) {
      this.#malformed('S2', `asked for what cannot be a name: ${shownName}`)
    } else if (this.#name !== null) {
      this.#verdicts.kept('S2', `asked for a name, being ${this.#name} already`)
      this.#respond(FAILURE)
    } else if (OTHERS.includes(name)) {
      this.#verdicts.kept('S2', `asked for a name that is taken: ${shownName}`)
      this.#respond(FAILURE)
    } else {
      this.#verdicts.kept('S2', `asked for a name: ${shownName}`)
      this.#name = name
      this.#respond(OK)
      await this.#sendCut(message(SENDTO, 'Amy', `Hello ${name} 👋`))
    }
  }

  /** S3, S5: neither has a name or a text. */
  async #plain(type: number, extraBytes: number): Promise<void> {
    const [rule, what] = type === LIST ? (['S3', 'LIST'] as const) : (['S5', 'LOGOUT'] as const)
    if (extraBytes > 0) this.#verdicts.broken(rule, `sent ${what} with a name or a text`)
    if (type === LOGOUT) {
      this.#verdicts.kept('S5', this.#name === null ? 'logged out, not being logged in' : 'logged out')
      this.#respond(this.#name === null ? FAILURE : OK)
      this.#name = null
      return
    }
    this.#verdicts.kept('S3', 'asked who is here')
    const names = sorted(this.#name === null ? OTHERS : [...OTHERS, this.#name])
    // In two messages, as a long list is.
    const first = message(LIST, '', `${names[0]}\n`)
    await this.#sendCut(Buffer.concat([first, message(LIST, '', names.slice(1).join('\n'))]))
  }

  /** S4. */
  #sendto(to: string, bytes: Buffer): void {
    const text = bytes.toString('utf8').replace(/[\r\n\0]+$/, '')
    if (text === '' || CONTROL.test(text)) {
      this.#malformed('S4', `sent SENDTO with what cannot be a text: ${shownBytes(bytes)}`)
    } else if (this.#name === null) {
      this.#verdicts.kept('S4', 'sent a word without being logged in')
      this.#respond(FAILURE)
    } else if (to === this.#name) {
      this.#verdicts.kept('S4', 'sent a word to itself')
      this.#peer.write(Buffer.concat([message(SENDTO, to, text), response(OK)]))
    } else if (OTHERS.includes(to)) {
      this.#verdicts.kept('S4', `sent a word to ${to}`)
      this.#peer.write(Buffer.concat([response(OK), message(SENDTO, to, `Just between us, ${this.#name}`)]))
    } else {
      this.#verdicts.kept('S4', 'sent a word to somebody who is not here')
      this.#respond(FAILURE)
    }
  }

  #malformed(rule: string, what: string): void {
    this.#verdicts.broken(rule, what)
    this.#respond(MALFORMED)
  }

  #respond(status: number): void {
    this.#peer.write(response(status))
  }

  /** In two pieces. */
  async #sendCut(bytes: Buffer): Promise<void> {
    this.#peer.write(bytes.subarray(0, 3))
    await delay(GAP_MS)
    this.#peer.write(bytes.subarray(3))
  }
}

function response(status: number): Buffer {
  return message(RESPONSE, '', Buffer.of(status))
}

/** One character a byte, without padding (M3). */
function nameIn(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\r\n\0]+$/, '')
}
