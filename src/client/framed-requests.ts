/** What becomes of a line that was typed into the framed client: frames to the relay, or a remark to the person. */

import { isAscii } from './encode-frame.js'
import type { FramedClient } from './framed-client.js'
import { FramedClientError } from './framed-client-error.js'
import { Commands } from './typed-commands.js'
import { toAscii } from './typed-text.js'

export const FRAMED_COMMANDS = new Commands()

/** Where it goes. */
export interface FramedRequestSink {
  /** Whether a person reads the remarks; the log of a script is told only once what comes again and again. */
  readonly isPerson: boolean
  /** A line from the relay. */
  show(line: string): void
  notice(words: string): void
  /** What was sent piles up. */
  pilesUp(): void
}

export class FramedRequests {
  readonly #sink: FramedRequestSink
  #toldAboutAscii = false

  constructor(sink: FramedRequestSink) {
    this.#sink = sink
  }

  /** Carries out one line. @returns `false` when it asks to leave the relay */
  take(line: string, client: FramedClient): boolean {
    const typed = FRAMED_COMMANDS.read(line)
    switch (typed.kind) {
      case 'quit':
        return false
      case 'say':
        this.#send(typed.text, (text) => client.say(text))
        break
      case 'direct':
        this.#direct(client, typed.word, typed.text)
        break
      case 'list':
        void this.#list(client)
        break
      case 'help':
        for (const row of FRAMED_COMMANDS.help) this.#sink.notice(row)
        break
      case 'mistake':
        this.#sink.notice(typed.words)
    }
    return true
  }

  #direct(client: FramedClient, name: string, text: string): void {
    if (isAscii(name)) this.#send(text, (ascii) => client.direct(name, ascii))
    else this.#sink.notice(`Not sent: nobody can be called ${name}, names are ASCII.`)
  }

  /** F8. */
  async #list(client: FramedClient): Promise<void> {
    try {
      this.#sink.show(`On the relay: ${(await client.list()).join(', ')}`)
    } catch (error) {
      this.#failed('Not listed', error)
    }
  }

  /** M2. */
  #send(typed: string, send: (text: string) => boolean): void {
    const text = toAscii(typed)
    if (!isAscii(typed)) this.#tellAboutAscii(typed, text)
    if (text.trim() === '') return
    try {
      if (!send(text)) this.#sink.pilesUp()
    } catch (error) {
      this.#failed('Not sent', error)
    }
  }

  #failed(what: string, error: unknown): void {
    if (!(error instanceof FramedClientError)) throw error
    // Without a connection its end is about to be told.
    if (error.code !== 'closed') this.#sink.notice(`${what}: ${error.message}.`)
  }

  /** A person sees what others read each time. */
  #tellAboutAscii(typed: string, text: string): void {
    if (text.trim() === '') this.#sink.notice('Not sent: nothing in that line can be written in ASCII.')
    else if (this.#sink.isPerson) this.#sink.notice(`sent in ASCII: ${text}`)
    else if (!this.#toldAboutAscii) {
      this.#toldAboutAscii = true
      this.#sink.notice(`The relay takes ASCII: "${typed}" was sent as "${text}", and so on.`)
    }
  }
}
