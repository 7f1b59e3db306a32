/** The sendto client as a program. The chat itself is `SendtoChat`. */

import type { Address } from '../address.js'
import { runConsoleProgram, type Streams } from '../console-program.js'
import { LineStyle } from '../line-style.js'
import { SendtoChat } from './sendto-chat.js'

export interface SendtoConsoleOptions extends Streams, Address {
  /** Who logs in before anything is read; nobody when there is no such option. */
  readonly name?: string
}

/** There is no prompt: in a pipe only the words of the protocol's page are written. @returns as `runConsoleProgram` does */
export function runSendtoConsole(options: SendtoConsoleOptions): Promise<number> {
  const { host, port, tls, password, name = null, output } = options
  return runConsoleProgram(options, (console) => {
    return new SendtoChat({ host, port, tls, password }, console, new LineStyle(output), name)
  })
}
