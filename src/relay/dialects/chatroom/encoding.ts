/** Hub events as lines of JSON behind a verb. One object for each form and time zone, so that listeners share lanes. */

import type { Batch } from '../../fanout/batch.js'
import type { Encoding } from '../../fanout/encoding.js'
import type { DirectEvent, EditedEvent, MessageEvent, PrivateEvent, RoomEvent } from '../../hub/events.js'
import { people } from '../words.js'
import type { ChatroomOptions } from './options.js'
import { STATUS_WORDS } from './status-words.js'
import { TimeOfDay } from './time-of-day.js'

type Push = ChatroomOptions['push']

/** Speaks for the relay itself, and for many at once: nobody can be called so. */
const NOBODY = ''

export class ChatroomEncoding implements Encoding {
  readonly #push: Push
  readonly #timeOfDay: TimeOfDay

  constructor(push: Push, timeZone: string) {
    this.#push = push
    this.#timeOfDay = new TimeOfDay(timeZone)
  }

  encode(event: RoomEvent, batch: Batch): void {
    const lines = this.#linesOf(event)
    if (lines !== '') batch.appendText(lines, 'utf8')
  }

  encodePrivate(event: PrivateEvent): Buffer | null {
    const lines =
      event.kind === 'direct'
        ? this.#message(event, `@${event.to}`)
        : event.kind === 'blocked'
          ? blockedLine(event.name)
          : this.#linesOf(event)
    return Buffer.from(lines)
  }

  encodeMissed(events: number): Buffer {
    const said = { id: '', at: Date.now(), name: NOBODY, text: `Missed ${events} messages`, saidAt: null }
    return Buffer.from(this.#message(said, '@everyone'))
  }

  /** M4, C3, C10: nobody is told what they did themselves. */
  tellsActor(): boolean {
    return false
  }

  #linesOf(event: RoomEvent): string {
    switch (event.kind) {
      case 'message':
        return this.#message(event, '@everyone')
      case 'edited':
        return editLine(event)
      case 'receipt':
        return line('RECEIVED', {
          message_id: event.id,
          receiver: event.name,
          timestamp: this.#timeOfDay.at(event.at),
        })
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
        return line('USERSTATUS', { username: event.name, status: STATUS_WORDS[event.status] })
      case 'visibility':
        return ''
    }
  }

  /** C6. The bare form has exactly these four keys, because clients that want it fail on any other. */
  #message(
    event: Pick<MessageEvent | DirectEvent, 'id' | 'at' | 'name' | 'text' | 'saidAt'>,
    header: string,
  ) {
    const { name: sender, id: messageId, text: message } = event
    const timestamp = event.saidAt ?? this.#timeOfDay.at(event.at)
    return this.#push === 'bare'
      ? `${JSON.stringify({ sender, header, timestamp, message })}\n`
      : line('SEND', { sender, header, timestamp, messageId, message })
  }
}

const encodings = new Map<string, ChatroomEncoding>()

/** The one encoding of that form and time zone. */
export function chatroomEncoding(push: Push, timeZone: string): ChatroomEncoding {
  const key = `${push} ${timeZone}`
  let encoding = encodings.get(key)
  if (encoding === undefined) {
    encoding = new ChatroomEncoding(push, timeZone)
    encodings.set(key, encoding)
  }
  return encoding
}

/** C11. */
export function blockedLine(blocker: string): string {
  return line('BLOCKED', { username: blocker, message: `${blocker} has blocked you.` })
}

/** C3. */
function enteredLine(username: string, who: string): string {
  return line('JOIN', { username, message: `${who} entered the chat` })
}

/** C3. */
function leftLine(username: string, who: string): string {
  return line('LEFT', { username, message: `${who} left the chat` })
}

/** C8. */
function editLine({ id, text, name }: EditedEvent): string {
  return line('EDIT', { message_id: id, message: text, sender: name, edited: true })
}

/** The keys are all ours, and stand in this order. */
function line(verb: string, fields: Readonly<Record<string, string | true>>): string {
  return `${verb} ${JSON.stringify(fields)}\n`
}
