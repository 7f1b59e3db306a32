/** `bare=on`: that lone LIST and LEAVE bytes and whole frames give the same commands at any split. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BareCommands } from '../../../../src/relay/dialects/framed/bare.js'
import { COMMAND } from '../../../../src/relay/dialects/framed/commands.js'
import { FrameDecoder } from '../../../../src/relay/frame/decoder.js'
import { bytesOf, Collector, cut, type Frame, frame } from '../../frame/streams.js'

/** What a client sends: a frame, or a command byte alone. */
type Sent = Frame & { readonly bare?: true }

const bareOf = (command: number): Sent => ({ ...frame(command), bare: true })

function bytesSent(sent: readonly Sent[]): Buffer {
  return Buffer.concat(sent.map((one) => (one.bare === true ? Buffer.of(one.command) : bytesOf([one]))))
}

/** LIST's and LEAVE's payload is ignored, and not passed on where the command was carried out before it came. */
function commandsOf(frames: readonly Frame[]): string[] {
  return frames.map(({ command, payload }) =>
    command === COMMAND.LIST || command === COMMAND.LEAVE
      ? `${command}`
      : `${command} ${payload.toString('latin1')}`,
  )
}

const never = () => false

function decodeBare(chunks: readonly Uint8Array[], joined: boolean) {
  const collector = new Collector()
  const decoder = new FrameDecoder(collector)
  const bare = new BareCommands((bytes, start, end) => decoder.decode(bytes, start, end), never)
  bare.joined = joined
  for (const chunk of chunks) assert.equal(bare.decode(chunk, 0, chunk.length), chunk.length)
  return { frames: collector.frames, partialFrame: decoder.partialFrame }
}

/** Everything but JOIN, whose command byte is the 0 that also begins the rest of a header. */
const anySent: fc.Arbitrary<Sent> = fc.oneof(
  fc.constantFrom(bareOf(COMMAND.LIST), bareOf(COMMAND.LEAVE)),
  fc
    .tuple(fc.constantFrom(COMMAND.LIST, COMMAND.LEAVE), fc.uint8Array({ maxLength: 255 }))
    .map(([command, payload]) => frame(command, payload)),
  fc
    .tuple(fc.constantFrom(2, 4, 5, 6, 7, 255), fc.uint8Array({ maxLength: 40 }))
    .map(([command, payload]) => frame(command, payload)),
  fc.tuple(fc.constant(2), fc.integer({ min: 250, max: 66_000 })).map(([command, length]) =>
    // High bytes of the length that are commands too.
    frame(command, new Uint8Array(Math.min(length, 65_535)).fill(length)),
  ),
)

test('lone bytes and frames, glued and cut anywhere, are the commands that were sent', () => {
  fc.assert(
    fc.property(
      fc.array(anySent, { maxLength: 12 }),
      fc.array(fc.nat(1 << 30), { maxLength: 30 }),
      (sent, numbers) => {
        const bytes = bytesSent(sent)
        const cuts = numbers.map((number) => number % (bytes.length + 1))
        const { frames, partialFrame } = decodeBare(cut(bytes, cuts), true)
        assert.deepEqual(commandsOf(frames), commandsOf(sent))
        assert.equal(partialFrame, 0)
      },
    ),
    { numRuns: 1000 },
  )
})

test('every cut of a short conversation gives its commands', () => {
  const conversation = [
    bareOf(COMMAND.LIST),
    frame(COMMAND.MESSAGE, 'Hi'),
    frame(COMMAND.LIST, 'x'),
    bareOf(COMMAND.LIST),
    bareOf(COMMAND.LIST),
    frame(COMMAND.LEAVE, 'Bob'),
    bareOf(COMMAND.LEAVE),
  ]
  const bytes = bytesSent(conversation)
  const wanted = commandsOf(conversation)
  for (let mask = 0; mask < 1 << (bytes.length - 1); mask++) {
    const offsets: number[] = []
    for (let place = 1; place < bytes.length; place++) if (mask & (1 << (place - 1))) offsets.push(place)
    const got = commandsOf(decodeBare(cut(bytes, offsets), true).frames)
    if (got.join() !== wanted.join()) assert.deepEqual(got, wanted, `cut at ${offsets}`)
  }
})

test('before JOIN only LEAVE may be bare: LIST is a frame like any other', () => {
  const sent = [
    frame(COMMAND.LIST),
    frame(COMMAND.JOIN, 'Bob'),
    frame(COMMAND.LIST, 'payload'),
    bareOf(COMMAND.LEAVE),
  ]
  const bytes = bytesSent(sent)
  for (let at = 0; at <= bytes.length; at++) {
    for (let then = at; then <= bytes.length; then++) {
      const { frames } = decodeBare(cut(bytes, [at, then]), false)
      assert.deepEqual(commandsOf(frames), commandsOf(sent), `cut at ${at} and ${then}`)
    }
  }
  const { frames, partialFrame } = decodeBare([Buffer.of(COMMAND.LIST)], false)
  assert.deepEqual(frames, [])
  assert.notEqual(partialFrame, 0, 'the frame deadline runs for it')
})

test('a lone byte is carried out when its chunk ends, not when more comes', () => {
  for (const command of [COMMAND.LIST, COMMAND.LEAVE]) {
    const { frames, partialFrame } = decodeBare([Buffer.of(command)], true)
    assert.deepEqual(commandsOf(frames), [`${command}`])
    assert.equal(partialFrame, 0)
  }
})

test('a chunk may be part of a larger buffer, and be overwritten afterwards', () => {
  const sent = [
    frame(COMMAND.MESSAGE, 'one'),
    bareOf(COMMAND.LIST),
    frame(COMMAND.MESSAGE, 'two'),
    bareOf(COMMAND.LIST),
  ]
  const bytes = bytesSent(sent)
  for (let size = 1; size <= bytes.length; size++) {
    const collector = new Collector()
    const decoder = new FrameDecoder(collector)
    const bare = new BareCommands((chunk, start, end) => decoder.decode(chunk, start, end), never)
    bare.joined = true
    const readBuffer = Buffer.alloc(size + 4, 1)
    for (let at = 0; at < bytes.length; at += size) {
      const end = 2 + bytes.copy(readBuffer, 2, at, Math.min(at + size, bytes.length))
      assert.equal(bare.decode(readBuffer, 2, end), end)
      readBuffer.fill(1)
    }
    assert.deepEqual(commandsOf(collector.frames), commandsOf(sent), `chunks of ${size}`)
  }
})

test('a JOIN that turns bare LIST on counts for what is glued behind it', () => {
  const collector = new Collector()
  const take = collector.frame.bind(collector)
  const decoder = new FrameDecoder(collector)
  const bare = new BareCommands((bytes, start, end) => decoder.decode(bytes, start, end), never)
  collector.frame = (command, ...rest) => {
    if (command === COMMAND.JOIN) bare.joined = true
    return take(command, ...rest)
  }
  const sent = [
    frame(COMMAND.JOIN, 'Bob'),
    bareOf(COMMAND.LIST),
    bareOf(COMMAND.LIST),
    frame(COMMAND.MESSAGE, 'Hi'),
  ]
  const bytes = bytesSent(sent)
  assert.equal(bare.decode(bytes, 0, bytes.length), bytes.length)
  assert.deepEqual(commandsOf(collector.frames), commandsOf(sent))
})

test('F15 a frame that is too long stops it where the decoder stops', () => {
  const collector = new Collector()
  const decoder = new FrameDecoder(collector, 10)
  const bare = new BareCommands((bytes, start, end) => decoder.decode(bytes, start, end), never)
  const bytes = bytesSent([frame(COMMAND.JOIN, 'x'.repeat(11)), frame(COMMAND.MESSAGE, 'after')])
  assert.ok(bare.decode(bytes, 0, bytes.length) < bytes.length)
  assert.deepEqual(collector.frames, [])
  assert.deepEqual(collector.oversizes, [{ command: COMMAND.JOIN, payloadBytes: 11 }])
})
