/**
 * The line in the message box, as values: each change gives a new one. Knows characters as people see them, the lines
 * sent before, and no terminal.
 */

import { pastedText } from '../pasted-text.js'
import { MAX_PASTE } from '../terminal-input.js'
import { graphemes } from './text-width.js'

export interface EditedLine {
  /** The characters as people see them, one each, and the line ends (`\n`) of what was pasted. */
  readonly characters: readonly string[]
  /** How many characters are before the cursor. */
  readonly cursor: number
  /** Lines entered before, the oldest first. */
  readonly history: readonly string[]
  /** Which line of the history is shown; `history.length` for the new one. */
  readonly shown: number
  /** The new line while one of the history is shown. */
  readonly draft: string
}

/** One step of editing. */
export type Edit = { readonly kind: 'insert'; readonly text: string } | { readonly kind: EditKey }

export type EditKey =
  | 'backspace'
  | 'delete'
  | 'left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'home'
  | 'end'
  | 'delete-before'
  | 'delete-after'
  | 'delete-word'
  | 'earlier'
  | 'later'

const MAX_HISTORY = 200
/** More would not be edited at the pace of a person who types. */
const MAX_CHARACTERS = 2 * MAX_PASTE

export const EMPTY_LINE: EditedLine = { characters: [], cursor: 0, history: [], shown: 0, draft: '' }

export function textOf(line: EditedLine): string {
  return line.characters.join('')
}

/** The empty line after `line` was entered, which the history remembers unless it is blank or was the last one. */
export function entered(line: EditedLine): EditedLine {
  const text = textOf(line)
  const known = text.trim() === '' || text === line.history.at(-1)
  const history = known ? line.history : [...line.history, text].slice(-MAX_HISTORY)
  return { ...EMPTY_LINE, history, shown: history.length }
}

export function edited(line: EditedLine, edit: Edit): EditedLine {
  const { characters, cursor } = line
  switch (edit.kind) {
    case 'insert':
      return inserted(line, edit.text)
    case 'backspace':
      return without(line, Math.max(0, cursor - 1), cursor)
    case 'delete':
      return without(line, cursor, cursor + 1)
    case 'delete-before':
      return without(line, 0, cursor)
    case 'delete-after':
      return without(line, cursor, characters.length)
    case 'delete-word':
      return without(line, wordStart(line), cursor)
    case 'left':
      return { ...line, cursor: Math.max(0, cursor - 1) }
    case 'right':
      return { ...line, cursor: Math.min(characters.length, cursor + 1) }
    case 'word-left':
      return { ...line, cursor: wordStart(line) }
    case 'word-right':
      return { ...line, cursor: wordEnd(line) }
    case 'home':
      return { ...line, cursor: 0 }
    case 'end':
      return { ...line, cursor: characters.length }
    case 'earlier':
      return recalled(line, line.shown - 1)
    case 'later':
      return recalled(line, line.shown + 1)
  }
}

function inserted(line: EditedLine, text: string): EditedLine {
  const before = line.characters.slice(0, line.cursor)
  // Together with what is before it: an accent joins the letter that it is typed after.
  const joined = graphemes((before.pop() ?? '') + pastedText(text))
  const characters = [...before, ...joined, ...line.characters.slice(line.cursor)].slice(0, MAX_CHARACTERS)
  return { ...line, characters, cursor: Math.min(before.length + joined.length, characters.length) }
}

function without(line: EditedLine, start: number, end: number): EditedLine {
  const characters = [...line.characters.slice(0, start), ...line.characters.slice(end)]
  return { ...line, characters, cursor: start }
}

function wordStart({ characters, cursor }: EditedLine): number {
  let at = cursor
  while (at > 0 && isSpace(characters[at - 1])) at--
  while (at > 0 && !isSpace(characters[at - 1])) at--
  return at
}

function wordEnd({ characters, cursor }: EditedLine): number {
  let at = cursor
  while (at < characters.length && isSpace(characters[at])) at++
  while (at < characters.length && !isSpace(characters[at])) at++
  return at
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n'
}

function recalled(line: EditedLine, shown: number): EditedLine {
  const { history } = line
  if (shown < 0 || shown > history.length) return line
  const draft = line.shown === history.length ? textOf(line) : line.draft
  const characters = graphemes(history[shown] ?? draft)
  return { ...line, characters, cursor: characters.length, shown, draft }
}
