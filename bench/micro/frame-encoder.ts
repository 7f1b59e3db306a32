/** The frame encoder next to those of pg-protocol and mqtt-packet: a payload that is there, made a frame. */

import { generate } from 'mqtt-packet'
import { serialize } from 'pg-protocol'
import { writeFrame, writeTextFrame } from '../../src/relay/frame/encoder.js'
import type { Contender, Contest } from './contest.js'
import { MESSAGE, payloadOf, TOPIC } from './streams.js'

// Few enough that what the others allocate does not set off a collection while it is being weighed.
const FRAMES = 1000
const TARGET_BYTES = 64 * 1024

export function encoderContests(): Contest[] {
  return [16, 64, 1024].map((payloadBytes) => ({
    name: `encode ${payloadBytes} B`,
    contenders: contenders(payloadOf(payloadBytes)),
  }))
}

/** The two others return a new buffer per frame: that is their interface, and part of what it costs. */
function contenders(payload: Buffer): Contender[] {
  const text = payload.toString('latin1')
  const target = new Uint8Array(TARGET_BYTES)
  const last = TARGET_BYTES - 3 - payload.length
  return [
    repeated('parlance', (at) => writeFrame(target, at > last ? 0 : at, MESSAGE, payload)),
    repeated('pg-protocol', (at) => at + serialize.copyData(payload).length),
    repeated('mqtt-packet', (at) => {
      const packet = { cmd: 'publish', topic: TOPIC, payload, qos: 0, dup: false, retain: false } as const
      return at + generate(packet).length
    }),
    repeated('parlance, from a string', (at) => writeTextFrame(target, at > last ? 0 : at, MESSAGE, text)),
  ]
}

function repeated(name: string, encode: (at: number) => number): Contender {
  return {
    name,
    units: FRAMES,
    run: () => {
      let at = 0
      for (let frame = 0; frame < FRAMES; frame++) at = encode(at)
      return at
    },
  }
}
