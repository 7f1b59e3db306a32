/**
 * A room of the relay without a network: real hub events, lanes, batches and outboxes, and kernels that take
 * everything at once. The one place of the benchmarks that knows how fan-out is put together.
 */

import { FRAMED_ENCODINGS } from '../../src/relay/dialects/framed/encoding.js'
import { ChunkPool } from '../../src/relay/fanout/chunk.js'
import { Flusher } from '../../src/relay/fanout/flusher.js'
import { Outbox } from '../../src/relay/fanout/outbox.js'
import { Pressure } from '../../src/relay/fanout/pressure.js'
import { Recipient } from '../../src/relay/fanout/recipient.js'
import { RoomFanout } from '../../src/relay/fanout/room-fanout.js'
import type { MessageEvent } from '../../src/relay/hub/events.js'
import { HandlePorts } from '../../src/relay/net/handle-ports.js'

type Style = keyof typeof FRAMED_ENCODINGS

/** The relay's own. */
const LIMITS = {
  softLimitBytes: 256 * 1024,
  hardLimitBytes: 1024 * 1024,
  graceMs: 10_000,
  minDrainBytesPerSecond: 64 * 1024,
  retainedLimitBytes: 256 * 1024 * 1024,
}

/** Takes every write at once and counts them. */
export class OpenSink {
  bytes = 0
  readonly port = null
  readonly traffic = { bytesOut: 0 }
  readonly kernelKey = ''
  readonly gone = false
  writes = 0

  write(bytes: Buffer): boolean {
    this.writes++
    this.bytes += bytes.length
    return true
  }

  writeRest(bytes: Buffer, rest: number): boolean {
    return this.write(bytes.subarray(bytes.length - rest))
  }

  writeMany(pieces: Buffer[]): boolean {
    this.writes++
    for (const piece of pieces) this.bytes += piece.length
    return true
  }

  get takenBytes(): number {
    return this.bytes
  }

  tooSlow(): void {
    throw new Error('nothing queues up here')
  }

  evict(): void {
    this.tooSlow()
  }

  spend(): void {}

  pause(): void {}

  resume(): void {}
}

export interface BenchRoom {
  sink: OpenSink
  members: Recipient[]
  tell(event: MessageEvent, actor: Recipient): void
  /** Hands out and writes what was told. */
  flush(): void
}

/** @param styleOf which encoding, and so which lane, a member has */
export function roomOf(size: number, styleOf: (member: number) => Style = () => 'brackets'): BenchRoom {
  const flusher = new Flusher()
  const pool = new ChunkPool()
  const context = {
    flusher,
    pool,
    pressure: new Pressure(LIMITS, pool, () => performance.now(), null),
    createPorts: () => new HandlePorts(),
    encodingFailed: (error: unknown) => {
      throw error
    },
    slowTarget: null,
  }
  const fanout = new RoomFanout(context)
  const sink = new OpenSink()
  const members = Array.from({ length: size }, (_, member) => {
    const outbox = new Outbox(sink, context, 'cut')
    const recipient = new Recipient(FRAMED_ENCODINGS[styleOf(member)], outbox)
    fanout.add(recipient)
    return recipient
  })
  return {
    sink,
    members,
    tell: (event, actor) => fanout.tell(event, actor),
    flush: flusher.flush,
  }
}

/** `payloadBytes` of text from one person. */
export function messageOf(payloadBytes: number): MessageEvent {
  const text = 'x'.repeat(payloadBytes)
  return {
    kind: 'message',
    id: '0mi8k2f3q00001',
    at: 0,
    room: 'general',
    name: 'Bob',
    dialect: 'framed',
    text,
    saidAt: null,
  }
}

/**
 * Does `work` without what it schedules for later: it is flushed by hand, and millions of immediates that the
 * event loop never gets round to would be what is measured.
 */
export function withoutImmediates(work: () => void): void {
  const { setImmediate } = globalThis
  globalThis.setImmediate = (() => undefined) as unknown as typeof setImmediate
  try {
    work()
  } finally {
    globalThis.setImmediate = setImmediate
  }
}
