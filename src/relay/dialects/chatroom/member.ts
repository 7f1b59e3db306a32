/**
 * What somebody who has joined can ask for. Each request is carried out at once and gives its answer, which is
 * sent by whoever asked. In one room at a time.
 */

import type { Slice } from '../../fanout/chunk.js'
import type { Recipient } from '../../fanout/recipient.js'
import { CLOSE_REASONS } from '../../hub/close-reason.js'
import type { Hub } from '../../hub/hub.js'
import type { Room, Session } from '../../hub/session.js'
import { ANSWERS, blockedAnswer, sentAnswer } from './answers.js'
import type { ChatroomEncoding } from './encoding.js'
import { EDIT_FIELDS, isMessage, RECEIVED_FIELDS, readFields, SEND_FIELDS } from './fields.js'
import { readHeader } from './headers.js'
import type { RoomLists } from './room-lists.js'
import { readStatusRequest } from './status-words.js'

export class Member {
  readonly session: Session<Recipient>
  #room: Room<Recipient>
  readonly #hub: Hub<Recipient>
  readonly #encoding: ChatroomEncoding
  readonly #roomLists: RoomLists

  /** Enters the default room (C3). */
  constructor(
    hub: Hub<Recipient>,
    session: Session<Recipient>,
    encoding: ChatroomEncoding,
    roomLists: RoomLists,
  ) {
    this.#hub = hub
    this.session = session
    this.#encoding = encoding
    this.#roomLists = roomLists
    this.#room = hub.join(session, hub.defaultRoom.name) as Room<Recipient>
  }

  /** Where everyone is whom `@everyone` means. */
  get room(): Room<Recipient> {
    return this.#room
  }

  /** C4–C6, C11, C15, N5. */
  send(parameter: string | null): Slice {
    const fields = readFields(SEND_FIELDS, parameter)
    if (typeof fields === 'string' || fields.sender !== this.session.name) return ANSWERS.messageFailed
    const { header, timestamp, message } = fields
    const to = readHeader(header, this.#encoding.looseHeaders ? this.#isHere : null)
    if (to === null) return this.#encoding.noHeader
    if (!isMessage(message)) return ANSWERS.messageFailed
    const { messages } = this.#hub
    if (to === 'everyone') {
      const id = messages.say(this.session, this.#room, message, timestamp)
      if (id === false) return ANSWERS.messageFailed
      return id === null ? ANSWERS.serverError : sentAnswer(id, timestamp, header)
    }
    const outcome = messages.direct(this.session, to, message, timestamp)
    switch (outcome.kind) {
      case 'sent':
        return sentAnswer(outcome.id, timestamp, header)
      case 'missing':
        return ANSWERS.serverError
      case 'refused':
        return ANSWERS.messageFailed
      case 'blocked':
        return blockedAnswer(
          outcome.by.map((name) => this.#encoding.blocked(name, this.session.name, Date.now())),
        )
    }
  }

  /** C7. */
  received(parameter: string | null): Slice {
    const fields = readFields(RECEIVED_FIELDS, parameter)
    if (typeof fields === 'string') return ANSWERS.serverError
    return this.#hub.messages.acknowledge(this.session, fields.message_id) ? ANSWERS.ok : ANSWERS.serverError
  }

  /** C8. What is JSON, but not an edit, is an edit that fails. */
  edit(parameter: string | null): Slice {
    const fields = readFields(EDIT_FIELDS, parameter)
    if (fields === 'broken') return ANSWERS.serverError
    if (fields === 'unfit' || !isMessage(fields.message)) return ANSWERS.editFailed
    const { message_id: id, message } = fields
    return this.#hub.messages.edit(this.session, id, message) ? ANSWERS.messageUpdated : ANSWERS.editFailed
  }

  /** C10. */
  setStatus(parameter: string | null): Slice {
    const asked = readStatusRequest(parameter ?? '?')
    if (asked === null || (asked.name !== null && asked.name !== this.session.name))
      return ANSWERS.serverError
    this.#hub.setStatus(this.session, asked.status)
    return ANSWERS.statusUpdated
  }

  /** C11. */
  block(parameter: string | null): Slice {
    return this.#hub.messages.block(this.session, parameter ?? '') ? ANSWERS.ok : ANSWERS.noSuchUser
  }

  /** C11. Somebody who is here and was not blocked is not blocked afterwards either. */
  unblock(parameter: string | null): Slice {
    const name = parameter ?? ''
    const found = this.#hub.messages.unblock(this.session, name) || this.#hub.isHere(name)
    return found ? ANSWERS.ok : ANSWERS.noSuchUser
  }

  /** C17. */
  rooms(parameter: string | null): Slice {
    return parameter === '' ? this.#roomLists.answer(this.#hub.rooms, this.#room) : ANSWERS.serverError
  }

  /** C17. @param name of a room */
  enter(name: string): Slice {
    if (name === this.#room.name) return ANSWERS.serverError
    if (!this.#hub.admits(this.session, name)) return ANSWERS.serverError
    this.#hub.leave(this.session, this.#room, CLOSE_REASONS.left.label)
    this.#room = this.#hub.join(this.session, name) as Room<Recipient>
    return ANSWERS.ok
  }

  readonly #isHere = (name: string): boolean => this.#hub.isHere(name)
}
