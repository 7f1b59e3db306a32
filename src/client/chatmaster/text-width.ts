/** How text is cut into characters as people see them, and how many columns of a terminal each takes. */

import termkit from 'terminal-kit'
import { visible } from '../visible.js'

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
const ASCII = /^[\t\n\x20-\x7e]*$/
/**
 * Runs of ASCII, where each character is one as people see it, and what is between them with the character on either side,
 * which it may belong to. The segmenter takes microseconds for each character, and seconds for a long paste.
 */
const PIECES =
  /[\t\n\x20-\x7e]{1,4096}(?=[\t\n\x20-\x7e]|$)|[\t\n\x20-\x7e]?[^\t\n\x20-\x7e]+(?:[\t\n\x20-\x7e](?=[\t\n\x20-\x7e]|$))?/g
/** A terminal goes on to the next stop at a tab; a layout has to know how far. */
const TAB = '    '
/** Joins emoji to one, of which terminals differ about the width: each is shown for itself. */
const JOINER = '\u200d'

/** The characters of `text` as people see them: a letter with its accents is one. */
export function graphemes(text: string): string[] {
  const characters: string[] = []
  for (const [piece] of text.matchAll(PIECES)) {
    if (ASCII.test(piece)) characters.push(...piece)
    else for (const { segment } of SEGMENTER.segment(piece)) characters.push(segment)
  }
  return characters
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

/** `text` as every terminal shows it on one row: nothing that it would act on (M3), no tabs, and no joined emoji. */
export function printable(text: string): string {
  return visible(text).replaceAll('\t', TAB).replaceAll(JOINER, '')
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
