/** The line client of the json-irc dialect, as a program. The chat itself is `RoomsChat`. */

import { EXIT_CODE } from '../../exit-code.js'
import { runConsoleProgram } from '../console-program.js'
import { NAME_RULE } from '../line-chat.js'
import type { LineClientOptions } from '../line-client.js'
import { LineStyle } from '../line-style.js'
import { RoomsChat } from './rooms-chat.js'

/**
 * With a terminal on both sides there is a prompt; otherwise lines come out as they come.
 * @returns the exit code, as `runConsoleProgram` does
 */
export async function runRoomsClient(options: LineClientOptions): Promise<number> {
  const { host, port, tls, name, output, errorOutput } = options
  if (name.trim() === '') {
    errorOutput.on('error', () => {})
    errorOutput.write(`The name is blank: ${NAME_RULE}.\n`)
    return EXIT_CODE.usage
  }
  return runConsoleProgram(options, (console) => {
    const style = new LineStyle(output)
    const noticeStyle = console.interactive ? style : new LineStyle(errorOutput)
    return new RoomsChat({ host, port, tls }, name, console, style, noticeStyle)
  })
}
