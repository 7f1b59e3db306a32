/** What the clients of `parlance chat` have in common, whatever they speak. */

import type { Address } from './address.js'
import type { Streams } from './console-program.js'

/** What every client of a person needs. */
export interface ChatClientOptions extends Streams, Address {
  /** Not blank; whether it is a name is for the relay to say. */
  readonly name: string
  /** Whether packages are compressed; `false` for clients without compression. */
  readonly compressed: boolean
}

export interface ChatClient {
  readonly dialect: string
  /** Where relays of this dialect listen when nothing else is said. */
  readonly defaultPort: number
  /** What may be a name, in words that go behind a colon. */
  readonly nameRule: string
  /** Whether it knows `--compressed`. */
  readonly canCompress: boolean
  /** Chats until it is over. @returns the exit code; never rejects for what the network or the person does */
  run(options: ChatClientOptions): Promise<number>
}
