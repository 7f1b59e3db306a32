/** Where the commands of operators write: to people on a terminal, or to a program behind a pipe. */

import { printable } from '../../relay/streams/printable.js'
import { writeOut } from '../write-out.js'

/** Lines for people. What is from outside in them has been escaped. */
export function writeLines(lines: readonly string[]): void {
  writeOut(lines.map((line) => `${line}\n`).join(''))
}

/** One JSON value, on a line. */
export function writeJson(value: unknown): void {
  writeOut(`${printable(JSON.stringify(value))}\n`)
}
