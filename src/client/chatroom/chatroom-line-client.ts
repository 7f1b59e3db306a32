/** The line client of the chatroom dialect, as a program. The chat itself is `ChatroomChat`. */

import type { Address } from '../address.js'
import { runConsoleProgram, type Streams } from '../console-program.js'
import { ChatroomChat } from './chatroom-chat.js'
import { ChatroomStyle } from './chatroom-style.js'

export interface ChatroomLineClientOptions extends Streams, Address {
  readonly name: string
}

/** With a terminal on both sides there is a prompt; otherwise lines come out as they come. @returns as `runConsoleProgram` does */
export function runChatroomClient(options: ChatroomLineClientOptions): Promise<number> {
  const { host, port, tls, password, name, output, errorOutput } = options
  return runConsoleProgram(options, (console) => {
    const style = new ChatroomStyle(output)
    const noticeStyle = console.interactive ? style : new ChatroomStyle(errorOutput)
    return new ChatroomChat({ host, port, tls, password }, name, console, style, noticeStyle)
  })
}
