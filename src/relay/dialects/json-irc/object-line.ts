/** One object as the relay writes it: four strings in the page's order, lower case keys, ASCII, and `\n` behind it. */

/** @returns ASCII, whatever the fields are: what is beyond it is written as `\u00e9` */
export function objectLine(command: string, nickname: string, room: string, message: string): string {
  return `${beforeMessage(command, nickname, room)}${quoted(message)}}\n`
}

/** The same up to where the message's quote begins, for messages that are quoted already. */
export function beforeMessage(command: string, nickname: string, room: string): string {
  return `{"command":${quoted(command)},"nickname":${quoted(nickname)},"room":${quoted(room)},"message":`
}

/** As a JSON string with its quotes, in ASCII. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(NOT_PRINTABLE, escaped)
}

// JSON.stringify leaves DEL, C1 and all that is beyond them as they are.
const NOT_PRINTABLE = /[\x7f-\uffff]/g

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A name, a room or a command that was sent here, on its way back: without what M3 lets pass nowhere, and not endless. */
export function echoed(text: string): string {
  return text.slice(0, MAX_ECHOED_LENGTH).replace(NOT_TEXT, '')
}

/** With this much of each of three fields, an answer fits an object many times over. */
const MAX_ECHOED_LENGTH = 1024

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const NOT_TEXT = /[\x00-\x08\x0a-\x1f\x7f-\x9f]|\p{Surrogate}/gu
