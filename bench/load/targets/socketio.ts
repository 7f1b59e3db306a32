/**
 * Socket.IO from a load client's side, over WebSocket from the start: engine.io's packets (first digit), with
 * Socket.IO's in those of type 4 (second digit).
 *
 *     0{…}  opened      2  ping      3  pong
 *     40{…} connected   42["message","…text…"]   420["join","general"] and its answer 430[]
 */

import { STAMP_MARK } from '../stamp.js'
import { ascii, DEFAULT_ROOM, words } from './ascii.js'
import type { MessageTemplate, Target, TargetClient, TargetClientSetup } from './target.js'
import { openingRequest, textFrame, type WebSocketReader, WebSocketStream } from './websocket-stream.js'

const BEFORE_TEXT = ascii('42["message","')
const AFTER_TEXT = ascii('"]')

export const socketioTarget: Target = {
  name: 'socketio',
  echoesOwn: false,
  rooms: 'setup',
  client: (setup) => new SocketioClient(setup),
  template: messageTemplate,
}

function messageTemplate(text: Uint8Array): MessageTemplate {
  const { bytes, payloadAt } = textFrame(Buffer.concat([BEFORE_TEXT, text, AFTER_TEXT]))
  return { bytes, textAt: payloadAt + BEFORE_TEXT.length }
}

class SocketioClient implements TargetClient, WebSocketReader {
  readonly #setup: TargetClientSetup
  readonly #stream = new WebSocketStream(this)
  readonly #deliveryBytes: number

  constructor(setup: TargetClientSetup) {
    this.#setup = setup
    this.#deliveryBytes = BEFORE_TEXT.length + setup.payloadBytes + AFTER_TEXT.length
  }

  opening(): Uint8Array {
    return openingRequest('/socket.io/?EIO=4&transport=websocket')
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  opened(): void {}

  message(bytes: Uint8Array, at: number, end: number): void {
    const textAt = at + BEFORE_TEXT.length
    if (end - at === this.#deliveryBytes && bytes[textAt] === STAMP_MARK) {
      this.#setup.deliveries.delivered(this.#setup.receiver, bytes, textAt)
    } else {
      this.#packet(words(bytes, at, end))
    }
  }

  refused(reason: string): void {
    this.#setup.events.refused(reason)
  }

  reply(bytes: Uint8Array): void {
    this.#setup.events.reply(bytes)
  }

  #packet(packet: string): void {
    const { deliveries, events, receiver, room = DEFAULT_ROOM } = this.#setup
    if (packet.startsWith('0')) this.#say('40')
    else if (packet === '2') this.#say('3')
    else if (packet.startsWith('40')) this.#say(`420["join","${room}"]`)
    else if (packet.startsWith('430')) events.joined()
    else if (packet.startsWith('42')) deliveries.foreign(receiver)
    else events.refused(packet)
  }

  #say(packet: string): void {
    this.reply(textFrame(ascii(packet)).bytes)
  }
}
