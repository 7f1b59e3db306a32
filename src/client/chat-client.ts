/** What the clients of `parlance chat` have in common, whatever they speak. */

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
