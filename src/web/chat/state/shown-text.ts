/**
 * What people type, cut into what is shown as it is and what is shown as a mark. Markup needs nothing here: text goes into
 * text nodes. But some characters act on the text around them, or on nothing that anybody sees: overrides of the direction,
 * controls, line separators, invisible tags. The element that the text is in isolates its direction (`unicode-bidi`), so
 * the marks for direction that Arabic and Hebrew need, and what joins emoji, stay as they are.
 */

/** The text, or the code point of a mark, such as `U+202E`. */
export interface ShownPart {
  readonly text: string
  readonly isMark: boolean
}

/**
 * Controls but tab, embeddings and overrides and isolates of direction, line and paragraph separators, lone surrogates, the byte order
 * mark, what hides (soft hyphen, invisible operators), tags and annotation.
 */
const MARKED =
  /(?!\t)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** How many combining marks a letter may carry: more than any language needs, and they no longer cover other lines. */
const STACK = /(\p{M}{8})\p{M}+/gu

/** @returns at least one part; all texts together are `text` without what is marked and without endless stacks of accents */
export function shownParts(text: string): readonly ShownPart[] {
  const calm = text.replace(STACK, '$1')
  const parts: ShownPart[] = []
  let from = 0
  for (const { 0: character, index } of calm.matchAll(MARKED)) {
    if (index > from) parts.push({ text: calm.slice(from, index), isMark: false })
    parts.push({ text: codePoint(character), isMark: true })
    from = index + character.length
  }
  if (from < calm.length || parts.length === 0) parts.push({ text: calm.slice(from), isMark: false })
  return parts
}

/** The same in one string, for titles, labels and what is read aloud. */
export function shownLine(text: string): string {
  return shownParts(text)
    .map((part) => (part.isMark ? `[${part.text}]` : part.text))
    .join('')
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`
}
