/** Framed over WebSocket, as the relay speaks it: binary messages with whole frames in them. */

import { framedTarget } from './framed.js'
import type { MessageTemplate, Target, TargetClient, TargetClientSetup } from './target.js'
import { binaryFrame, openingRequest, type WebSocketReader, WebSocketStream } from './websocket-stream.js'

export const parlanceWsTarget: Target = {
  name: 'parlance-ws',
  echoesOwn: false,
  announces: true,
  dialect: 'ws',
  defaultPort: 8080,
  client: (setup) => new FramedOverWebSocket(setup),
  template: (text) => overWebSocket(framedTarget.template(text)),
  direct: (text, to) => overWebSocket((framedTarget.direct as Required<Target>['direct'])(text, to)),
}

function overWebSocket({ bytes, textAt }: MessageTemplate): MessageTemplate {
  const frame = binaryFrame(bytes)
  return { bytes: frame.bytes, textAt: frame.payloadAt + textAt }
}

class FramedOverWebSocket implements TargetClient, WebSocketReader {
  readonly #setup: TargetClientSetup
  readonly #framed: TargetClient
  readonly #stream = new WebSocketStream(this)

  constructor(setup: TargetClientSetup) {
    this.#setup = setup
    this.#framed = framedTarget.client(setup)
  }

  opening(): Uint8Array {
    return openingRequest('/', 'framed')
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  opened(): void {
    this.reply(binaryFrame(this.#framed.opening()).bytes)
  }

  message(bytes: Uint8Array, at: number, end: number): void {
    this.#framed.read(bytes.subarray(at, end), end - at)
  }

  refused(reason: string): void {
    this.#setup.events.refused(reason)
  }

  reply(bytes: Uint8Array): void {
    this.#setup.events.reply(bytes)
  }
}
