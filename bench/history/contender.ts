/** What a store has to do to keep the messages of rooms, as the bench asks it of each contender in its own words. */

export interface KeptMessage {
  readonly room: string
  /** Sorts as text in the order in which messages were said. */
  readonly id: string
  /** What else there is, as JSON. */
  readonly body: string
}

export interface Contender {
  /** Resolves once they are written: they are there again if this process is killed at that moment. */
  append(batch: readonly KeptMessage[]): Promise<void>
  /** The last ones of a room, oldest first. */
  last(room: string, count: number): Promise<string[]> | string[]
  close(): Promise<void>
}

/** By the name of its package. Each makes what it needs in the directory. */
export type OpenContender = (directory: string) => Promise<Contender>
