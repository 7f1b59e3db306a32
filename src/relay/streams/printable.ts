/**
 * Text for logs and terminals: whatever does not plainly show itself is written as the escape that JSON has for it. In
 * a line of JSON that changes nothing for who parses it.
 */

/** Nearly every line is of this alone, and need not be looked at twice. */
const BEYOND_PRINTABLE_ASCII = /[^\n\x20-\x7e]/
/**
 * Controls (but for line feeds), formats such as those that turn the direction of text, surrogates without their other
 * half, private and unassigned characters; line and paragraph separators; what shows nothing at all.
 */
const UNPRINTABLE = /[^\P{C}\n]|[\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** One backslash, behind none or pairs of them, of an escape that stands for something unprintable. */
const ESCAPE = /(?<!\\)((?:\\\\)*)\\(?=[ubfr])/g

/** @param json one JSON value, or a line of it with its line feed */
export function printable(json: string): string {
  return BEYOND_PRINTABLE_ASCII.test(json) ? json.replace(UNPRINTABLE, escaped) : json
}

/** As `printable`, for who parses the line to show what is in it: the escapes are still escapes then. */
export function printableWhenParsed(json: string): string {
  return printable(json).replace(ESCAPE, '$1\\\\')
}

/** A value as JSON that can be shown. */
export function quoted(value: unknown): string {
  return printable(jsonOf(value) ?? String(value))
}

/** `undefined` for what JSON has no words for: functions, what refers to itself, whole numbers without an end. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** Text as it is where it is plainly printable and on one line, otherwise as a JSON string. */
export function shown(text: string): string {
  const json = quoted(text)
  return json.slice(1, -1) === text ? text : json
}

/** Words with something from outside in them, on one line. */
export function oneLine(words: string): string {
  return printable(words).replaceAll('\n', '\\n')
}

function escaped(character: string): string {
  let text = ''
  for (let unit = 0; unit < character.length; unit++) {
    text += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }
  return text
}
