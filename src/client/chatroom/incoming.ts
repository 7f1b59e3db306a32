/** What comes from the relay, as lines to show; and that what is shown is acknowledged (C7). */

import type { ChatroomStyle } from './chatroom-style.js'
import { Deliveries } from './deliveries.js'
import { OwnMessages } from './own-messages.js'
import type { Receipt } from './receipt.js'
import type { Push, SaidPush } from './received-push.js'
import { shownStatus } from './shown-status.js'
import { timeOfDay } from './time.js'

export interface IncomingSink {
  readonly style: ChatroomStyle
  show(line: string): void
  /** What has become of a message of our own. */
  progress(words: string): void
  acknowledge(receipt: Receipt): void
}

export class Incoming {
  readonly messages = new OwnMessages()
  readonly #sink: IncomingSink
  readonly #deliveries: Deliveries

  constructor(sink: IncomingSink) {
    this.#sink = sink
    this.#deliveries = new Deliveries((words) => sink.progress(words))
  }

  take(push: Push): void {
    const { show, style, progress } = this.#sink
    switch (push.verb) {
      case 'SEND':
        this.#said(push.fields)
        break
      case 'SENT':
        progress(`#${this.messages.add(push.fields.messageId).number} sent ${push.fields.timestamp}`)
        break
      case 'RECEIVED': {
        // Who else has received other people's messages is their business.
        const own = this.messages.withId(push.fields.message_id)
        if (own !== undefined) this.#deliveries.add(own.number, push.fields.receiver, timeOfDay())
        break
      }
      case 'EDIT': {
        const { message_id, sender, message } = push.fields
        const before = this.messages.said(message_id, message)
        show(
          style.event(
            `${sender} changed ${before === undefined ? 'a message' : `"${before}"`} to "${message}"`,
          ),
        )
        break
      }
      case 'USERBOARD':
        show(style.notice(`Here: ${push.fields.map(person).join(', ')}`))
        break
      case 'ROOMS':
        show(style.notice(`Rooms: ${push.fields.rooms.join(', ')}`))
        break
      case 'USERSTATUS':
        show(style.event(`${push.fields.username} is ${shownStatus(push.fields.status)}`))
        break
      default:
        show(style.event(push.fields.message))
    }
  }

  /** The end: what was gathered is shown now. */
  flush(): void {
    this.#deliveries.flush()
  }

  #said({ sender, header, timestamp, message, messageId }: SaidPush): void {
    const { show, style, acknowledge } = this.#sink
    // Without an id it is from a relay with `push=bare`, which writes the room in another way too (C14).
    show(
      style.message({
        sender,
        text: message,
        isPrivate: header !== '@everyone' && !(header === '@all' && messageId === ''),
        sentAt: timestamp,
        deliveredAt: timeOfDay(),
      }),
    )
    // Without an id there is nothing to refer to.
    if (messageId === '') return
    this.messages.said(messageId, message)
    acknowledge({ sender, timestamp, message, message_id: messageId })
  }
}

function person([name, status]: readonly [string, string]): string {
  return status === 'ONLINE' ? name : `${name} (${shownStatus(status)})`
}
