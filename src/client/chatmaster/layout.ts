/**
 * Lays out the whole screen as rows of styled text, from what is known and the size of the terminal. Writes nothing.
 *
 *     general · Bob · 127.0.0.1:9001            <- title
 *     09:05 Amy: Hi        │ People (2)         <- the chat log, and who is here; the latter not when narrow
 *     09:05 Bob: Hello     │ Amy
 *                          │ Bob (you)
 *     ── 3 newer, PgDn ─────────────────────    <- rule, with what is below when scrolled back
 *     > text being typed_                       <- message box
 */

import { LINE_END_SIGN } from '../pasted-text.js'
import type { ChatState } from './chat-state.js'
import type { EditedLine } from './line-editor.js'
import { LogView, type Place } from './log-view.js'
import { piece, type Row } from './styled-text.js'
import { fitted, printable, textWidth } from './text-width.js'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** One row of the screen: text from the first column, and possibly more from a later one (columns count from 0). */
export interface ScreenRow {
  readonly left: Row
  readonly right: { readonly column: number; readonly row: Row } | null
}

export interface Frame {
  /** As many as the terminal has rows. */
  readonly rows: readonly ScreenRow[]
  /** Where the cursor belongs, from 0. */
  readonly cursor: { readonly column: number; readonly row: number }
}

/** Everything that is shown. */
export interface Shown {
  readonly state: ChatState
  readonly line: EditedLine
  readonly place: Place
  /** Where the relay is, in words. */
  readonly address: string
}

/** Below this width the list of people folds away. */
const COLUMNS_WITH_PEOPLE = 60
const SEPARATOR = ' │ '

/** Columns and rows that are left for the chat log, both at least 1. */
export function logSize({ columns, rows }: Size): Size {
  return { columns: Math.max(1, columns - peopleColumns(columns)), rows: Math.max(1, rows - 3) }
}

export function layOut(shown: Shown, size: Size): Frame {
  const { state, line, place } = shown
  const { columns, rows } = size
  const area = logSize(size)
  const view = new LogView(state.log, area.columns, area.rows)
  const log = view.rows(place)
  const people = columns < COLUMNS_WITH_PEOPLE ? [] : peopleRows(state, columns, area.rows)
  const body = Array.from({ length: area.rows }, (_, index) => ({
    left: log[index] ?? [],
    right: people[index] === undefined ? null : { column: area.columns, row: people[index] },
  }))
  const { row: box, cursor } = messageBox(state, line, columns)
  const all: ScreenRow[] = [
    alone([piece(title(shown, columns), 'title')]),
    ...body,
    alone([piece(rule(view.newer(place), columns), 'time')]),
    alone(box),
  ]
  // On a terminal without room for all, the box is what stays.
  const kept = all.slice(-Math.max(1, rows))
  return { rows: kept, cursor: { column: cursor, row: kept.length - 1 } }
}

function alone(left: Row): ScreenRow {
  return { left, right: null }
}

function title({ state, address }: Shown, columns: number): string {
  const many = `${state.people.length} ${state.areAllKnown ? 'here' : 'seen'}`
  const people = columns < COLUMNS_WITH_PEOPLE ? [many] : []
  const words = [state.channel ?? 'not in a channel yet', state.name, ...people, address].map(printable)
  const text = fitted(` ${words.join(' · ')}`, columns)
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)))
}

function rule(newer: number, columns: number): string {
  const words = newer === 0 ? '' : ` ${newer} newer below, PgDn `
  const text = fitted(`──${words}`, columns)
  return text + '─'.repeat(Math.max(0, columns - textWidth(text)))
}

function peopleColumns(columns: number): number {
  return columns < COLUMNS_WITH_PEOPLE ? 0 : Math.min(28, Math.floor(columns / 4) + SEPARATOR.length)
}

function peopleRows(state: ChatState, columns: number, height: number): Row[] {
  const room = peopleColumns(columns) - SEPARATOR.length
  const names = state.people
  const fits = names.length <= height - 1
  const first = fits ? names : names.slice(0, Math.max(0, height - 2))
  const shown = first.map((name) => (name === state.name ? `${name} (you)` : name))
  const more = fits ? [] : [`and ${names.length - shown.length} more`]
  const heading = `${state.areAllKnown ? 'People' : 'People seen'} (${names.length})`
  const words = [heading, ...shown, ...more].slice(0, height)
  const rows = Array.from({ length: height }, (_, index) => fitted(printable(words[index] ?? ''), room))
  return rows.map((text, index) => [
    piece(SEPARATOR, 'time'),
    { text, style: index === 0 ? 'happening' : 'plain' },
  ])
}

/** The message box, moved sideways so that the cursor is in it. */
function messageBox(state: ChatState, line: EditedLine, columns: number): { row: Row; cursor: number } {
  const prompt = fitted(state.phase === 'asking' ? 'Name: ' : '> ', Math.max(0, columns - 2))
  const room = Math.max(1, columns - textWidth(prompt))
  const { characters, cursor } = line
  // One column is for the cursor behind the last character.
  const before = fitting(characters, cursor - 1, -1, room - 1)
  const behind = fitting(characters, cursor, 1, room - before.width)
  return {
    row: [
      { text: prompt, style: 'happening' },
      { text: before.shown.reverse().concat(behind.shown).join(''), style: 'plain' },
    ],
    cursor: Math.min(columns - 1, textWidth(prompt) + before.width),
  }
}

/** The characters from `start` on in one direction, as they are shown in the box, as far as they fit `columns`. */
function fitting(characters: readonly string[], start: number, step: 1 | -1, columns: number) {
  const shown: string[] = []
  let width = 0
  for (let at = start; characters[at] !== undefined; at += step) {
    const character = inBox(characters[at] as string)
    if (width + textWidth(character) > columns) break
    width += textWidth(character)
    shown.push(character)
  }
  return { shown, width }
}

function inBox(character: string): string {
  return character === '\n' ? LINE_END_SIGN : printable(character)
}
