/**
 * A json-irc server with one client on it, which is under development: it answers as the page says, Amy and Zed are
 * there to talk to in every room, and it takes note of every rule that the client keeps or breaks. Some of its
 * objects come glued and some cut in two: a client that expects otherwise shows it.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { FIELD_NAMES, type Fields, fieldsOf, MAX_BYTES, object, sorted, wholeObject } from './wire.js'

export function serveStrictly(peer: RawPeer, verdicts: Verdicts): Promise<void> {
  return new StrictServer(peer, verdicts).serve()
}

const OTHERS = ['Amy', 'Zed']
const MOST_ROOMS = 100
/** Between the halves of an object that is cut in two. */
const GAP_MS = 20
/** How long the client may take to end its side after `/close`. */
const CLOSING_MS = 10_000

const NAME = /^[\x21-\x7e]{1,32}$/
const ROOM = /^[\x21-\x7e]{1,64}$/
const TEXT = /^[\t\x20-\x7e]+$/
const PADDING = /[\r\n\0]+$/

class StrictServer {
  readonly #peer: RawPeer
  readonly #verdicts: Verdicts
  readonly #rooms = new Set<string>()
  #name: string | null = null

  constructor(peer: RawPeer, verdicts: Verdicts) {
    this.#peer = peer
    this.#verdicts = verdicts
  }

  async serve(): Promise<void> {
    for (;;) {
      const bytes = await this.#object()
      if (bytes === null) return
      const fields = this.#read(bytes)
      if (fields === null) return
      if (fields.command === '/close') {
        await this.#closed()
        return
      }
      await this.#answer(fields)
    }
  }

  /** The next object with what is before it; null when the connection is over, or the stream cannot be followed. */
  async #object(): Promise<Buffer | null> {
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
    else if (this.#name !== null)
      this.#verdicts.kept('J7', 'ended the connection without /close, which leaves all rooms')
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

  async #answer(fields: Fields): Promise<void> {
    const { command } = fields
    if (command === '/nick') this.#nick(fields)
    else if (this.#name === null)
      this.#complain('J1', `sent ${shownText(command)} before /nick succeeded`, fields)
    else {
      if (fields.nickname !== this.#name) {
        this.#verdicts.broken('J8', `wrote nickname ${shownText(fields.nickname)}, being ${this.#name}`)
      }
      await this.#answerTo(this.#name, fields)
    }
  }

  async #answerTo(name: string, fields: Fields): Promise<void> {
    const { command, room, message } = fields
    if (command === '/listRooms') {
      this.#verdicts.kept('J3', 'asked which rooms there are')
      this.#send('/listRooms', name, '', sorted(new Set(['general', ...this.#rooms])).join('\n'))
    } else if (command === '/roomMembers') this.#members(name, fields)
    else if (command === '/join') await this.#join(name, fields)
    else if (command === '/leaveRoom') {
      if (!this.#rooms.delete(room))
        this.#complain('J6', `left a room that it is not in: ${shownText(room)}`, fields)
      else {
        this.#verdicts.kept('J6', 'left a room')
        this.#send(command, name, room, `${name} has left room ${room}`)
      }
    } else if (command === '/broadcast' || command === '/direct') {
      if (!TEXT.test(message))
        this.#complain('J5', `sent a text that is not readable ASCII: ${shownText(message)}`, fields)
      else if (command === '/direct') this.#direct(name, fields)
      else if (!this.#rooms.has(room))
        this.#complain('J6', `spoke in a room that it is not in: ${shownText(room)}`, fields)
      else {
        this.#verdicts.kept('J5', 'said something in a room')
        this.#peer.write(
          `${told('/broadcast', 'Amy', room, 'I hear you')}${told('/broadcast', 'Zed', room, 'So do I')}`,
        )
      }
    } else this.#complain('J9', `sent the unknown command ${shownText(command)}`, fields)
  }

  /** J2. */
  #nick({ nickname }: Fields): void {
    if (this.#name !== null) {
      this.#verdicts.broken('J2', 'sent /nick again after it had succeeded, which is ignored')
    } else if (!NAME.test(nickname)) {
      this.#verdicts.broken('J2', `asked for what cannot be a nickname: ${shownText(nickname)}`)
      this.#send('/nickFail', readable(nickname), '', 'that is not a nickname')
    } else if (OTHERS.includes(nickname)) {
      this.#verdicts.kept('J2', `asked for a nickname that is taken: ${nickname}`)
      this.#send('/nickFail', nickname, '', 'that nickname is taken')
    } else {
      this.#verdicts.kept('J2', `asked for a nickname: ${nickname}`)
      this.#name = nickname
      this.#send('/nicknameSet', nickname, '', `nickname set to ${nickname}`)
    }
  }

  /** J6: in two pieces, and with somebody who comes in glued to it. */
  async #join(name: string, fields: Fields): Promise<void> {
    const { room } = fields
    if (!ROOM.test(room)) this.#complain('J6', `joined what cannot be a room: ${shownText(room)}`, fields)
    else if (this.#rooms.size >= MOST_ROOMS && !this.#rooms.has(room)) {
      this.#complain('J6', `joined more than ${MOST_ROOMS} rooms`, fields)
    } else {
      this.#verdicts.kept('J6', 'joined a room')
      this.#rooms.add(room)
      const answer = told('/joinSuccess', name, room, `successfully joined room ${room}`)
      this.#peer.write(answer.slice(0, 20))
      await delay(GAP_MS)
      this.#peer.write(`${answer.slice(20)}${told('/join', 'Amy', room, `Amy has joined room ${room}`)}`)
      this.#send('/broadcast', 'Amy', room, `Hello ${name}: "{}" \\ is text`)
    }
  }

  /** J4. */
  #members(name: string, fields: Fields): void {
    const { room } = fields
    if (room !== '' && room !== 'general' && !this.#rooms.has(room)) {
      this.#verdicts.kept('J4', 'asked who is in a room that is not there')
      this.#error(fields, 'there is no such room')
      return
    }
    this.#verdicts.kept('J4', room === '' ? 'asked who is on the relay' : 'asked who is in a room')
    const isThere = room === '' || this.#rooms.has(room)
    this.#send('listMembers', name, room, sorted(isThere ? [...OTHERS, name] : OTHERS).join('\n'))
  }

  #direct(name: string, fields: Fields): void {
    const { room: to, message } = fields
    if (to === name) {
      this.#verdicts.kept('J5', 'sent a word to itself')
      this.#send('/direct', name, name, message)
    } else if (OTHERS.includes(to)) {
      this.#verdicts.kept('J5', `sent a word to ${to} alone`)
      this.#send('/direct', to, name, `Just between us, ${name}`)
    } else {
      this.#verdicts.kept('J5', 'sent a word to somebody who is not here')
      this.#error(fields, 'no such user')
    }
  }

  /** Nothing follows `/close`. */
  async #closed(): Promise<void> {
    this.#verdicts.kept('J7', 'left with /close')
    this.#peer.end()
    await this.#peer.closed('', CLOSING_MS).catch(() => {})
    const { received } = this.#peer
    if (received.toString('latin1').trim() !== '') {
      this.#verdicts.broken('J7', `sent more after /close: ${shownBytes(received)}`)
    }
  }

  #complain(rule: string, what: string, fields: Fields): void {
    this.#verdicts.broken(rule, what)
    this.#error(fields, `you ${what}`)
  }

  /** J9: an error reply, and the end. */
  #sendAway(what: string): null {
    this.#verdicts.broken('J9', what)
    this.#send('', '', '', 'Error: that cannot be read')
    return null
  }

  /** J9. */
  #error({ command, room }: Fields, words: string): void {
    this.#send(readable(command), '', readable(room), `Error: ${words}`)
  }

  #send(command: string, nickname: string, room: string, message: string): void {
    this.#peer.write(told(command, nickname, room, message))
  }
}

function told(command: string, nickname: string, room: string, message: string): string {
  return `${object(command, { nickname, room, message })}\n`
}

function shownText(text: string): string {
  return shownBytes(Buffer.from(text))
}

/** M3: what comes back has only what passes. */
function readable(text: string): string {
  return text.replace(/[^\t\x20-\x7e]/g, '')
}
