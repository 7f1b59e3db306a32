/**
 * One dialect as a client speaks it, for one connection: calls in, bytes out; bytes in, events and answers out. No sockets, no clock
 * and no policy: how long an answer may take, and what happens when the connection is lost, is the chat's.
 */

import type { ChatEvent, Person, Status } from './events.js'
import type { Feature } from './options.js'

/** What a protocol has around it. */
export interface ProtocolContext {
  send(data: string | Uint8Array<ArrayBuffer>): void
  event(event: ChatEvent): void
  /** The stream cannot be followed any further. `words` go after "the relay sent". */
  broken(words: string): void
  /** What the relay calls the room that everybody comes into. */
  readonly defaultRoom: string
}

/** Somebody else could have the message already: it is ours, with the id that the relay gave it, where the dialect has ids. */
export interface Said {
  readonly id: string | null
}

/** Calls reject with the errors of `errors.ts`: `RefusedError`, and `NameTakenError` and `DeniedError` from `login`. `ended` rejects those that wait. */
export interface Protocol {
  readonly features: ReadonlySet<Feature>
  /** The room that one is in; the default one where the dialect has none. */
  readonly room: string
  /** Why the relay is about to close, as far as it has said so; '' where it has not. */
  readonly lastWords: string

  /** Takes the whole chunk, borrowed until this returns. */
  decode(chunk: Uint8Array): void
  /** Asks for a name. Once accepted, never again. @param password what is shown for it, or `null` */
  login(name: string, password: string | null): Promise<void>
  say(text: string): Promise<Said>
  tell(name: string, text: string): Promise<Said>
  /** @param room `null` for the current one */
  list(room: string | null): Promise<readonly Person[]>
  rooms(): Promise<readonly string[]>
  /** Goes to that room, out of the current one. Resolves when one is there. */
  join(room: string): Promise<void>
  edit(id: string, text: string): Promise<void>
  received(id: string): Promise<void>
  block(name: string): Promise<void>
  unblock(name: string): Promise<void>
  setStatus(status: Status): Promise<void>
  /** Resolves when the relay has answered that it is there. */
  ping(): Promise<void>
  /** Says good-bye; the relay closes then. */
  quit(): void
  /** The connection is over: whoever waits for an answer gets this. */
  ended(error: Error): void
}
