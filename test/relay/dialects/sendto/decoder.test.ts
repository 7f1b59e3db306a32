import assert from 'node:assert/strict'
import test from 'node:test'
import { MessageDecoder, type MessageSink } from '../../../../src/relay/dialects/sendto/decoder.js'
import { allSplits } from '../../../fixtures/framed-bytes.js'
import { header, packet } from '../../../fixtures/sendto-bytes.js'

/** Keeps what it gets; of type 9 it wants nothing, of type 8 the first two bytes. */
class Kept implements MessageSink {
  readonly messages: string[] = []
  left = Number.POSITIVE_INFINITY

  wanted(type: number, nameBytes: number, textBytes: number): number {
    if (type === 9) return 0
    return type === 8 ? 2 : nameBytes + textBytes
  }

  message(type: number, nameBytes: number, bytes: Uint8Array, start: number, end: number): boolean {
    this.messages.push(`${type} ${nameBytes} ${Buffer.from(bytes).toString('latin1', start, end)}`)
    return --this.left > 0
  }
}

test('S6 every split of kept, skipped and empty messages gives the same', () => {
  const bytes = Buffer.concat([packet(3, 'A', 'b'), packet(2), packet(9, 'x', 'yz')])
  for (const pieces of allSplits(bytes)) {
    const sink = new Kept()
    const decoder = new MessageDecoder(sink)
    for (const piece of pieces) assert.equal(decoder.decode(piece), piece.length)
    assert.deepEqual(sink.messages, ['3 1 Ab', '2 0 ', '9 1 '])
    assert.equal(decoder.partialFrame, 0)
  }
})

test('a message of which only the beginning is wanted, byte by byte and in one piece', () => {
  const bytes = Buffer.concat([packet(8, 'Bob', 'Hi'), packet(1, 'B')])
  for (const pieces of [[bytes], Array.from(bytes, (byte) => Buffer.of(byte))]) {
    const sink = new Kept()
    const decoder = new MessageDecoder(sink)
    for (const piece of pieces) decoder.decode(piece)
    assert.deepEqual(sink.messages, ['8 3 Bo', '1 1 B'])
  }
})

test('a message larger than any chunk comes whole, and one that is not wanted is not kept', () => {
  const text = 'x'.repeat(65_535)
  const bytes = Buffer.concat([packet(3, 'Bob', text), packet(9, 'Bob', text), packet(2)])
  const sink = new Kept()
  const decoder = new MessageDecoder(sink)
  for (let at = 0; at < bytes.length; at += 1000) decoder.decode(bytes, at, Math.min(at + 1000, bytes.length))
  assert.deepEqual(sink.messages, [`3 3 Bob${text}`, '9 3 ', '2 0 '])
})

test('a sink that wants no more is left where it said so, also behind one that straddled', () => {
  const bytes = Buffer.concat([packet(3, 'A', 'b'), packet(2), packet(2)])
  const sink = new Kept()
  const decoder = new MessageDecoder(sink)
  decoder.decode(bytes, 0, 3)
  sink.left = 1
  assert.equal(decoder.decode(bytes, 3), 6)
  assert.equal(decoder.decode(bytes, 6), 10)
  assert.deepEqual(sink.messages, ['3 1 Ab', '2 0 '])
})

test('a header that lies about its length costs no memory', () => {
  const before = process.memoryUsage().arrayBuffers
  const decoders = Array.from({ length: 2000 }, () => new MessageDecoder(new Kept()))
  for (const decoder of decoders) decoder.decode(Buffer.concat([header(3, 20, 65_535), Buffer.of(0x41)]))
  assert.ok(process.memoryUsage().arrayBuffers - before < 2000 * 1024)
})

test('an unfinished message has a number of its own, which a trickle does not change', () => {
  const decoder = new MessageDecoder(new Kept())
  assert.equal(decoder.partialFrame, 0)
  decoder.decode(Buffer.of(9))
  const first = decoder.partialFrame
  assert.notEqual(first, 0)
  decoder.decode(Buffer.of(0, 0, 2, 1))
  assert.equal(decoder.partialFrame, first)
  decoder.decode(Buffer.of(1, 3))
  assert.notEqual(decoder.partialFrame, first)
  decoder.decode(Buffer.of(0, 0, 0))
  assert.equal(decoder.partialFrame, 0)
})
