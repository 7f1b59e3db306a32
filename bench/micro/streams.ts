/**
 * The same payloads in three framings: ours, pg-protocol's CopyData and mqtt-packet's PUBLISH (QoS 0), which
 * are the plainest that those two have. Cut into chunks as a socket would hand them over.
 */

import { generate } from 'mqtt-packet'
import { serialize } from 'pg-protocol'
import { writeFrame } from '../../src/relay/frame/encoder.js'
import { HEADER_BYTES } from '../../src/relay/frame/layout.js'

export type Framing = 'parlance' | 'pg-protocol' | 'mqtt-packet'
export const FRAMINGS: readonly Framing[] = ['parlance', 'pg-protocol', 'mqtt-packet']

export const MESSAGE = 0x02
export const TOPIC = 'r'

export interface Shape {
  name: string
  payloadBytes: number
  /** Chunks end with a frame (`glued`), or wherever (`cut`). */
  cuts: 'glued' | 'cut'
}

export const SHAPES: readonly Shape[] = [16, 64, 1024].flatMap((payloadBytes) => [
  { name: `${payloadBytes} B, glued in 64 KiB chunks`, payloadBytes, cuts: 'glued' as const },
  { name: `${payloadBytes} B, chunks cut at odd points`, payloadBytes, cuts: 'cut' as const },
])

export interface Stream {
  chunks: Buffer[]
  frames: number
}

const STREAM_BYTES = 256 * 1024
const CHUNK_BYTES = 64 * 1024

/** Sizes of the chunks of a `cut` stream, in turn: primes, so that cuts fall everywhere in a frame. */
const ODD_CHUNK_BYTES = [1447, 4093, 211, 16381, 2897, 65521]

/** About 256 KiB of whole frames: a decoder that has taken all chunks is back where it began. */
export function streamOf(framing: Framing, { payloadBytes, cuts }: Shape): Stream {
  const frame = frameOf(framing, payloadOf(payloadBytes))
  const frames = Math.floor(STREAM_BYTES / frame.length)
  const stream = Buffer.concat(new Array<Buffer>(frames).fill(frame))
  const wholeBytes = Math.floor(CHUNK_BYTES / frame.length) * frame.length
  const chunks: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const bytes = cuts === 'glued' ? wholeBytes : (ODD_CHUNK_BYTES[chunks.length % 6] as number)
    // Memory of its own for each chunk, as from a socket.
    chunks.push(Buffer.from(new Uint8Array(stream.subarray(at, at + bytes)).buffer))
    at += bytes
  }
  return { chunks, frames }
}

export function payloadOf(bytes: number): Buffer {
  return Buffer.alloc(bytes, 'The quick brown fox jumps over the lazy dog. ')
}

function frameOf(framing: Framing, payload: Buffer): Buffer {
  if (framing === 'pg-protocol') return serialize.copyData(payload)
  if (framing === 'mqtt-packet') {
    return generate({ cmd: 'publish', topic: TOPIC, payload, qos: 0, dup: false, retain: false })
  }
  const frame = Buffer.alloc(HEADER_BYTES + payload.length)
  writeFrame(frame, 0, MESSAGE, payload)
  return frame
}
