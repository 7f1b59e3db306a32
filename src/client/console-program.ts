/**
 * A chat on a line console, as a program: chooses between terminal and pipe, turns signals and a reader that went away
 * into leaving, and waits until everything is written. What is said, to whom and how is the chat's.
 */

import { constants } from 'node:os'
import { EXIT_CODE } from '../exit-code.js'
import type { LineConsole } from './line-console.js'
import { PipeConsole } from './pipe-console.js'
import { TerminalConsole } from './terminal-console.js'

/** What a shell adds to the number of the signal that ended a program. */
export const SIGNALLED = 128

/** Borrowed until the program has ended. */
export interface Streams {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly errorOutput: NodeJS.WriteStream
}

/** How it ended, and what is left to say about it: one line, or nothing. */
export interface Outcome {
  readonly code: number
  readonly words: string
}

export interface ConsoleChat {
  run(): Promise<Outcome>
  /** Leaves in good order and soon; asked a second time, at once. */
  stop(code: number): void
  /** Nobody reads the output any more, said at each write: there is no reason to stay, and none to complain. */
  outputGone(): void
  /** The output has room again. */
  readOn(): void
}

/**
 * Runs what `begin` makes until the person leaves, the input ends or the connection is lost. Takes SIGINT, SIGTERM and
 * SIGHUP while it runs.
 *
 * @returns the exit code (`EXIT_CODE`, or 128 and the signal), once the output has taken everything; never rejects
 */
export async function runConsoleProgram(
  { input, output, errorOutput }: Streams,
  begin: (console: LineConsole) => ConsoleChat,
): Promise<number> {
  const interactive = input.isTTY === true && output.isTTY === true && process.env.TERM !== 'dumb'
  const chat = begin(
    interactive ? new TerminalConsole(input, output) : new PipeConsole(input, output, errorOutput),
  )
  const interrupted = () => chat.stop(EXIT_CODE.interrupted)
  const terminated = () => chat.stop(SIGNALLED + constants.signals.SIGTERM)
  const hungUp = () => chat.stop(SIGNALLED + constants.signals.SIGHUP)
  const drained = () => chat.readOn()
  process.on('SIGINT', interrupted).on('SIGTERM', terminated).on('SIGHUP', hungUp)
  output.on('drain', drained)
  // Where remarks cannot be written, there is nowhere left to remark on it.
  errorOutput.on('error', () => {})
  // Whoever read our output may have gone (`| head`). Each later write fails anew, and first looks like one to wait for.
  output.on('error', () => chat.outputGone())
  try {
    const { code, words } = await chat.run()
    if (words !== '') await written(errorOutput, `${words}\n`)
    await written(output, '')
    return code
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', terminated).off('SIGHUP', hungUp)
    output.off('drain', drained)
  }
}

/** Resolves when `stream` has taken everything up to and with `text`, or cannot take it. */
export function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve())
  })
}
