/**
 * Reading a client's frame, which has to be unmasked. With `WS_NO_BUFFER_UTIL=1` in the environment ws does that in
 * JavaScript, as it does where bufferutil is not there.
 */

import { type FrameOwner, readFrame } from '../../src/relay/net/websocket/frame-reader.js'
import type { Contest } from './contest.js'

const FRAMES = 100
const MASK = Buffer.of(0x37, 0xfa, 0x21, 0x3d)

export function webSocketContests(): Contest[] {
  return [64, 1024, 16 * 1024, 64 * 1024].map(contestOf)
}

function contestOf(payloadBytes: number): Contest {
  const frame = maskedFrame(payloadBytes)
  let bytes = 0
  const owner: FrameOwner = {
    message(message) {
      bytes += message.length
    },
    ping() {},
    pong() {},
    closeFrame() {},
  }
  const run = () => {
    for (let count = 0; count < FRAMES; count++) readFrame(frame, owner)
    return bytes
  }
  return { name: `${payloadBytes} B, masked`, contenders: [{ name: 'parlance', units: FRAMES, run }] }
}

/** What is in it does not matter, and changes with each reading: it is unmasked in place. */
function maskedFrame(payloadBytes: number): Buffer {
  const header = Buffer.alloc(payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10)
  header[0] = 0x82
  if (header.length === 2) header[1] = 0x80 | payloadBytes
  else if (header.length === 4) {
    header[1] = 0x80 | 126
    header.writeUInt16BE(payloadBytes, 2)
  } else {
    header[1] = 0x80 | 127
    header.writeBigUInt64BE(BigInt(payloadBytes), 2)
  }
  return Buffer.concat([header, MASK, Buffer.alloc(payloadBytes)])
}
