/** The line client of the json-irc dialect, as a program. The chat itself is `RoomsChat`. */

import { runConsoleProgram } from '../console-program.js'
import type { LineClientOptions } from '../line-client.js'
import { LineStyle } from '../line-style.js'
import { RoomsChat } from './rooms-chat.js'

/**
 * With a terminal on both sides there is a prompt; otherwise lines come out as they come.
 * @returns the exit code, as `runConsoleProgram` does
 */
export function runRoomsClient(options: LineClientOptions): Promise<number> {
  const { host, port, tls, password, name, output, errorOutput } = options
  return runConsoleProgram(options, (console) => {
    const style = new LineStyle(output)
    const noticeStyle = console.interactive ? style : new LineStyle(errorOutput)
    return new RoomsChat({ host, port, tls, password }, name, console, style, noticeStyle)
  })
}
