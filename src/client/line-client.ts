/**
 * The line client of framed.md, as a program: chooses between terminal and pipe, turns signals and a reader that
 * went away into leaving, and waits until everything is written. The chat itself is `LineChat`.
 */

import { constants } from 'node:os'
import { EXIT_CODE } from '../exit-code.js'
import { LineChat, NAME_RULE } from './line-chat.js'
import { LineStyle } from './line-style.js'
import { PipeConsole } from './pipe-console.js'
import { TerminalConsole } from './terminal-console.js'

/** What a shell adds to the number of the signal that ended a program. */
const SIGNALLED = 128

export interface LineClientOptions {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly errorOutput: NodeJS.WriteStream
}

/**
 * Chats until the person leaves, the input ends or the connection is lost. With a terminal on both sides there
 * is a prompt; otherwise lines come out as they come. Takes SIGINT, SIGTERM and SIGHUP while it runs.
 *
 * @returns the exit code (`EXIT_CODE`, or 128 and the signal), once the output has taken everything; never rejects
 */
export async function runLineClient(options: LineClientOptions): Promise<number> {
  const { host, port, name, input, output, errorOutput } = options
  // Where remarks cannot be written, there is nowhere left to remark on it.
  errorOutput.on('error', () => {})
  if (name.trim() === '') {
    errorOutput.write(`The name is blank: ${NAME_RULE}.\n`)
    return EXIT_CODE.usage
  }
  const interactive = input.isTTY === true && output.isTTY === true && process.env.TERM !== 'dumb'
  const console = interactive
    ? new TerminalConsole(input, output)
    : new PipeConsole(input, output, errorOutput)
  const style = new LineStyle(output)
  const noticeStyle = interactive ? style : new LineStyle(errorOutput)
  const chat = new LineChat({ host, port }, name, console, style, noticeStyle)

  const interrupted = () => chat.stop(EXIT_CODE.interrupted)
  const terminated = () => chat.stop(SIGNALLED + constants.signals.SIGTERM)
  const hungUp = () => chat.stop(SIGNALLED + constants.signals.SIGHUP)
  const drained = () => chat.readOn()
  process.on('SIGINT', interrupted).on('SIGTERM', terminated).on('SIGHUP', hungUp)
  output.on('drain', drained)
  // Whoever read our output may have gone (`| head`). The listener stays: a write may fail late.
  output.once('error', () => chat.outputGone())
  output.on('error', () => {})
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
function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve())
  })
}
