/** The relay's dialects over WebSocket, as the relay speaks them: messages with whole units in them, of framed binary ones (W2). */

import { framedTarget } from './framed.js'
import type { MessageTemplate, Target, TargetClient, TargetClientSetup } from './target.js'
import { binaryFrame, openingRequest, type WebSocketReader, WebSocketStream } from './websocket-stream.js'

export const parlanceWsTarget: Target = {
  name: 'parlance-ws',
  echoesOwn: false,
  announces: true,
  dialect: 'ws',
  defaultPort: 8080,
  client: overWebSocket(framedTarget, 'framed', binaryFrame),
  template: (text) => templateOver(framedTarget.template(text)),
  direct: (text, to) => templateOver((framedTarget.direct as Required<Target>['direct'])(text, to)),
}

/** What puts bytes into a frame of a client's. */
export type FrameOf = typeof binaryFrame

/** A client of `target` over WebSocket. @param frameOf what the dialect's messages are there: binary or text */
export function overWebSocket(target: Target, subprotocol: string, frameOf: FrameOf): Target['client'] {
  return (setup) => new ClientOverWebSocket(setup, target, subprotocol, frameOf)
}

function templateOver({ bytes, textAt }: MessageTemplate): MessageTemplate {
  const frame = binaryFrame(bytes)
  return { bytes: frame.bytes, textAt: frame.payloadAt + textAt }
}

class ClientOverWebSocket implements TargetClient, WebSocketReader {
  readonly #setup: TargetClientSetup
  readonly #inner: TargetClient
  readonly #subprotocol: string
  readonly #frameOf: FrameOf
  readonly #stream = new WebSocketStream(this)

  constructor(setup: TargetClientSetup, target: Target, subprotocol: string, frameOf: FrameOf) {
    this.#setup = setup
    this.#subprotocol = subprotocol
    this.#frameOf = frameOf
    const { events } = setup
    this.#inner = target.client({
      ...setup,
      events: {
        joined: () => events.joined(),
        refused: (reason) => events.refused(reason),
        reply: (bytes) => events.reply(frameOf(bytes).bytes),
      },
    })
  }

  opening(): Uint8Array {
    return openingRequest('/', this.#subprotocol)
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  opened(): void {
    this.reply(this.#frameOf(this.#inner.opening()).bytes)
  }

  message(bytes: Uint8Array, at: number, end: number): void {
    this.#inner.read(bytes.subarray(at, end), end - at)
  }

  refused(reason: string): void {
    this.#setup.events.refused(reason)
  }

  reply(bytes: Uint8Array): void {
    this.#setup.events.reply(bytes)
  }
}
