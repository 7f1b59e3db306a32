import assert from 'node:assert/strict'
import test from 'node:test'
import { LineDecoder, type LineSink } from '../../../src/relay/streams/lines.js'
import { allSplits } from '../../fixtures/framed-bytes.js'

const MAX = 8

/** Keeps what it gets; with `ends`, a line that is too long is the last. */
class Kept implements LineSink {
  readonly lines: string[] = []
  readonly tooLong?: () => void
  /** So many lines before it says to stop. */
  left = Number.POSITIVE_INFINITY

  constructor(ends: boolean) {
    if (ends) this.tooLong = () => this.lines.push('<too long>')
  }

  line(bytes: Uint8Array, start: number, end: number): boolean {
    this.lines.push(Buffer.from(bytes).toString('latin1', start, end))
    return --this.left > 0
  }
}

function decoding(pieces: Iterable<Uint8Array>, ends = true): { lines: string[]; decoder: LineDecoder } {
  const sink = new Kept(ends)
  const decoder = new LineDecoder(sink, MAX)
  for (const piece of pieces) decoder.decode(piece)
  return { lines: sink.lines, decoder }
}

test('every split of lines with either end gives the same lines', () => {
  for (const pieces of allSplits(Buffer.from('ab\n\r\n\nc\rd\r\n\r'))) {
    const { lines, decoder } = decoding(pieces)
    assert.deepEqual(lines, ['ab', '', '', 'c\rd'])
    assert.notEqual(decoder.partialFrame, 0)
  }
})

test('lines of the longest length, with either end, byte by byte and in one piece', () => {
  const bytes = Buffer.from('12345678\n12345678\r\n1234567\r\n')
  const whole = ['12345678', '12345678', '1234567']
  assert.deepEqual(decoding([bytes]).lines, whole)
  assert.deepEqual(decoding(Array.from(bytes, (byte) => Buffer.of(byte))).lines, whole)
  assert.deepEqual(decoding([bytes], false).lines, whole)
})

test('a line that is too long by one is told once, at every split, and nothing more is decoded', () => {
  for (const end of ['\n', '\r\n']) {
    for (const pieces of allSplits(Buffer.from(`123456789${end}x\n`))) {
      assert.deepEqual(decoding(pieces).lines, ['<too long>'])
    }
  }
})

test('a line that is too long is told before its end has come', () => {
  assert.deepEqual(decoding([Buffer.from('1234567890')]).lines, ['<too long>'])
})

test('for a sink that does not end there, it comes cut to one byte more than is allowed, at every split', () => {
  for (const pieces of allSplits(Buffer.from('123456789ab\r\nx\n'))) {
    const { lines, decoder } = decoding(pieces, false)
    assert.deepEqual(lines, ['123456789', 'x'])
    assert.equal(decoder.partialFrame, 0)
  }
})

test('a line that is cut behind a CR is no shorter for it, at every split', () => {
  for (const end of ['\n', '\r\n']) {
    for (const pieces of allSplits(Buffer.from(`12345678\r9${end}x\n`))) {
      assert.deepEqual(decoding(pieces, false).lines, ['12345678\r', 'x'])
      assert.deepEqual(decoding(pieces).lines, ['<too long>'])
    }
  }
})

test('what is cut is not kept', () => {
  const sink = new Kept(false)
  const decoder = new LineDecoder(sink, MAX)
  const before = process.memoryUsage().arrayBuffers
  const chunk = Buffer.alloc(64 * 1024, 'x')
  for (let n = 0; n < 1000; n++) decoder.decode(chunk)
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024)
  assert.notEqual(decoder.partialFrame, 0)
  decoder.decode(Buffer.from('\nnext\n'))
  assert.deepEqual(sink.lines, ['xxxxxxxxx', 'next'])
})

test('a sink that wants no more is left where it said so, and goes on from there', () => {
  const bytes = Buffer.from('a\nb\nc\nd')
  const sink = new Kept(true)
  const decoder = new LineDecoder(sink, MAX)
  sink.left = 2
  const at = decoder.decode(bytes)
  assert.equal(at, 4)
  assert.deepEqual(sink.lines, ['a', 'b'])
  sink.left = 1
  assert.equal(decoder.decode(bytes, at), 6)
  assert.equal(decoder.decode(bytes, 6), 7)
  assert.deepEqual(sink.lines, ['a', 'b', 'c'])
})

test('only what is between start and end is looked at', () => {
  const sink = new Kept(true)
  const decoder = new LineDecoder(sink, MAX)
  assert.equal(decoder.decode(Buffer.from('x\nabc\ny\n'), 2, 5), 5)
  assert.deepEqual(sink.lines, [])
  decoder.decode(Buffer.from('\n'))
  assert.deepEqual(sink.lines, ['abc'])
  // A CR in front of it is no end of an empty line.
  decoder.decode(Buffer.from('\r\n'), 1)
  assert.deepEqual(sink.lines, ['abc', ''])
})

test('the very first line may end in CRLF', () => {
  assert.deepEqual(decoding([Buffer.from('a\r\n')]).lines, ['a'])
})

test('an unfinished line has a number of its own, which a trickle does not change', () => {
  const { decoder } = decoding([])
  assert.equal(decoder.partialFrame, 0)
  decoder.decode(Buffer.from('a'))
  const first = decoder.partialFrame
  decoder.decode(Buffer.from('b'))
  assert.equal(decoder.partialFrame, first)
  assert.equal(decoder.heldBytes, 2)
  decoder.decode(Buffer.from('\nc'))
  assert.notEqual(decoder.partialFrame, first)
  assert.notEqual(decoder.partialFrame, 0)
  assert.equal(decoder.heldBytes, 1)
  decoder.decode(Buffer.from('\n'))
  assert.equal(decoder.partialFrame, 0)
  assert.equal(decoder.heldBytes, 0)
})

test('chunks are borrowed: what is written into them afterwards changes no line', () => {
  const sink = new Kept(true)
  const decoder = new LineDecoder(sink, MAX)
  const chunk = Buffer.from('abc')
  decoder.decode(chunk)
  chunk.fill('z')
  decoder.decode(Buffer.from('d\n'))
  assert.deepEqual(sink.lines, ['abcd'])
})

test('lines that begin in a certain way may be longer, at every split', () => {
  const ends = (text: string) => [`${text}\n`, `${text}\r\n`]
  const cases: [text: string, lines: string[]][] = [
    ['ab3456789012', ['ab3456789012']],
    ['ab34567890123', ['<too long>']],
    ['a2345678', ['a2345678']],
    ['a23456789', ['<too long>']],
    ['ba3456789', ['<too long>']],
    ['ab', ['ab']],
  ]
  for (const [text, lines] of cases) {
    for (const bytes of ends(text)) {
      for (const pieces of allSplits(Buffer.from(`x\n${bytes}`))) {
        const sink = new Kept(true)
        const decoder = new LineDecoder(sink, MAX)
        decoder.longer = { beginning: Buffer.from('ab'), maxLineBytes: 12 }
        for (const piece of pieces) decoder.decode(piece)
        assert.deepEqual(sink.lines, ['x', ...lines], JSON.stringify(bytes))
      }
    }
  }
})

test('the longest length may be changed between lines, also by the sink', () => {
  const sink = new Kept(false)
  const line = sink.line.bind(sink)
  const decoder = new LineDecoder(sink, 2)
  sink.line = (...args) => {
    decoder.maxLineBytes = 4
    return line(...args)
  }
  decoder.decode(Buffer.from('abcdef\nabcdef\n'))
  assert.deepEqual(sink.lines, ['abc', 'abcde'])
})
