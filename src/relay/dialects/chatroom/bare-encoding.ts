/**
 * `push=bare`, for clients in the wild that take every line from the relay for a message, or drop it as an unknown verb.
 * Rules C14–C16: messages are the JSON line alone, and what matters to people comes as one.
 */

import type { Slice } from '../../fanout/chunk.js'
import type { EditedEvent } from '../../hub/events.js'
import type { Board } from '../../hub/session.js'
import { ANSWERS } from './answers.js'
import { blockedWords, boardObject, ChatroomEncoding, type Said } from './encoding.js'

export class BareEncoding extends ChatroomEncoding {
  override readonly looseHeaders = true
  /** C15: they understand no other refusal of a SEND. */
  override readonly noHeader: Slice = ANSWERS.messageFailed
  /** C14: they compare for it. */
  protected override readonly everyone = '@all'

  /** C15: one line. */
  override board(board: Board): Buffer {
    return Buffer.from(`200 BOARD ${boardObject(board)}\n`)
  }

  /** C16. */
  override blocked(blocker: string, name: string, at: number): string {
    return this.#line(blocker, `@${name}`, this.timeOfDay.at(at), blockedWords(blocker))
  }

  /** C14. */
  protected override message(said: Said, header: string): string {
    return this.#line(said.name, header, this.saidAt(said), said.text)
  }

  /** C16. */
  protected override edited({ name, text, to, at }: EditedEvent): string {
    const header = to === undefined ? this.everyone : `@${to}`
    return this.#line(name, header, this.timeOfDay.at(at), `(edited) ${text}`)
  }

  /** C16. */
  protected override receipt(): string {
    return ''
  }

  /** C16. */
  protected override status(): string {
    return ''
  }

  /** C14: exactly these four keys, because these clients fail on any other. */
  #line(sender: string, header: string, timestamp: string, message: string): string {
    return `${JSON.stringify({ sender, header, timestamp, message })}\n`
  }
}
