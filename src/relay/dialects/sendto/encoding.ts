/**
 * Hub events as a sendto client gets them: what somebody says to it alone, and nothing of what goes on in rooms,
 * because it is in none (R1). One object for each mode, shared by all connections.
 */

import type { Encoding } from '../../fanout/encoding.js'
import type { PrivateEvent } from '../../hub/events.js'
import { sendtoOf, shortName } from './encoder.js'

/** Bytes of one thing that `sender` said to the receiver. */
type EncodeWords = (sender: string, text: string) => Buffer

export class SendtoEncoding implements Encoding {
  readonly #words: EncodeWords

  constructor(words: EncodeWords) {
    this.#words = words
  }

  encode(): void {}

  /** S7. */
  encodePrivate(event: PrivateEvent): Buffer | null {
    switch (event.kind) {
      case 'direct':
        return this.#words(event.name, event.text)
      case 'edited':
        return this.#words(event.name, `(edited) ${event.text}`)
      case 'blocked':
        return this.#words(event.name, `${event.name} has blocked you`)
      default:
        return null
    }
  }

  /** Only events of rooms are ever dropped. */
  encodeMissed(): Buffer {
    return Buffer.alloc(0)
  }

  tellsActor(): boolean {
    return false
  }
}

export const SENDTO_ENCODINGS = {
  messages: new SendtoEncoding(sendtoOf),
  /** S8. */
  lines: new SendtoEncoding((sender, text) => Buffer.from(`${shortName(sender)}: ${text}\n`)),
} as const
