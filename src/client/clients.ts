/**
 * The clients that `parlance chat` can start, by dialect. A new one is one more line; what a client is, beyond what
 * all have in common, is its own folder's business.
 */

import { runLineClient } from './line-client.js'

/** What every client of a person needs. Streams are borrowed until `run` has resolved. */
export interface ChatClientOptions {
  readonly host: string
  readonly port: number
  readonly name: string
  /** Whether packages are compressed; `false` for clients without compression. */
  readonly compressed: boolean
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly errorOutput: NodeJS.WriteStream
}

export interface ChatClient {
  readonly dialect: string
  /** Where relays of this dialect listen when nothing else is said. */
  readonly defaultPort: number
  /** Whether it knows `--compressed`. */
  readonly canCompress: boolean
  /** Chats until it is over. @returns the exit code; never rejects for what the network or the person does */
  run(options: ChatClientOptions): Promise<number>
}

const framed: ChatClient = {
  dialect: 'framed',
  defaultPort: 9000,
  canCompress: false,
  run: runLineClient,
}

export const CLIENTS: ReadonlyMap<string, ChatClient> = new Map(
  [framed].map((client) => [client.dialect, client]),
)
