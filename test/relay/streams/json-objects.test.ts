/** Objects out of a stream of JSON: cut anywhere, capped before anything is parsed. */

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  type BrokenStream,
  JsonObjectDecoder,
  type JsonObjectLimits,
} from '../../../src/relay/streams/json-objects.js'
import { allSplits } from '../../fixtures/framed-bytes.js'
import { seeded } from '../../fixtures/random.js'

const LIMITS: JsonObjectLimits = { maxBytes: 65_536, maxDepth: 4 }

/** What came out: objects as text, and why it broke. */
interface Heard {
  readonly objects: string[]
  broken: BrokenStream | null
}

function listening(limits: Partial<JsonObjectLimits> = {}, goesOn: (object: string) => boolean = () => true) {
  const heard: Heard = { objects: [], broken: null }
  const sink = {
    object(bytes: Uint8Array, start: number, end: number) {
      const object = Buffer.from(bytes.subarray(start, end)).toString('utf8')
      assert.equal(heard.broken, null, 'an object after the stream broke')
      heard.objects.push(object)
      return goesOn(object)
    },
    broken(why: BrokenStream) {
      assert.equal(heard.broken, null, 'broken twice')
      heard.broken = why
    },
  }
  return { heard, decoder: new JsonObjectDecoder(sink, { ...LIMITS, ...limits }) }
}

function decoded(pieces: Iterable<Buffer>, limits: Partial<JsonObjectLimits> = {}): Heard {
  const { heard, decoder } = listening(limits)
  for (const piece of pieces) {
    const chunk = Buffer.from(piece)
    assert.equal(decoder.decode(chunk), chunk.length)
    // What was handed in is the caller's again: nothing may depend on it.
    chunk.fill(0x7b)
  }
  return heard
}

test('objects stand back to back or with white space between, and come out one by one', () => {
  const { objects, broken } = decoded([Buffer.from(' {}{"a":1}\r\n\t {"b":[1,{"c":2}]} \n')])
  assert.deepEqual(objects, ['{}', '{"a":1}', '{"b":[1,{"c":2}]}'])
  assert.equal(broken, null)
})

test('braces, brackets and quotes in strings are text, and so is what is escaped', () => {
  const values = [
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    '\\"',
    '"}{"',
    '\\\\"',
    '}'.repeat(100),
    '{'.repeat(100),
    '\u{1f600}é',
  ]
  const objects = values.map((value) => JSON.stringify({ [value]: value, x: [value] }))
  assert.deepEqual(decoded([Buffer.from(objects.join(''))]).objects, objects)
  assert.deepEqual(decoded([Buffer.from(objects.join('\n'))]).objects, objects)
})

test('every way to cut a stream gives the same objects', () => {
  const whole = ['{"\\"":["}"]}', '{}', '{"é":""}']
  const stream = Buffer.from(`${whole[0]}${whole[1]} `)
  assert.ok(stream.length <= 15)
  for (const pieces of allSplits(stream)) assert.deepEqual(decoded(pieces).objects, whole.slice(0, 2))
  for (const pieces of allSplits(Buffer.from(` ${whole[2]}\n`))) {
    assert.deepEqual(decoded(pieces).objects, [whole[2]])
  }
})

test('byte by byte, random objects come out whole', (t) => {
  const random = seeded(t)
  const property = fc.property(
    fc.array(
      fc.object({ maxDepth: 2, key: fc.string(), values: [fc.string(), fc.integer(), fc.constant(null)] }),
    ),
    fc.constantFrom('', ' ', '\n', '\r\n\t '),
    (values, between) => {
      const objects = values.map((value) => JSON.stringify(value))
      const stream = Buffer.from(objects.join(between))
      const bytes = Array.from(stream, (byte) => Buffer.of(byte))
      assert.deepEqual(decoded(bytes, { maxDepth: 8 }), { objects, broken: null })
      const at = random.below(stream.length + 1)
      const halves = [stream.subarray(0, at), stream.subarray(at)]
      assert.deepEqual(decoded(halves, { maxDepth: 8 }), { objects, broken: null })
    },
  )
  fc.assert(property, { seed: random.seed })
})

test('anything that does not begin with a brace breaks the stream, after the objects before it', () => {
  for (const bad of [
    'x',
    '[]',
    '"a"',
    '1',
    'null',
    '}',
    ']',
    ',',
    '\0',
    '\x0b',
    '\ufeff{}',
    '\u00a0{}',
    '(dp0\nS',
  ]) {
    for (const before of ['', '{}', '{} ']) {
      const { objects, broken } = decoded([Buffer.from(`${before}${bad}{}`)])
      assert.deepEqual(objects, before === '' ? [] : ['{}'], JSON.stringify(bad))
      assert.equal(broken, 'not-an-object')
    }
  }
})

test('nothing is decoded after the stream broke', () => {
  const { heard, decoder } = listening()
  const bad = Buffer.from('x{}{}')
  assert.equal(decoder.decode(bad), bad.length)
  assert.equal(decoder.decode(Buffer.from('{}')), 0)
  assert.deepEqual(heard, { objects: [], broken: 'not-an-object' })
})

test('the depth is counted over objects and arrays, and kept before the rest arrives', () => {
  for (const maxDepth of [1, 2, 4]) {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`
    const arrays = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1) || '0'}}`
    for (const make of [nested, arrays]) {
      assert.equal(decoded([Buffer.from(make(maxDepth))], { maxDepth }).broken, null)
      assert.equal(decoded([Buffer.from(make(maxDepth + 1))], { maxDepth }).broken, 'too-deep')
    }
  }
  const bracket = Buffer.from('{"a":[')
  assert.equal(decoded([bracket], { maxDepth: 1 }).broken, 'too-deep')
  assert.equal(decoded([Buffer.from(`{"a":${'['.repeat(60_000)}`)]).broken, 'too-deep')
  assert.equal(decoded([Buffer.from(`{"a":"${'['.repeat(60_000)}"}`)]).broken, null)
})

test('an object may be maxBytes long and no longer, at every cut and with anything before it', () => {
  const maxBytes = 12
  const fits = Buffer.from('{"a":"xxxx"}')
  const over = Buffer.from('{"a":"xxxxx"}')
  assert.equal(fits.length, maxBytes)
  for (const pieces of allSplits(fits)) assert.equal(decoded(pieces, { maxBytes }).objects.length, 1)
  for (const pieces of allSplits(over)) {
    assert.deepEqual(decoded(pieces, { maxBytes }), { objects: [], broken: 'too-large' })
  }
  const glued = Buffer.concat([fits, Buffer.from(' '.repeat(100)), fits, over])
  assert.deepEqual(decoded([glued], { maxBytes }), {
    objects: [fits.toString(), fits.toString()],
    broken: 'too-large',
  })
})

test('an object that does not end is refused as soon as it is too long', () => {
  const { heard, decoder } = listening({ maxBytes: 100 })
  decoder.decode(Buffer.from(`{"${'x'.repeat(98)}`))
  assert.equal(heard.broken, null)
  decoder.decode(Buffer.from('x'))
  assert.equal(heard.broken, 'too-large')
})

test('a sink that stops is fed the rest later, from where it stopped', () => {
  const { heard, decoder } = listening({}, () => false)
  const stream = Buffer.from('{"a":1}{"b":2} {"c":3}')
  let at = 0
  const stops: number[] = []
  while (at < stream.length) {
    at = decoder.decode(stream, at)
    stops.push(at)
  }
  assert.deepEqual(stops, [7, 14, 22])
  assert.deepEqual(heard.objects, ['{"a":1}', '{"b":2}', '{"c":3}'])
})

test('a part of a chunk is decoded, and the rest is not looked at', () => {
  const { heard, decoder } = listening()
  const chunk = Buffer.from('garbage{"a":1}{"b":garbage')
  assert.equal(decoder.decode(chunk, 7, 19), 19)
  assert.deepEqual(heard, { objects: ['{"a":1}'], broken: null })
  decoder.decode(Buffer.from('2}'))
  assert.deepEqual(heard.objects, ['{"a":1}', '{"b":2}'])
})

test('partialFrame is 0 between objects, and a number of its own for each that straddles chunks', () => {
  const { decoder } = listening()
  const after = (text: string) => {
    decoder.decode(Buffer.from(text))
    return decoder.partialFrame
  }
  assert.deepEqual(
    ['', ' ', '{}', '{', '"a"', ':1', '}', '\n', '{}{', '}', '{"'].map(after),
    [0, 0, 0, 1, 1, 1, 0, 0, 2, 0, 3],
  )
  assert.equal(decoder.heldBytes, 2)
  after('a":1}')
  assert.equal(decoder.heldBytes, 0)
})

test('brackets that do not match are for the parser to refuse; the next object begins after them', () => {
  assert.deepEqual(decoded([Buffer.from('{]{}')]).objects, ['{]', '{}'])
})

test('random bytes end in objects or in one of the three reasons, and never in an exception', (t) => {
  const random = seeded(t)
  for (let run = 0; run < 5000; run++) {
    const pieces = Array.from({ length: random.between(1, 5) }, () => {
      const piece = Buffer.alloc(random.below(30))
      random.fill(piece)
      for (let at = 0; at < piece.length; at++) {
        if (random.below(3) > 0) piece[at] = random.pick([...'{}[]"\\ \n:1'].map((one) => one.charCodeAt(0)))
      }
      return piece
    })
    const { heard, decoder } = listening({ maxBytes: 40, maxDepth: 2 })
    for (const piece of pieces) decoder.decode(piece)
    for (const object of heard.objects) {
      assert.match(object, /^\{.*[}\]]$/s)
      assert.ok(Buffer.byteLength(object) <= 40 * 3)
    }
  }
})
