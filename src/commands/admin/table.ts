/** Rows in columns that are as wide as what is in them, for people and for `awk` alike. What comes from outside is escaped. */

import { oneLine } from '../../relay/streams/printable.js'

export interface Column<Row> {
  readonly title: string
  /** Numbers end where the column does. */
  readonly right?: true
  readonly of: (row: Row) => string
}

const BETWEEN = '  '

/** @returns lines without their ends, the titles first */
export function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ of }) => shownCell(of(row)))),
  ]
  const widths = columns.map((_, index) =>
    cells.reduce((widest, line) => Math.max(widest, (line[index] as string).length), 0),
  )
  return cells.map((line) => {
    const padded = line.map((cell, index) => {
      const width = widths[index] as number
      return columns[index]?.right === true ? cell.padStart(width) : cell.padEnd(width)
    })
    return padded.join(BETWEEN).trimEnd()
  })
}

/** An empty one would shift those behind it, for who counts them. */
function shownCell(text: string): string {
  return text === '' ? '-' : oneLine(text)
}
