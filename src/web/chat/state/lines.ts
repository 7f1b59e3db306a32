/** What is typed, as the messages that it becomes: a message is one line. */

/** C5, in Unicode code points. */
export const MAX_CHARACTERS = 500

/** Each line that is not white space alone, without white space at its end. */
export function messagesIn(text: string): string[] {
  return text
    .split(/[\r\n\u2028\u2029]+/)
    .map((line) => withoutControls(line).trimEnd())
    .filter((line) => line.trim() !== '')
}

/** How many code points the longest line has. */
export function longestLine(text: string): number {
  return Math.max(0, ...messagesIn(text).map((line) => [...line].length))
}

/** Control characters are refused by the relay; what is pasted may have some. */
function withoutControls(line: string): string {
  return line.replace(/(?!\t)\p{Cc}/gu, '')
}
