/** Where the commands of operators write: to people on a terminal, or to a program behind a pipe. */

import { printable } from '../../relay/streams/printable.js'

/** Lines for people. What is from outside in them has been escaped. */
export function writeLines(lines: readonly string[]): void {
  write(lines.map((line) => `${line}\n`).join(''))
}

/** One JSON value, on a line. */
export function writeJson(value: unknown): void {
  write(`${printable(JSON.stringify(value))}\n`)
}

function write(text: string): void {
  const { stdout } = process
  // Whoever had enough (`| head -1`) has gone, and there is nobody to complain to.
  if (stdout.listenerCount('error') === 0) stdout.on('error', () => process.exit())
  stdout.write(text)
}
