/**
 * A WebSocket by itself, between bytes and messages of the test's own: however the bytes are cut, and whenever reading is
 * paused, the messages are the same; and no bytes at all make it throw.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CLOSE_REASONS } from '../../../../src/relay/hub/close-reason.js'
import type { SocketTransport } from '../../../../src/relay/net/socket-transport.js'
import type { MessageEvents, TransportEvents } from '../../../../src/relay/net/transport.js'
import { Pulse } from '../../../../src/relay/net/websocket/pulse.js'
import { WebSocketTransport } from '../../../../src/relay/net/websocket/websocket-transport.js'
import { FUZZ_SEED } from '../../../fixtures/fuzz-seed.js'
import {
  BINARY,
  binary,
  CLOSE,
  CONTINUATION,
  clientFrame,
  close,
  PING,
  PONG,
  ping,
  serverFrame,
} from '../../../fixtures/websocket-bytes.js'

/** What was written, and whether reading is paused. */
class FakeInner {
  readonly written: Buffer[] = []
  paused = false
  ends = 0
  events: TransportEvents | null = null

  open(events: TransportEvents): void {
    this.events = events
  }

  write(bytes: Buffer): boolean {
    this.written.push(Buffer.from(bytes))
    return true
  }

  writeMany(pieces: Buffer[]): boolean {
    return this.write(Buffer.concat(pieces))
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  end(): void {
    this.ends++
  }

  destroy(): void {}
}

/** Takes everything as binary, and pauses after as many messages as it is told. */
class FakeConnection implements MessageEvents {
  readonly said: string[] = []
  readonly isBehind = false
  pauseAfter: number[] = []
  transport: WebSocketTransport | null = null
  ends = 0
  /** How many frames have counted, and how many bytes. */
  frames = 0
  bytes = 0

  turnBegins(): void {}
  settling(): void {}
  received(): void {}
  failed(): void {}
  written(): void {}
  releasing(): void {}

  worked(): void {
    this.frames++
  }

  looked(bytes: number): void {
    this.bytes += bytes
  }

  isBinary(): boolean {
    return true
  }

  message(bytes: Buffer): void {
    this.said.push(`message ${bytes.toString('hex')}`)
    if (this.pauseAfter[0] === 0) {
      this.pauseAfter.shift()
      this.transport?.pause()
    } else if (this.pauseAfter.length > 0) {
      this.pauseAfter[0] = (this.pauseAfter[0] as number) - 1
    }
  }

  messageEnded(): void {
    this.said.push('over')
  }

  interject(bytes: Buffer): void {
    this.transport?.write(bytes)
  }

  violated(reason: { label: string }): void {
    this.said.push(reason.label)
  }

  ended(): void {
    this.ends++
  }
}

function webSocket() {
  const inner = new FakeInner()
  const connection = new FakeConnection()
  const kernel = { read: () => Promise.resolve(null) }
  const pulse = new Pulse({ everyMs: 1e9, kernel, now: () => 0 })
  const context = { pulse, stats: { closes: new Map(), pingsUnanswered: 0 } }
  const transport = new WebSocketTransport(inner as unknown as SocketTransport, Buffer.alloc(0), context)
  connection.transport = transport
  transport.open(connection)
  /** In memory that is written over by the next read, as that of a handle is. */
  const read = (chunk: Buffer) => {
    const borrowed = Buffer.from(chunk)
    transport.received(borrowed, borrowed.length)
    borrowed.fill('~')
  }
  return { inner, connection, transport, read, pulse }
}

/** A message in some frames, with pings in between. */
const aMessage = fc
  .record({
    payload: fc.uint8Array({ maxLength: 300 }),
    cuts: fc.array(fc.nat(300), { maxLength: 4 }),
    pings: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  })
  .map(({ payload, cuts, pings, mask }) => {
    const bytes = Buffer.from(payload)
    const places = [...cuts.filter((at) => at <= bytes.length).sort((a, b) => a - b), bytes.length]
    let from = 0
    const frames = places.flatMap((to, index) => {
      const shape = { fin: index === places.length - 1, mask: Buffer.from(mask) }
      const piece = clientFrame(index === 0 ? BINARY : CONTINUATION, bytes.subarray(from, to), shape)
      from = to
      return pings[index] === true ? [piece, ping(`p${index}`)] : [piece]
    })
    const pongs = places.flatMap((_, index) => (pings[index] === true ? [`p${index}`] : []))
    return { bytes, frames: Buffer.concat(frames), pongs }
  })

const someMessages = fc.record({
  messages: fc.array(aMessage, { maxLength: 6 }),
  sizes: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }),
  pauseAfter: fc.array(fc.nat(3), { maxLength: 4 }),
})

test('W3 however the bytes are cut and whenever reading is paused, the messages are the same and each is said to be over', () => {
  const property = fc.property(someMessages, ({ messages, sizes, pauseAfter }) => {
    const { connection, inner, transport, read, pulse } = webSocket()
    connection.pauseAfter = [...pauseAfter]
    const stream = Buffer.concat(messages.map(({ frames }) => frames))
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      while (inner.paused) transport.resume()
      const size = sizes[turn % sizes.length] as number
      read(stream.subarray(at, at + size))
      at += size
    }
    while (inner.paused) transport.resume()
    const wanted = messages.flatMap(({ bytes }) =>
      bytes.length === 0 ? ['over'] : [`message ${bytes.toString('hex')}`, 'over'],
    )
    assert.deepEqual(connection.said, wanted)
    const pongs: string[] = []
    for (let bytes = Buffer.concat(inner.written); bytes.length > 0; ) {
      const frame = serverFrame(bytes)
      assert.equal(frame?.opcode, PONG)
      pongs.push(frame.payload.toString())
      bytes = bytes.subarray(frame.length)
    }
    assert.deepEqual(
      pongs,
      messages.flatMap((message) => message.pongs),
    )
    assert.equal(transport.partialFrame, 0)
    assert.equal(transport.heldBytes, 0)
    pulse.stop()
  })
  fc.assert(property, { seed: FUZZ_SEED, numRuns: 300 })
})

test('W6 any bytes are messages, or are refused with a reason once, however they are cut', () => {
  const anyFrame = fc
    .record({
      opcode: fc.constantFrom(CONTINUATION, BINARY, CLOSE, PING, PONG, 1, 3, 11),
      fin: fc.boolean(),
      reserved: fc.constantFrom(0, 0, 0, 0x40, 0x10),
      payload: fc.uint8Array({ maxLength: 140 }),
      isMasked: fc.constantFrom(true, true, true, false),
    })
    .map(({ opcode, payload, isMasked, ...shape }) =>
      clientFrame(opcode, payload, isMasked ? shape : { ...shape, mask: null }),
    )
  const anyBytes = fc.array(fc.oneof(anyFrame, fc.uint8Array({ maxLength: 20 })), { maxLength: 8 })
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })
  const heardOf = (stream: Buffer, cut: readonly number[]) => {
    const { connection, read, pulse } = webSocket()
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const size = cut[turn % cut.length] as number
      read(stream.subarray(at, at + size))
      at += size
    }
    pulse.stop()
    return connection
  }
  const property = fc.property(anyBytes, sizes, (pieces, cut) => {
    const stream = Buffer.concat(pieces)
    const { said, ends } = heardOf(stream, cut)
    const whole = heardOf(stream, [stream.length + 1])
    assert.deepEqual(said, whole.said)
    assert.equal(ends, whole.ends)
    const last = said.findIndex((one) => ['protocol', 'malformed', 'oversize', 'fragments'].includes(one))
    assert.ok(last === -1 || last === said.length - 1, 'nothing is looked at behind what cannot be followed')
  })
  fc.assert(property, { seed: FUZZ_SEED, numRuns: 500 })
})

test('what a port has written in part goes on without a second header, also from inside the first', () => {
  const { inner, transport, pulse } = webSocket()
  const bytes = Buffer.alloc(70_000, 'x')
  const header = Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70)
  const whole = Buffer.concat([header, bytes])
  for (const taken of [0, 1, 9, 10, 11, 69_999, 70_009]) {
    inner.written.length = 0
    transport.writeRest(bytes, whole.length - taken)
    assert.ok(Buffer.concat(inner.written).equals(whole.subarray(taken)), `${taken} bytes were taken`)
  }
  pulse.stop()
})

test('W8 one write is one message, and control frames in it stay frames of their own', () => {
  const { inner, transport, read, connection, pulse } = webSocket()
  const pieces: Buffer[] = []
  connection.interject = (bytes) => pieces.push(bytes)
  pieces.push(Buffer.from('ab'), Buffer.from('cd'))
  read(ping('p'))
  pieces.push(Buffer.from('ef'), transport.lastWords(CLOSE_REASONS.shutdown))
  transport.writeMany(pieces)
  const shutdown = Buffer.concat([Buffer.of(0x88, 10, 3, 0xe9), Buffer.from('shutdown')])
  assert.equal(
    Buffer.concat(inner.written).toString('latin1'),
    `\x82\x04abcd\x8a\x01p\x82\x02ef${shutdown.toString('latin1')}`,
  )
  // Until the client closes too, our side stays; what else it sends is not heard.
  transport.end()
  assert.equal(inner.ends, 0)
  read(Buffer.concat([binary(Buffer.from('late')), ping('late'), close(1001), binary(Buffer.from('later'))]))
  assert.deepEqual([connection.said, connection.ends, pieces.length], [[], 1, 5])
  pulse.stop()
})

test('every frame counts as work, also those that say nothing: empty ones, fragments, pings and pongs', () => {
  const { connection, read, pulse } = webSocket()
  const nothing = Buffer.alloc(0)
  const frames = [
    binary(nothing),
    clientFrame(BINARY, nothing, { fin: false }),
    clientFrame(CONTINUATION, nothing, { fin: false }),
    ping(''),
    clientFrame(PONG, ''),
    clientFrame(CONTINUATION, nothing),
  ]
  const stream = Buffer.concat(frames)
  read(stream)
  assert.deepEqual([connection.frames, connection.bytes], [frames.length, stream.length])
  pulse.stop()
})

test('what is held of fragments counts with what each takes, however small it is', () => {
  const { transport, read, pulse } = webSocket()
  const empty = clientFrame(CONTINUATION, '', { fin: false })
  read(Buffer.concat([clientFrame(BINARY, '', { fin: false }), ...Array<Buffer>(200).fill(empty)]))
  assert.ok(transport.heldBytes > 200 * 128, `${transport.heldBytes} bytes`)
  read(clientFrame(CONTINUATION, ''))
  assert.equal(transport.heldBytes, 0)
  pulse.stop()
})

test('W8 behind our close nothing is held of what the client has begun or begins, and its own close is found', () => {
  const big = binary(Buffer.alloc(500_000, 'x'))
  const begun = clientFrame(BINARY, Buffer.alloc(100_000, 'x'), { fin: false })
  const more = clientFrame(CONTINUATION, Buffer.alloc(100_000, 'x'), { fin: false })
  for (const before of [
    Buffer.alloc(0),
    big.subarray(0, 5),
    big.subarray(0, 300_000),
    begun,
    Buffer.concat([begun, more, more]),
  ]) {
    for (const size of [7, 50_000, 1e9]) {
      const { transport, connection, read, pulse } = webSocket()
      read(before)
      transport.lastWords(CLOSE_REASONS.frameDeadline)
      assert.ok(transport.heldBytes < 14, `${transport.heldBytes} bytes at once`)
      const rest =
        before.length < big.length && before.equals(big.subarray(0, before.length))
          ? big.subarray(before.length)
          : more
      const stream = Buffer.concat([rest, begun, more, ping('late'), close(1000)])
      for (let at = 0; at < stream.length; at += size) {
        read(stream.subarray(at, at + size))
        assert.ok(transport.heldBytes < 140, `${transport.heldBytes} bytes`)
      }
      assert.deepEqual([connection.said, connection.ends], [[], 1])
      pulse.stop()
    }
  }
})
