import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatState, Entry } from '../../src/client/chatmaster/chat-state.js'
import { firstState } from '../../src/client/chatmaster/chat-state.js'
import { layOut, type ScreenRow } from '../../src/client/chatmaster/layout.js'
import { EMPTY_LINE, edited } from '../../src/client/chatmaster/line-editor.js'
import { LogView, type Place } from '../../src/client/chatmaster/log-view.js'
import { type Row, wrapped } from '../../src/client/chatmaster/styled-text.js'
import { fitted, printable, textWidth } from '../../src/client/chatmaster/text-width.js'
import { seeded } from '../fixtures/random.js'

function plain(row: Row): string {
  return row.map(({ text }) => text).join('')
}

function screen(rows: readonly ScreenRow[]): string[] {
  return rows.map(({ left, right }) =>
    right === null ? plain(left) : plain(left).padEnd(right.column) + plain(right.row),
  )
}

function entries(...texts: string[]): Entry[] {
  return texts.map((text, index) => {
    return { serial: index + 7, at: 0, kind: 'message', speaker: '', isOwn: false, text }
  })
}

function rowsOf(text: string, columns: number): string[] {
  return wrapped([{ text, style: 'plain' }], columns).map(plain)
}

test('rows break between words, in words that are longer than a row, and never inside a character', () => {
  assert.deepEqual(rowsOf('one two three', 8), ['one two', 'three'])
  assert.deepEqual(rowsOf('one two three', 7), ['one two', 'three'])
  assert.deepEqual(rowsOf('one two three', 6), ['one', 'two', 'three'])
  assert.deepEqual(rowsOf('abcdefgh', 3), ['abc', 'def', 'gh'])
  assert.deepEqual(rowsOf('日本語', 5), ['日本', '語'])
  assert.deepEqual(rowsOf('日本', 1), ['日', '本'])
  assert.deepEqual(rowsOf('e\u0301e\u0301e\u0301', 2), ['e\u0301e\u0301', 'e\u0301'])
  assert.deepEqual(rowsOf('', 3), [''])
})

test('no row is wider than asked, and nothing is lost but spaces at breaks', (t) => {
  const random = seeded(t)
  const parts = ['a', 'bc', ' ', '  ', '日', 'e\u0301', '👍', '-', 'long word ']
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: random.below(40) }, () => parts[random.below(parts.length)]).join('')
    const columns = 2 + random.below(12)
    const rows = rowsOf(text, columns)
    for (const row of rows) assert.ok(textWidth(row) <= columns, JSON.stringify({ text, columns, rows }))
    assert.equal(rows.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
  }
})

test('M3 what a terminal would act on is written out', () => {
  assert.equal(printable('\x1b[2J\u009b\u202e\x07tab\tend\n'), '^[[2J\\u{9b}\\u{202e}^Gtab    end')
  // Terminals differ about the width of joined emoji: each is for itself, as all of them show it.
  assert.equal(printable('👨\u200d👩\u200d👧'), '👨👩👧')
  assert.equal(textWidth(printable('👨\u200d👩\u200d👧')), 6)
  assert.equal(fitted('日本語', 5), '日本…')
  assert.equal(fitted('日本語', 4), '日…')
})

test('a place in the log stays when more is said, when the width changes and when the log forgets', () => {
  const log = entries('one', 'two two two', 'three', 'four', 'five')
  const view = new LogView(log, 8, 2)
  const place = view.moved(null, 2)
  assert.deepEqual(view.rows(place).map(plain), ['two', 'three'])
  assert.equal(view.newer(place), 2)
  const more = new LogView(
    [...log, ...entries('six')].map((entry, index) => ({ ...entry, serial: index + 7 })),
    8,
    2,
  )
  assert.deepEqual(more.rows(place).map(plain), ['two', 'three'])
  assert.equal(more.newer(place), 3)
  assert.deepEqual(new LogView(log, 40, 2).rows(place).map(plain), ['two two two', 'three'])
  assert.deepEqual(new LogView(log.slice(3), 8, 2).rows(place).map(plain), ['four'])
})

test('scrolling ends at the first row and at the last, where it follows again', () => {
  const log = entries('one', 'two two two', 'three', 'four')
  const view = new LogView(log, 8, 2)
  const top = view.moved(null, Number.POSITIVE_INFINITY)
  assert.deepEqual(view.rows(top).map(plain), ['one', 'two two'])
  assert.deepEqual(view.moved(top, 1), top)
  assert.equal(view.moved(top, -3), null)
  assert.equal(view.moved(top, -100), null)
  assert.equal(view.moved(null, -1), null)
  const roomy = new LogView(log, 40, 20)
  assert.equal(roomy.moved(null, 5), null)
  assert.equal(new LogView([], 8, 2).moved(null, 1), null)
})

test('moving row by row goes through every row once', () => {
  const log = entries('one', 'two two two', 'three three', 'four', 'five five five five')
  const view = new LogView(log, 8, 3)
  const seen: string[] = []
  let place: Place = view.moved(null, Number.POSITIVE_INFINITY)
  for (seen.push(...view.rows(place).map(plain)); place !== null; ) {
    place = view.moved(place, -1)
    seen.push(view.rows(place).map(plain).at(-1) as string)
  }
  const all = log.flatMap(({ text }) => rowsOf(text, 8))
  assert.deepEqual(seen, all)
})

const STATE: ChatState = {
  ...firstState('Bob'),
  phase: 'chatting',
  channel: 'general',
  people: ['Amy', 'Bob', 'Zoe'],
  log: entries('Hi', 'there'),
}

function shown(columns: number, rows: number, state = STATE, line = EMPTY_LINE) {
  return layOut({ state, line, place: null, address: 'h:1' }, { columns, rows })
}

test('a wide screen shows the log beside the people seen, or those who are here', () => {
  const clock = new Date(0).toTimeString().slice(0, 5)
  const { rows, cursor } = shown(80, 7)
  assert.deepEqual(screen(rows), [
    ' general · Bob · h:1'.padEnd(80),
    `${`${clock} Hi`.padEnd(58)}│ People seen (3)`,
    `${`${clock} there`.padEnd(58)}│ Amy`,
    `${' '.repeat(58)}│ Bob (you)`,
    `${' '.repeat(58)}│ Zoe`,
    '─'.repeat(80),
    '> ',
  ])
  assert.deepEqual(cursor, { column: 2, row: 6 })
  const known = shown(80, 7, { ...STATE, areAllKnown: true })
  assert.equal(screen(known.rows)[1]?.slice(58), '│ People (3)')
})

test('on a narrow screen the people fold away into a number', () => {
  const { rows } = shown(40, 5)
  assert.deepEqual(screen(rows), [
    ' general · Bob · 3 seen · h:1'.padEnd(40),
    'Hi',
    'there',
    '─'.repeat(40),
    '> ',
  ])
  const known = shown(40, 5, { ...STATE, areAllKnown: true })
  assert.equal(screen(known.rows)[0]?.trimEnd(), ' general · Bob · 3 here · h:1')
})

test('more people than rows are counted', () => {
  const people = Array.from({ length: 9 }, (_, index) => `n${index}`)
  const texts = screen(shown(80, 7, { ...STATE, people }).rows).slice(1, -2)
  const list = texts.map((row) => row.slice(row.indexOf('│') + 2))
  assert.deepEqual(list, ['People seen (9)', 'n0', 'n1', 'and 7 more'])
})

test('a terminal of any size has as many rows as it has, none too wide, and the cursor on it', () => {
  const line = edited(EMPTY_LINE, { kind: 'insert', text: 'x日e\u0301'.repeat(30) })
  for (let columns = 1; columns < 90; columns++) {
    for (const height of [1, 2, 3, 4, 12]) {
      for (const cursor of [0, 1, 45, line.characters.length]) {
        const frame = shown(columns, height, STATE, { ...line, cursor })
        assert.equal(frame.rows.length, height)
        assert.ok(frame.cursor.column < columns && frame.cursor.column >= 0)
        assert.equal(frame.cursor.row, height - 1)
        if (columns < 4) continue
        for (const row of screen(frame.rows)) assert.ok(textWidth(row) <= columns, `${columns}: ${row}`)
      }
    }
  }
})

test('the message box follows the cursor', () => {
  const line = edited(EMPTY_LINE, { kind: 'insert', text: 'abcdefghijklmnop' })
  const box = (cursor: number) => {
    const frame = shown(10, 5, STATE, { ...line, cursor })
    return [screen(frame.rows).at(-1), frame.cursor.column]
  }
  assert.deepEqual(box(16), ['> jklmnop', 9])
  assert.deepEqual(box(0), ['> abcdefgh', 2])
  assert.deepEqual(box(7), ['> abcdefgh', 9])
})

test('the message box shows the line ends of a paste, and joined emoji each for itself', () => {
  const line = edited(EMPTY_LINE, { kind: 'insert', text: 'one\ntwo\n👨\u200d👩' })
  const frame = shown(30, 5, STATE, line)
  assert.deepEqual([screen(frame.rows).at(-1), frame.cursor.column], ['> one⏎two⏎👨👩', 14])
})
