/** The objects of a client under development as the strict server reads them: what is wrong with their form is said here. */

import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { FIELD_NAMES, type Fields, fieldsOf, MAX_BYTES, object, wholeObject } from './wire.js'

const PADDING = /[\r\n\0]+$/

export class StrictObjects {
  readonly #peer: RawPeer
  readonly #verdicts: Verdicts

  constructor(peer: RawPeer, verdicts: Verdicts) {
    this.#peer = peer
    this.#verdicts = verdicts
  }

  /**
   * The fields of the next object; null when the connection is over, or the stream cannot be followed.
   * @param isNamed whether the client has a nickname
   */
  async next(isNamed: boolean): Promise<Fields | null> {
    const bytes = await this.#object(isNamed)
    return bytes === null ? null : this.#read(bytes)
  }

  /** The next object with what is before it; null when the connection is over, or the stream cannot be followed. */
  async #object(isNamed: boolean): Promise<Buffer | null> {
    const peer = this.#peer
    const ready = () => wholeObject(peer.received) > 0 || peer.received.length > 2 * MAX_BYTES
    const there = await peer.until(ready, '').then(
      () => true,
      () => false,
    )
    if (there) return peer.take(wholeObject(peer.received) || peer.received.length)
    const rest = peer.received.toString('latin1').trim()
    if (rest !== '')
      this.#verdicts.broken('J9', `ended in the middle of an object: ${shownBytes(peer.received)}`)
    else if (isNamed) this.#verdicts.kept('J7', 'ended the connection without /close, which leaves all rooms')
    return null
  }

  /** Fields as the page has them; null when the stream is not to be trusted any more. */
  #read(bytes: Buffer): Fields | null {
    const members = fieldsOf(bytes)
    if (members === null) return this.#sendAway(`sent what is not a JSON object: ${shownBytes(bytes)}`)
    if (bytes.toString('latin1').trim().length > MAX_BYTES) {
      return this.#sendAway(`sent an object of more than 64 KiB (${bytes.length} bytes)`)
    }
    const fields = new Map<string, string>()
    for (const [key, value] of members) {
      const lower = key.toLowerCase()
      if (lower === 'channel') this.#verdicts.kept('J10', 'wrote channel for room')
      const name = lower === 'channel' ? 'room' : lower
      if (!FIELD_NAMES.some((one) => one === name)) {
        this.#verdicts.broken('J9', `sent a field that there is not: ${shownBytes(Buffer.from(key))}`)
      } else if (typeof value !== 'string') {
        return this.#sendAway(`sent a ${name} that is not a string`)
      } else fields.set(name, value.replace(PADDING, ''))
    }
    for (const name of FIELD_NAMES) {
      if (!fields.has(name)) this.#verdicts.broken('J9', `left out ${name}: an object has all four fields`)
    }
    const [command, nickname, room, message] = FIELD_NAMES.map((name) => fields.get(name) ?? '')
    return { command, nickname, room, message } as Fields
  }

  /** J9: an error reply, and the end. */
  #sendAway(what: string): null {
    this.#verdicts.broken('J9', what)
    this.#peer.write(`${object('', { nickname: '', room: '', message: 'Error: that cannot be read' })}\n`)
    return null
  }
}
