/** The client of chatmaster as a program: full-screen where there is a screen, and otherwise a line client like the others. */

import type { ChatClientOptions } from '../chat-client.js'
import { runConsoleProgram } from '../console-program.js'
import { LineStyle } from '../line-style.js'
import { ChannelLines } from './channel-lines.js'

/** @returns the exit code, as `runConsoleProgram` does */
export async function runChatmasterClient(options: ChatClientOptions): Promise<number> {
  const { host, port, tls, password, name, compressed, input, output, errorOutput } = options
  // Where remarks cannot be written, there is nowhere left to remark on it.
  errorOutput.on('error', () => {})
  if (hasScreen(input, output)) {
    // Loaded when it is wanted: the terminal library takes longer to start than all other clients together.
    const { runFullScreenClient } = await import('./full-screen-client.js')
    return runFullScreenClient(options)
  }
  return runConsoleProgram(options, (console) => {
    const style = new LineStyle(output)
    const noticeStyle = console.interactive ? style : new LineStyle(errorOutput)
    return new ChannelLines(
      { host, port, tls, password },
      name.trim(),
      compressed,
      console,
      style,
      noticeStyle,
    )
  })
}

function hasScreen(input: NodeJS.ReadStream, output: NodeJS.WriteStream): boolean {
  const { TERM: kind } = process.env
  return input.isTTY === true && output.isTTY === true && kind !== undefined && kind !== '' && kind !== 'dumb'
}
