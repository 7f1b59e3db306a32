/** Hub events as frames. One object for each style, shared by all listeners that use it, so that they share lanes. */

import type { Batch } from '../../fanout/batch.js'
import type { Encoding } from '../../fanout/encoding.js'
import { writeAscii, writeHeader, writeTextFrame } from '../../frame/encoder.js'
import { HEADER_BYTES, MAX_PAYLOAD_BYTES } from '../../frame/layout.js'
import type { PrivateEvent, RoomEvent } from '../../hub/events.js'
import { toAscii } from '../ascii.js'
import { people } from '../words.js'
import { COMMAND } from './commands.js'

/** What stands around a name in front of what they said. */
interface Style {
  readonly before: string
  readonly after: string
}

const EDITED = '(edited) '

/** F6: the longest text that fits one frame behind `[name] `, in either style. */
export function maxTextBytes(name: string): number {
  return MAX_PAYLOAD_BYTES - name.length - '[] '.length
}

export class FramedEncoding implements Encoding {
  readonly #style: Style

  constructor(style: Style) {
    this.#style = style
  }

  encode(event: RoomEvent, batch: Batch): void {
    switch (event.kind) {
      case 'message':
        for (const text of this.#fitting(event.name, event.text)) {
          this.#append(batch, COMMAND.MESSAGE, this.#prefix(event.name), text)
        }
        break
      case 'edited':
        for (const text of this.#fitting(event.name, EDITED + event.text)) {
          this.#append(batch, COMMAND.MESSAGE, this.#prefix(event.name), text)
        }
        break
      case 'renamed':
        this.#append(batch, COMMAND.MESSAGE, `**${event.formerName} is now known as ${event.name}**`, '')
        break
      case 'joined':
        this.#append(batch, COMMAND.MESSAGE, `**${event.name} is joining the chat**`, '')
        break
      case 'left':
        this.#append(batch, COMMAND.MESSAGE, `**${event.name} is leaving the chat**`, '')
        break
      case 'crowd':
        if (event.joined > 0)
          this.#append(
            batch,
            COMMAND.MESSAGE,
            `**${people(event.joined, ' is', ' are')} joining the chat**`,
            '',
          )
        if (event.left > 0)
          this.#append(
            batch,
            COMMAND.MESSAGE,
            `**${people(event.left, ' is', ' are')} leaving the chat**`,
            '',
          )
        break
    }
  }

  encodePrivate(event: PrivateEvent): Buffer | null {
    switch (event.kind) {
      case 'direct':
        return this.#direct(event.name, event.text)
      case 'edited':
        return this.#direct(event.name, EDITED + event.text)
      case 'blocked':
        return frameOf(COMMAND.MESSAGE, `**${event.name} has blocked you**`)
      default:
        return null
    }
  }

  /** F16. */
  encodeMissed(events: number): Buffer {
    return frameOf(COMMAND.ERROR, `Missed ${events} messages`)
  }

  /** F2: the newcomer hears of themselves too. F4: Bob gets nothing of his own. */
  tellsActor(event: RoomEvent): boolean {
    return event.kind === 'joined'
  }

  #direct(name: string, text: string): Buffer {
    const prefix = this.#prefix(name)
    const frames = this.#fitting(name, text).map((piece) => frameOf(COMMAND.DIRECT, prefix + piece))
    return frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames)
  }

  #prefix(name: string): string {
    return this.#style.before + name + this.#style.after
  }

  #append(batch: Batch, command: number, prefix: string, text: string): void {
    const payloadBytes = prefix.length + text.length
    const buffer = batch.reserve(HEADER_BYTES + payloadBytes)
    const body = writeHeader(buffer, batch.end, command, payloadBytes)
    writeAscii(buffer, writeAscii(buffer, body, prefix), text)
    batch.commit(HEADER_BYTES + payloadBytes)
  }

  /**
   * The text in ASCII, in pieces that fit a frame. More than one only for somebody else's long text that grew
   * when it was transliterated: it was taken, so all of it is shown (M6).
   */
  #fitting(name: string, text: string): string[] {
    const ascii = toAscii(text)
    const most = maxTextBytes(name)
    if (ascii.length <= most) return [ascii]
    const pieces: string[] = []
    for (let at = 0; at < ascii.length; at += most) pieces.push(ascii.slice(at, at + most))
    return pieces
  }
}

/** F4 as the assignment says, and as its student section says. */
export const FRAMED_ENCODINGS = {
  brackets: new FramedEncoding({ before: '[', after: '] ' }),
  colon: new FramedEncoding({ before: '', after: ': ' }),
} as const

/** One frame in memory of its own, for answers and constants. `text` must be ASCII and fit. */
export function frameOf(command: number, text: string): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + text.length)
  writeTextFrame(frame, 0, command, text)
  return frame
}
