/** Hub events as lines of JSON behind a verb, and the answers that are written like them. */

import type { Batch } from '../../fanout/batch.js'
import type { Slice } from '../../fanout/chunk.js'
import type { Encoding } from '../../fanout/encoding.js'
import type {
  DirectEvent,
  EditedEvent,
  MessageEvent,
  PrivateEvent,
  ReceiptEvent,
  RoomEvent,
  StatusEvent,
} from '../../hub/events.js'
import type { Board } from '../../hub/session.js'
import { people } from '../words.js'
import { ANSWERS } from './answers.js'
import { STATUS_WORDS } from './status-words.js'
import { TimeOfDay } from './time-of-day.js'

/** Speaks for the relay itself, and for many at once: nobody can be called so. */
const NOBODY = ''

/** A message, as far as its receivers are told of it. */
export type Said = Pick<MessageEvent | DirectEvent, 'id' | 'at' | 'name' | 'text' | 'saidAt'>

/** `push=verb`. What is otherwise with `push=bare` is in `bare-encoding.ts`, rules C14–C16. */
export class ChatroomEncoding implements Encoding {
  /** Whether headers may be written as `readHeader` allows when it is loose. */
  readonly looseHeaders: boolean = false
  /** C4: what a SEND that names nobody is answered with. */
  readonly noHeader: Slice = ANSWERS.noHeader
  /** How a message to the room is addressed. */
  protected readonly everyone: string = '@everyone'
  protected readonly timeOfDay: TimeOfDay

  constructor(timeZone: string) {
    this.timeOfDay = new TimeOfDay(timeZone)
  }

  encode(event: RoomEvent, batch: Batch): void {
    const lines = this.#linesOf(event)
    if (lines !== '') batch.appendText(lines, 'utf8')
  }

  encodePrivate(event: PrivateEvent): Buffer | null {
    const lines =
      event.kind === 'direct'
        ? this.message(event, `@${event.to}`)
        : event.kind === 'blocked'
          ? this.blocked(event.name, event.to, event.at)
          : this.#linesOf(event)
    return lines === '' ? null : Buffer.from(lines)
  }

  encodeMissed(events: number): Buffer {
    const said = { id: '', at: Date.now(), name: NOBODY, text: `Missed ${events} messages`, saidAt: null }
    return Buffer.from(this.message(said, this.everyone))
  }

  /** M4, C3, C10: nobody is told what they did themselves. */
  tellsActor(): boolean {
    return false
  }

  /** C9: the answer to USERBOARD. `__proto__` is a name like any other, so no object is built (N4). */
  board(board: Board): Buffer {
    return Buffer.from(`200 OK\nUSERBOARD ${boardObject(board)}\n`)
  }

  /** C11: `blocker` has blocked `name`. @param at milliseconds since 1970 */
  blocked(blocker: string, _name: string, _at: number): string {
    return line('BLOCKED', { username: blocker, message: blockedWords(blocker) })
  }

  /** C6. */
  protected message(said: Said, header: string): string {
    const { name: sender, id: messageId, text: message } = said
    return line('SEND', { sender, header, timestamp: this.saidAt(said), messageId, message })
  }

  protected saidAt({ saidAt, at }: Said): string {
    return saidAt ?? this.timeOfDay.at(at)
  }

  /** C8. */
  protected edited({ id, text, name }: EditedEvent): string {
    return line('EDIT', { message_id: id, message: text, sender: name, edited: true })
  }

  /** C7. */
  protected receipt({ id, name, at }: ReceiptEvent): string {
    return line('RECEIVED', { message_id: id, receiver: name, timestamp: this.timeOfDay.at(at) })
  }

  /** C10. */
  protected status({ name, status }: StatusEvent): string {
    return line('USERSTATUS', { username: name, status: STATUS_WORDS[status] })
  }

  #linesOf(event: RoomEvent): string {
    switch (event.kind) {
      case 'message':
        return this.message(event, this.everyone)
      case 'edited':
        return this.edited(event)
      case 'receipt':
        return this.receipt(event)
      case 'joined':
        return enteredLine(event.name, `${event.name} has`)
      case 'left':
        return leftLine(event.name, `${event.name} has`)
      case 'renamed':
        return (
          leftLine(event.formerName, `${event.formerName} has`) + enteredLine(event.name, `${event.name} has`)
        )
      case 'crowd':
        return (
          (event.joined > 0 ? enteredLine(NOBODY, people(event.joined, ' has', ' have')) : '') +
          (event.left > 0 ? leftLine(NOBODY, people(event.left, ' has', ' have')) : '')
        )
      case 'status':
        return this.status(event)
      case 'visibility':
        return ''
    }
  }
}

/** C11. */
export function blockedWords(blocker: string): string {
  return `${blocker} has blocked you.`
}

/** C9. */
export function boardObject(board: Board): string {
  return `{${board.map(([name, status]) => `${JSON.stringify(name)}:"${STATUS_WORDS[status]}"`).join()}}`
}

/** C3. */
function enteredLine(username: string, who: string): string {
  return line('JOIN', { username, message: `${who} entered the chat` })
}

/** C3. */
function leftLine(username: string, who: string): string {
  return line('LEFT', { username, message: `${who} left the chat` })
}

/** The keys are all ours, and stand in this order. */
function line(verb: string, fields: Readonly<Record<string, string | true>>): string {
  return `${verb} ${JSON.stringify(fields)}\n`
}
