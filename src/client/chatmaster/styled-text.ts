/** Pieces of text with their style, and how they are broken into rows. What a style looks like is the screen's. */

import { graphemes, graphemeWidth, printable } from './text-width.js'

export type Style =
  | 'plain'
  | 'title'
  | 'time'
  | 'name'
  | 'own-name'
  | 'private'
  | 'happening'
  | 'remark'
  | 'error'

/** A piece of one row: printable text and nothing else. */
export interface Piece {
  readonly text: string
  readonly style: Style
}

export type Row = readonly Piece[]

interface Cell {
  readonly grapheme: string
  readonly width: number
  readonly style: Style
}

/** One piece of a row, from any text: what a terminal would act on is written out. */
export function piece(text: string, style: Style = 'plain'): Piece {
  return { text: printable(text), style }
}

/**
 * Breaks `pieces` into rows of at most `columns`, between words where that is possible; the spaces at a break are not
 * shown. At least one row.
 */
export function wrapped(pieces: Row, columns: number): Row[] {
  const cells = pieces.flatMap(cellsOf)
  const rows: Row[] = []
  let start = 0
  let used = 0
  /** Behind the last space of the row, where it may be broken. */
  let breakable = 0
  for (const [index, { grapheme, width }] of cells.entries()) {
    // Twice, where what goes over to the next row does not fit it either.
    while (used + width > columns && index > start) {
      const cut = grapheme === ' ' || breakable <= start ? index : breakable
      rows.push(rowOf(withoutSpaces(cells.slice(start, cut))))
      start = cut
      used = cells.slice(start, index).reduce((sum, cell) => sum + cell.width, 0)
    }
    if (grapheme !== ' ') used += width
    else if (start === index && rows.length > 0) start++
    else {
      used += width
      breakable = index + 1
    }
  }
  rows.push(rowOf(cells.slice(start)))
  return rows
}

function withoutSpaces(cells: readonly Cell[]): readonly Cell[] {
  const end = cells.findLastIndex(({ grapheme }) => grapheme !== ' ') + 1
  return cells.slice(0, end)
}

function cellsOf({ text, style }: Piece): Cell[] {
  return graphemes(text).map((grapheme) => ({ grapheme, width: graphemeWidth(grapheme), style }))
}

function rowOf(cells: readonly Cell[]): Row {
  const row: { text: string; style: Style }[] = []
  for (const { grapheme, style } of cells) {
    const last = row.at(-1)
    if (last?.style === style) last.text += grapheme
    else row.push({ text: grapheme, style })
  }
  return row
}
