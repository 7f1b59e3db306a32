/** A room on a plain WebSocket: its name is the path, a text frame is a text, and who comes in is in. */

import { STAMP_MARK } from '../stamp.js'
import { DEFAULT_ROOM } from './ascii.js'
import type { MessageTemplate, Target, TargetClient, TargetClientSetup } from './target.js'
import { openingRequest, textFrame, type WebSocketReader, WebSocketStream } from './websocket-stream.js'

export const wsTarget: Target = {
  name: 'ws',
  echoesOwn: false,
  rooms: 'setup',
  client: (setup) => new WsClient(setup),
  template: messageTemplate,
}

function messageTemplate(text: Uint8Array): MessageTemplate {
  const { bytes, payloadAt } = textFrame(text)
  return { bytes, textAt: payloadAt }
}

class WsClient implements TargetClient, WebSocketReader {
  readonly #setup: TargetClientSetup
  readonly #stream = new WebSocketStream(this)

  constructor(setup: TargetClientSetup) {
    this.#setup = setup
  }

  opening(): Uint8Array {
    return openingRequest(`/${this.#setup.room ?? DEFAULT_ROOM}`)
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  opened(): void {
    this.#setup.events.joined()
  }

  message(bytes: Uint8Array, at: number, end: number): void {
    const { deliveries, receiver, payloadBytes } = this.#setup
    if (end - at === payloadBytes && bytes[at] === STAMP_MARK) deliveries.delivered(receiver, bytes, at)
    else deliveries.foreign(receiver)
  }

  refused(reason: string): void {
    this.#setup.events.refused(reason)
  }

  reply(bytes: Uint8Array): void {
    this.#setup.events.reply(bytes)
  }
}
