/**
 * The part of the chat log that a person looks at: its entries as rows of one width, and a place in it that stays where
 * it is when more is said or the terminal changes its size.
 */

import type { ChatState, Entry } from './chat-state.js'
import { type Piece, piece, type Row, type Style, wrapped } from './styled-text.js'

/** The last row that is seen: its entry, and how many rows of the entry are below it. Null follows the end. */
export type Place = { readonly serial: number; readonly below: number } | null

/** Below this many columns the times are left out. */
const COLUMNS_WITH_TIME = 50

const TEXT_STYLE: Record<Entry['kind'], Style> = {
  message: 'plain',
  private: 'private',
  happening: 'happening',
  remark: 'remark',
  error: 'error',
}

const MARK: Record<Entry['kind'], string> = {
  message: '',
  private: '',
  happening: '* ',
  remark: '-- ',
  error: 'Error: ',
}

export class LogView {
  readonly #log: ChatState['log']
  readonly #columns: number
  readonly #height: number

  constructor(log: ChatState['log'], columns: number, height: number) {
    this.#log = log
    this.#columns = Math.max(1, columns)
    this.#height = Math.max(1, height)
  }

  /** The rows that are seen from `place`, at most the height. */
  rows(place: Place): Row[] {
    const rows: Row[] = []
    let { index, row } = this.#cursor(place)
    while (index >= 0 && rows.length < this.#height) {
      const entry = this.#rowsOf(index)
      rows.unshift(...entry.slice(Math.max(0, row + 1 - (this.#height - rows.length)), row + 1))
      index--
      row = this.#lastRow(index)
    }
    return rows
  }

  /** How many entries end below what is seen from `place`. */
  newer(place: Place): number {
    const { index, row } = this.#cursor(place)
    const cut = index >= 0 && row < this.#lastRow(index)
    return this.#log.length - 1 - index + (cut ? 1 : 0)
  }

  /** The place `rows` further up, or down where negative; never above the first row or below the last. */
  moved(place: Place, rows: number): Place {
    let { index, row } = this.#cursor(place)
    let left = Math.abs(rows)
    if (rows > 0) {
      for (const top = this.#topCursor(); left > 0 && isBelow({ index, row }, top); left--) {
        if (row > 0) row--
        else row = this.#lastRow(--index)
      }
    }
    if (rows < 0) {
      for (; left > 0 && index < this.#log.length; left--) {
        if (row < this.#lastRow(index)) row++
        else {
          index++
          row = 0
        }
      }
    }
    const last = this.#log.length - 1
    if (index > last || (index === last && row >= this.#lastRow(last))) return null
    const entry = this.#log[index]
    return entry === undefined ? null : { serial: entry.serial, below: this.#lastRow(index) - row }
  }

  /** Where the last row is when the first row of all is at the top. */
  #topCursor(): { index: number; row: number } {
    let left = this.#height
    for (let index = 0; index < this.#log.length; index++) {
      const { length } = this.#rowsOf(index)
      if (left <= length) return { index, row: left - 1 }
      left -= length
    }
    return { index: this.#log.length, row: 0 }
  }

  #cursor(place: Place): { index: number; row: number } {
    const last = this.#log.length - 1
    if (place === null) return { index: last, row: this.#lastRow(last) }
    // Entries are numbered without gaps; what the log has forgotten is where it begins now.
    const index = Math.max(0, place.serial - (this.#log[0]?.serial ?? 0))
    return { index, row: Math.max(0, this.#lastRow(index) - place.below) }
  }

  #lastRow(index: number): number {
    return index < 0 ? 0 : this.#rowsOf(index).length - 1
  }

  #rowsOf(index: number): readonly Row[] {
    const entry = this.#log[index]
    return entry === undefined ? [] : entryRows(entry, this.#columns)
  }
}

function isBelow(one: { index: number; row: number }, other: { index: number; row: number }): boolean {
  return one.index > other.index || (one.index === other.index && one.row > other.row)
}

/** Rows of entries that were laid out before, at the width of the last time. */
const LAID_OUT = new WeakMap<Entry, { columns: number; rows: readonly Row[] }>()

function entryRows(entry: Entry, columns: number): readonly Row[] {
  const known = LAID_OUT.get(entry)
  if (known?.columns === columns) return known.rows
  const rows = wrapped(entryPieces(entry, columns >= COLUMNS_WITH_TIME), columns)
  LAID_OUT.set(entry, { columns, rows })
  return rows
}

function entryPieces(entry: Entry, withTime: boolean): Piece[] {
  const { kind, speaker, isOwn, text } = entry
  const pieces: Piece[] = withTime ? [piece(`${clock(entry.at)} `, 'time')] : []
  if (speaker !== '') pieces.push(piece(`${speaker}: `, speakerStyle(entry, isOwn)))
  pieces.push(piece(`${MARK[kind]}${text}`, TEXT_STYLE[kind]))
  return pieces
}

function speakerStyle({ kind }: Entry, isOwn: boolean): Style {
  if (kind === 'private') return 'private'
  return isOwn ? 'own-name' : 'name'
}

/** The time of day here, `09:05`. */
function clock(at: number): string {
  const time = new Date(at)
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':')
}
