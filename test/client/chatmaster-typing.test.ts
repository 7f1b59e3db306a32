import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Edit,
  type EditedLine,
  type EditKey,
  EMPTY_LINE,
  edited,
  entered,
  textOf,
} from '../../src/client/chatmaster/line-editor.js'

/** Applies keys, and texts in brackets, to a line. Shows it with `|` for the cursor. */
function after(start: EditedLine, ...steps: readonly (EditKey | [string])[]): EditedLine {
  const edit = (step: EditKey | [string]): Edit =>
    typeof step === 'string' ? { kind: step } : { kind: 'insert', text: step[0] }
  return steps.reduce((line, step) => edited(line, edit(step)), start)
}

function shown(line: EditedLine): string {
  return `${line.characters.slice(0, line.cursor).join('')}|${line.characters.slice(line.cursor).join('')}`
}

test('a line is edited where the cursor is', () => {
  const line = after(EMPTY_LINE, ['one two three'])
  assert.equal(shown(after(line, 'left', 'left', ['XY'])), 'one two thrXY|ee')
  assert.equal(shown(after(line, 'home', 'delete', 'right', 'backspace')), '|e two three')
  assert.equal(shown(after(line, 'word-left', 'word-left')), 'one |two three')
  assert.equal(shown(after(line, 'home', 'word-right', 'word-right')), 'one two| three')
  assert.equal(shown(after(line, 'delete-word', 'delete-word')), 'one |')
  assert.equal(shown(after(line, 'word-left', 'delete-before')), '|three')
  assert.equal(shown(after(line, 'word-left', 'delete-after')), 'one two |')
  assert.equal(shown(after(line, 'right', 'delete', 'end')), 'one two three|')
  assert.equal(shown(after(EMPTY_LINE, 'left', 'backspace', 'delete-word', 'word-right')), '|')
})

test('a character is what people see as one', () => {
  const line = after(EMPTY_LINE, ['日e\u0301🇬🇧'])
  assert.equal(line.characters.length, 3)
  const mixed = ['a', 'b', 'e\u0301', 'c', 'd\u0301', 'x', '\n', '🇬🇧', 'y', '日', 'z', 'z']
  assert.deepEqual(after(EMPTY_LINE, [mixed.join('')]).characters, mixed)
  assert.equal(shown(after(line, 'backspace')), '日e\u0301|')
  assert.equal(shown(after(line, 'left', 'backspace')), '日|🇬🇧')
  assert.equal(after(EMPTY_LINE, ['e'], ['\u0301'], 'backspace').characters.length, 0)
})

test('M3 a paste keeps its lines and loses its control characters', () => {
  const line = after(EMPTY_LINE, ['one\r\n  two\tthree\x1b[2J\x00\u009b\rfour'])
  assert.equal(textOf(line), 'one\n  two\tthree[2J\nfour')
  assert.equal(shown(after(line, 'word-left', 'backspace')), 'one\n  two\tthree[2J|four')
})

test('a paste of 70 KB is kept whole, also in the middle of another', () => {
  const text = 'a line of some length\n'.repeat(3_200)
  const line = after(EMPTY_LINE, [text], 'home', 'word-right', [text], ['x'])
  assert.equal(textOf(line).length, 2 * text.length + 1)
})

test('lines entered before come back, and the new one is not lost meanwhile', () => {
  let line = EMPTY_LINE
  for (const text of ['first', 'second', 'second', ' ']) line = entered(after(line, [text]))
  assert.deepEqual(line.history, ['first', 'second'])
  const half = after(line, ['half'])
  assert.equal(shown(after(half, 'earlier')), 'second|')
  assert.equal(shown(after(half, 'earlier', 'earlier', 'earlier')), 'first|')
  assert.equal(shown(after(half, 'earlier', 'earlier', 'later', 'later', 'later')), 'half|')
})
