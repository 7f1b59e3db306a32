/** Streams of frames as bytes, put together by hand so that no codec tests itself, and what a decoder makes of them. */

import { FrameDecoder, type FrameSink } from '../../../src/relay/frame/decoder.js'

export interface Frame {
  readonly command: number
  readonly payload: Buffer
}

export function frame(command: number, payload: Uint8Array | string = ''): Frame {
  return { command, payload: Buffer.from(payload as string, 'latin1') }
}

export function bytesOf(frames: readonly Frame[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ command, payload }) => [
      Buffer.of(command, payload.length >> 8, payload.length & 0xff),
      payload,
    ]),
  )
}

/** `bytes` cut before each of the offsets; each piece is memory of its own. */
export function cut(bytes: Uint8Array, offsets: readonly number[]): Buffer[] {
  const sorted = [0, ...offsets, bytes.length].sort((a, b) => a - b)
  return sorted.slice(1).map((end, index) => Buffer.from(bytes.subarray(sorted[index], end)))
}

/** Copies every frame that it is given. */
export class Collector implements FrameSink {
  readonly frames: Frame[] = []
  readonly oversizes: { command: number; payloadBytes: number }[] = []
  /** After how many more frames to stop. */
  stopAfter = Number.POSITIVE_INFINITY

  frame(command: number, bytes: Uint8Array, start: number, end: number): boolean {
    this.frames.push({ command, payload: Buffer.from(bytes.subarray(start, end)) })
    return --this.stopAfter > 0
  }

  oversize(command: number, payloadBytes: number): void {
    this.oversizes.push({ command, payloadBytes })
  }
}

export function decodeAll(chunks: readonly Uint8Array[], maxPayloadBytes?: number): Collector {
  const collector = new Collector()
  const decoder = new FrameDecoder(collector, maxPayloadBytes)
  for (const chunk of chunks) decoder.decode(chunk)
  return collector
}
