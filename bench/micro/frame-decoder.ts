/** The frame decoder next to two others that are known to be good, each by its own public interface. */

import { parser as mqttParser } from 'mqtt-packet'
import type { BackendMessage } from 'pg-protocol/dist/messages.js'
import { Parser as PgParser } from 'pg-protocol/dist/parser.js'
import { FrameDecoder, type FrameSink } from '../../src/relay/frame/decoder.js'
import type { Contender, Contest } from './contest.js'
import { FRAMINGS, type Framing, payloadOf, SHAPES, type Shape, type Stream, streamOf } from './streams.js'

/** Looks at each payload as little as can be without letting a decoder leave it out. */
interface Reader {
  frames: number
  firstBytes: number
  decode(chunk: Buffer): void
}

class OurReader implements Reader, FrameSink {
  frames = 0
  firstBytes = 0
  readonly #decoder = new FrameDecoder(this)

  decode(chunk: Buffer): void {
    this.#decoder.decode(chunk)
  }

  frame(_command: number, bytes: Uint8Array, start: number): boolean {
    this.frames++
    this.firstBytes += bytes[start] as number
    return true
  }

  oversize(): void {
    throw new RangeError('no frame of the stream is oversize')
  }
}

class PgReader implements Reader {
  frames = 0
  firstBytes = 0
  readonly #parser = new PgParser()

  decode(chunk: Buffer): void {
    this.#parser.parse(chunk, this.#onMessage)
  }

  readonly #onMessage = (message: BackendMessage): void => {
    this.frames++
    this.firstBytes += (message as BackendMessage & { chunk: Buffer }).chunk[0] as number
  }
}

class MqttReader implements Reader {
  frames = 0
  firstBytes = 0
  readonly #parser = mqttParser({ protocolVersion: 4 })

  constructor() {
    this.#parser.on('packet', (packet) => {
      this.frames++
      if (packet.cmd === 'publish') this.firstBytes += packet.payload[0] as number
    })
  }

  decode(chunk: Buffer): void {
    this.#parser.parse(chunk)
  }
}

const READERS: Record<Framing, new () => Reader> = {
  parlance: OurReader,
  'pg-protocol': PgReader,
  'mqtt-packet': MqttReader,
}

/** Per shape, every decoder on the same payloads in its own framing. */
export function decoderContests(): Contest[] {
  return SHAPES.map((shape) => ({
    name: `decode ${shape.name}`,
    contenders: FRAMINGS.map((framing) => contender(framing, shape)),
  }))
}

function contender(framing: Framing, shape: Shape): Contender {
  const stream = streamOf(framing, shape)
  const reader = new READERS[framing]()
  requireAllFrames(framing, reader, stream, shape)
  return {
    name: framing,
    units: stream.frames,
    run: () => {
      for (const chunk of stream.chunks) reader.decode(chunk)
      return reader.firstBytes
    },
  }
}

function requireAllFrames(framing: Framing, reader: Reader, { chunks, frames }: Stream, shape: Shape): void {
  for (const chunk of chunks) reader.decode(chunk)
  const firstBytes = frames * (payloadOf(shape.payloadBytes)[0] as number)
  if (reader.frames !== frames || reader.firstBytes !== firstBytes) {
    throw new Error(`${framing} found ${reader.frames} frames of ${frames}: ${shape.name}`)
  }
}
