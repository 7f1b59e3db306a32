/** The line client of the framed dialect, as a program. The chat itself is `LineChat`. */

import type { Address } from './address.js'
import { runConsoleProgram, type Streams } from './console-program.js'
import { LineChat } from './line-chat.js'
import { LineStyle } from './line-style.js'

export interface LineClientOptions extends Streams, Address {
  readonly name: string
}

/**
 * With a terminal on both sides there is a prompt; otherwise lines come out as they come.
 * @returns the exit code, as `runConsoleProgram` does
 */
export function runLineClient(options: LineClientOptions): Promise<number> {
  const { host, port, tls, password, name, output, errorOutput } = options
  return runConsoleProgram(options, (console) => {
    const style = new LineStyle(output)
    const noticeStyle = console.interactive ? style : new LineStyle(errorOutput)
    return new LineChat({ host, port, tls, password }, name, console, style, noticeStyle)
  })
}
