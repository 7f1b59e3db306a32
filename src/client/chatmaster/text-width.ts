/** How text is cut into characters as people see them, and how many columns of a terminal each takes. */

import termkit from 'terminal-kit'
import { visible } from '../visible.js'

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
/** A terminal goes on to the next stop at a tab; a layout has to know how far. */
const TAB = '    '

/** The characters of `text` as people see them: a letter with its accents is one. */
export function graphemes(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return [...text]
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment)
}

/** The columns that one grapheme takes: 0, 1 or 2. */
export function graphemeWidth(grapheme: string): number {
  return grapheme.length === 1 && grapheme <= '~' ? 1 : Math.min(2, termkit.stringWidth(grapheme))
}

/** The columns that `text` takes. */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
}

/** `text` as a terminal may show it on one row: nothing that it would act on (M3), and no tabs. */
export function printable(text: string): string {
  return visible(text).replaceAll('\t', TAB)
}

/** As much of the beginning of `text` as fits `columns`, with `…` where something is missing. */
export function fitted(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    const width = graphemeWidth(grapheme)
    if (used + width > columns - 1) break
    kept += grapheme
    used += width
  }
  return columns > 0 ? `${kept}…` : ''
}
