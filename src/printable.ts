/**
 * Text for logs: what is not plainly printable (controls, marks that turn the direction of text, separators of lines
 * that not everybody knows as such, what is no character) is written as JSON escapes it, so that a terminal and an
 * editor show what is there. Parsed, it is what it was.
 */

const ASCII = /^[\x20-\x7e]*\n?$/
const NOT_PRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** @param json one line of JSON, with or without its line feed. Costs next to nothing where all of it is ASCII */
export function printableJson(json: string): string {
  if (ASCII.test(json)) return json
  const end = json.endsWith('\n') ? '\n' : ''
  return json.slice(0, json.length - end.length).replace(NOT_PRINTABLE, escaped) + end
}

/** Something that an operator wrote, in a message for them: as it is where that is plain, in quotes otherwise. */
export function shownText(text: string): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : printableJson(JSON.stringify(text))
}

/** Each half of a pair by itself, as JSON wants it. */
function escaped(character: string): string {
  let escapes = ''
  for (let at = 0; at < character.length; at++) {
    escapes += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  }
  return escapes
}
