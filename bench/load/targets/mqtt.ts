/**
 * MQTT 3.1.1 from a load client's side, at QoS 0: one topic, and no keep-alive. Brokers send what a client
 * publishes back to it, if it subscribed to that.
 *
 *     0x30  remaining length (7 bits a byte)  topic length (2)  topic  …text…
 */

import { STAMP_MARK } from '../stamp.js'
import { ascii, DEFAULT_ROOM } from './ascii.js'
import type { MessageTemplate, Target, TargetClient, TargetClientSetup } from './target.js'
import { type UnitReader, UnitStream } from './unit-stream.js'

const CONNECT = 0x10
const CONNACK = 0x20
const PUBLISH = 0x30
const SUBSCRIBE = 0x82
const SUBACK = 0x90
const CLEAN_SESSION = 0x02
const SUBSCRIPTION_REFUSED = 0x80
const MAX_LENGTH_BYTES = 4

export const mqttTarget: Target = {
  name: 'mqtt',
  echoesOwn: true,
  rooms: 'setup',
  client: (setup) => new MqttClient(setup),
  template: publishTemplate,
}

function publishTemplate(text: Uint8Array, room = DEFAULT_ROOM): MessageTemplate {
  const bytes = packet(PUBLISH, Buffer.concat([string(room), text]))
  return { bytes, textAt: bytes.length - text.length }
}

function packet(type: number, body: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = body.length; length.length === 0 || rest > 0; rest >>>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
  }
  return Buffer.concat([Uint8Array.from([type, ...length]), body])
}

function string(text: string): Uint8Array {
  return Buffer.concat([Uint8Array.from([text.length >>> 8, text.length & 0xff]), ascii(text)])
}

class MqttClient implements TargetClient, UnitReader {
  readonly #setup: TargetClientSetup
  readonly #stream = new UnitStream(this)
  readonly #bodyBytes: number
  #bodyAt = 0

  constructor(setup: TargetClientSetup) {
    this.#setup = setup
    this.#bodyBytes = string(setup.room ?? DEFAULT_ROOM).length + setup.payloadBytes
  }

  opening(): Uint8Array {
    const protocol = Buffer.concat([string('MQTT'), Uint8Array.from([4, CLEAN_SESSION, 0, 0])])
    return packet(CONNECT, Buffer.concat([protocol, string(this.#setup.name)]))
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    let length = 0
    for (let index = 0; index < MAX_LENGTH_BYTES && at + 1 + index < end; index++) {
      const septet = bytes[at + 1 + index] as number
      length |= (septet & 0x7f) << (7 * index)
      if (septet < 0x80) {
        this.#bodyAt = index + 2
        return at + index + 2 + length
      }
    }
    return 0
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    const { deliveries, receiver, payloadBytes } = this.#setup
    const body = at + this.#bodyAt
    if (bytes[at] !== PUBLISH) {
      this.#answer(bytes[at] as number, bytes[end - 1] as number)
    } else if (end - body === this.#bodyBytes && bytes[end - payloadBytes] === STAMP_MARK) {
      deliveries.delivered(receiver, bytes, end - payloadBytes)
    } else {
      deliveries.foreign(receiver)
    }
  }

  /** @param code the last byte: what became of the connection or the subscription */
  #answer(type: number, code: number): void {
    const { events, room = DEFAULT_ROOM } = this.#setup
    if (type === CONNACK) {
      if (code !== 0) events.refused(`CONNECT was answered with ${code}`)
      else
        events.reply(
          packet(SUBSCRIBE, Buffer.concat([Uint8Array.from([0, 1]), string(room), Uint8Array.of(0)])),
        )
    } else if (type === SUBACK) {
      if (code === SUBSCRIPTION_REFUSED) events.refused('SUBSCRIBE was refused')
      else events.joined()
    }
  }
}
