/** The messages that the strict server knows by id, and what a client says of them afterwards. Rules C7 and C8. */

import type { Verdicts } from '../check.js'
import { shownBytes } from '../shown-bytes.js'
import type { StrictLines } from './strict-lines.js'
import { isMessage, readText } from './strict-requests.js'
import { EDIT_FAILED, OK, SERVER_ERROR, UPDATED } from './wire.js'

export class StrictMessages {
  readonly #lines: StrictLines
  readonly #verdicts: Verdicts
  readonly #ownIds = new Set<string>()
  /** By id, what it is in words. */
  readonly #theirs = new Map<string, string>()
  #count = 0

  constructor(lines: StrictLines, verdicts: Verdicts) {
    this.#lines = lines
    this.#verdicts = verdicts
  }

  /** The id of a message of the client's own. */
  own(): string {
    const id = this.#newId()
    this.#ownIds.add(id)
    return id
  }

  /** The id of one that it is sent. @param what in words */
  theirs(what: string): string {
    const id = this.#newId()
    this.#theirs.set(id, what)
    return id
  }

  /** C7. */
  received(json: string, name: string): undefined {
    const fields = readText(json, ['sender', 'timestamp', 'message', 'message_id'])
    if ('wrong' in fields) return this.#complain('C7', `sent RECEIVED with ${fields.wrong}`, SERVER_ERROR)
    const message = this.#theirs.get(fields.message_id)
    if (message === undefined) {
      const what = `sent RECEIVED for a message that ${name} was not sent: ${shown(fields.message_id)}`
      return this.#complain('C7', what, SERVER_ERROR)
    }
    this.#verdicts.kept('C7', `said that it received ${message}`)
    this.#lines.send(OK)
  }

  /** C8. */
  edit(json: string): undefined {
    const fields = readText(json, ['message_id', 'message'])
    if ('wrong' in fields)
      return this.#complain(
        'C8',
        `sent EDIT with ${fields.wrong}`,
        fields.broken ? SERVER_ERROR : EDIT_FAILED,
      )
    if (!this.#ownIds.has(fields.message_id))
      return this.#complain(
        'C8',
        `edited a message that is not its own: ${shown(fields.message_id)}`,
        EDIT_FAILED,
      )
    if (!isMessage(fields.message.replace(/[\r\n\0]+$/, '')))
      return this.#complain('C8', 'sent EDIT with what is no message', EDIT_FAILED)
    this.#verdicts.kept('C8', 'edited a message of its own')
    this.#lines.send(UPDATED)
  }

  #newId(): string {
    return `m${++this.#count}`
  }

  #complain(rule: string, what: string, status: string): undefined {
    this.#verdicts.broken(rule, what)
    this.#lines.send(status)
  }
}

function shown(text: string): string {
  return shownBytes(Buffer.from(text))
}
