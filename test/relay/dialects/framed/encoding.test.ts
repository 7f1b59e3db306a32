/** F2, F4, F6, F9, F10: that events come out as whole frames in either style, whatever was said in whatever dialect. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toAscii } from '../../../../src/relay/dialects/ascii.js'
import { COMMAND } from '../../../../src/relay/dialects/framed/commands.js'
import { FRAMED_ENCODINGS, frameOf, maxTextBytes } from '../../../../src/relay/dialects/framed/encoding.js'
import { Batch } from '../../../../src/relay/fanout/batch.js'
import { ChunkPool } from '../../../../src/relay/fanout/chunk.js'
import type { RoomEvent } from '../../../../src/relay/hub/events.js'
import { ANY_CHARACTER } from '../../../fixtures/any-character.js'
import { decodeAll } from '../../frame/streams.js'

const BASE = { at: 0, id: '', dialect: 'other', room: 'general' } as const
const { brackets, colon } = FRAMED_ENCODINGS

const said = (name: string, text: string) => ({ kind: 'message', ...BASE, name, text, saidAt: null }) as const
const whispered = (name: string, text: string) =>
  ({ kind: 'direct', ...BASE, name, to: 'Amy', text, saidAt: null }) as const

function framesOf(encoding: typeof brackets, ...events: RoomEvent[]): [number, string][] {
  const batch = new Batch(new ChunkPool())
  for (const event of events) encoding.encode(event, batch)
  return inWords(batch.slice(0, batch.bytes, events.length).bytes)
}

function inWords(bytes: Buffer | null): [number, string][] {
  assert.ok(bytes !== null)
  const { frames } = decodeAll([bytes])
  const total = frames.reduce((sum, { payload }) => sum + 3 + payload.length, 0)
  assert.equal(total, bytes.length, 'whole frames and nothing else')
  return frames.map(({ command, payload }) => [command, payload.toString('latin1')])
}

test('F2 F4 F10 each event is a MESSAGE in the words of the page, one behind the other', () => {
  const events = [
    { kind: 'joined', ...BASE, name: 'Bob' },
    said('Bob', 'Hi'),
    { kind: 'left', ...BASE, name: 'Bob', reason: 'reset' },
  ] as const
  const announced = (words: string): [number, string] => [COMMAND.MESSAGE, `**Bob is ${words} the chat**`]
  assert.deepEqual(framesOf(brackets, ...events), [
    announced('joining'),
    [COMMAND.MESSAGE, '[Bob] Hi'],
    announced('leaving'),
  ])
  assert.deepEqual(framesOf(colon, ...events), [
    announced('joining'),
    [COMMAND.MESSAGE, 'Bob: Hi'],
    announced('leaving'),
  ])
})

test('M2 an edit, a rename and a block are lines of this page', () => {
  const edited = { kind: 'edited', ...BASE, name: 'Bob', text: 'Hi' } as const
  const renamed = { kind: 'renamed', ...BASE, name: 'Rob', formerName: 'Bob' } as const
  assert.deepEqual(framesOf(brackets, edited, renamed), [
    [COMMAND.MESSAGE, '[Bob] (edited) Hi'],
    [COMMAND.MESSAGE, '**Bob is now known as Rob**'],
  ])
  assert.deepEqual(inWords(brackets.encodePrivate({ ...edited, room: null })), [
    [COMMAND.DIRECT, '[Bob] (edited) Hi'],
  ])
  assert.deepEqual(inWords(colon.encodePrivate({ kind: 'blocked', ...BASE, name: 'Bob', to: 'Amy' })), [
    [COMMAND.MESSAGE, '**Bob has blocked you**'],
  ])
})

test('what this page has no words for says nothing', () => {
  const receipt = { kind: 'receipt', ...BASE, name: 'Bob' } as const
  const batch = new Batch(new ChunkPool())
  brackets.encode(receipt, batch)
  brackets.encode({ kind: 'status', ...BASE, name: 'Bob', status: 'offline' }, batch)
  brackets.encode({ kind: 'visibility', ...BASE, name: 'Bob', isPrivate: true }, batch)
  assert.equal(batch.bytes, 0)
  assert.equal(brackets.encodePrivate({ ...receipt, room: null }), null)
})

test('F9 a direct message is a DIRECT frame', () => {
  assert.deepEqual(inWords(brackets.encodePrivate(whispered('Bob', 'psst'))), [
    [COMMAND.DIRECT, '[Bob] psst'],
  ])
  assert.deepEqual(inWords(colon.encodePrivate(whispered('Bob', 'psst'))), [[COMMAND.DIRECT, 'Bob: psst']])
})

test('F2 F4 only the newcomer is told of themselves', () => {
  for (const encoding of [brackets, colon]) {
    assert.equal(encoding.tellsActor({ kind: 'joined', ...BASE, name: 'Bob' }), true)
    assert.equal(encoding.tellsActor(said('Bob', 'Hi')), false)
    assert.equal(encoding.tellsActor({ kind: 'left', ...BASE, name: 'Bob', reason: 'left' }), false)
  }
})

test('F6 the longest text fits one frame exactly, for names of every length', () => {
  for (let length = 1; length <= 32; length++) {
    const name = 'n'.repeat(length)
    const text = 'x'.repeat(maxTextBytes(name))
    const [[, line] = [0, '']] = framesOf(brackets, said(name, text))
    assert.equal(line.length, 65_535)
    assert.equal(framesOf(brackets, said(name, text)).length, 1)
    assert.equal(framesOf(colon, said(name, text)).length, 1)
  }
})

test('M6 a long text of another dialect that grew in ASCII is shown in several frames, all of it', () => {
  for (const text of ['Ж'.repeat(60_000), `a${'é'.repeat(65_534)}`, '😀'.repeat(30_000)]) {
    for (const frames of [
      framesOf(brackets, said('Bob', text)),
      inWords(brackets.encodePrivate(whispered('Bob', text))),
    ]) {
      assert.ok(frames.length > 1)
      assert.ok(frames.map(([, line]) => line.slice('[Bob] '.length)).join('') === toAscii(text))
      assert.ok(frames.every(([, line]) => line.startsWith('[Bob] ') && line.length <= 65_535))
    }
  }
})

test('M2 any text of any dialect is ASCII in its frames', () => {
  fc.assert(
    fc.property(fc.string({ unit: ANY_CHARACTER, maxLength: 50 }), (text) => {
      const [[command, line] = [0, '']] = framesOf(brackets, said('Bob', text))
      assert.equal(command, COMMAND.MESSAGE)
      assert.ok(line.startsWith('[Bob] '))
      assert.ok([...line].every((character) => character <= '\x7f'))
    }),
  )
})

test('answers are frames in memory of their own', () => {
  assert.deepEqual(frameOf(COMMAND.ERROR, 'no'), Buffer.from([COMMAND.ERROR, 0, 2, 0x6e, 0x6f]))
  assert.throws(() => frameOf(COMMAND.ERROR, 'é'), RangeError)
})
