/**
 * A json-irc server with one client on it, which is under development: it answers as the page says, Amy and Zed are
 * there to talk to in every room, and it takes note of every rule that the client keeps or breaks. Some of its
 * objects come glued and some cut in two: a client that expects otherwise shows it.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { StrictObjects } from './strict-objects.js'
import { type Fields, object, sorted } from './wire.js'

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

class StrictServer {
  readonly #peer: RawPeer
  readonly #verdicts: Verdicts
  readonly #objects: StrictObjects
  readonly #rooms = new Set<string>()
  #name: string | null = null

  constructor(peer: RawPeer, verdicts: Verdicts) {
    this.#peer = peer
    this.#verdicts = verdicts
    this.#objects = new StrictObjects(peer, verdicts)
  }

  async serve(): Promise<void> {
    for (;;) {
      const fields = await this.#objects.next(this.#name !== null)
      if (fields === null) return
      if (fields.command === '/close') {
        await this.#closed()
        return
      }
      await this.#answer(fields)
    }
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
