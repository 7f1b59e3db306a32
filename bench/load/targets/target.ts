/**
 * What a protocol has to offer so that the load can be put on a server that speaks it. One file a protocol;
 * everything about pacing, checking and measuring is elsewhere and the same for all of them.
 */

/** What fits one frame together with any name of the load's, in every protocol that does not say less. */
export const MAX_TEXT_BYTES = 65_000

export interface Target {
  readonly name: string

  /** Whether who speaks gets their own message back. */
  readonly echoesOwn: boolean

  /**
   * How clients get into different rooms: by `TargetClientSetup.room`, or by connecting to different
   * listeners of the server, one a room. Left out where everybody is in one room.
   */
  readonly rooms?: 'setup' | 'listeners'

  /** Whether everyone in a room is told who comes and goes; the client then calls `DeliverySink.announced`. */
  readonly announces?: boolean

  /** The relay's name for it, where that is another one. */
  readonly dialect?: string

  /** Where a relay has it when nothing is configured; left out for what the relay does not speak. */
  readonly defaultPort?: number

  /** The longest text in bytes that everybody gets, and in one piece; `MAX_TEXT_BYTES` when left out. */
  readonly maxTextBytes?: number

  /** Several protocols of one server, each at a port of its own: client n speaks the n-th of them, round and round. */
  readonly mixture?: readonly Target[]

  /** One client's side of the protocol. */
  client(setup: TargetClientSetup): TargetClient

  /** `text` in the frame that a client sends it in. The text is patched in place before each sending. */
  template(text: Uint8Array, room?: string): MessageTemplate

  /** The same to one client alone, by the name it was set up with. Left out where that cannot be. */
  direct?(text: Uint8Array, to: string): MessageTemplate
}

export interface MessageTemplate {
  bytes: Uint8Array
  /** Where the text starts in `bytes`. */
  textAt: number
}

export interface TargetClientSetup {
  /** A name that no other client of the load has: ASCII letters and digits, at most 16. */
  name: string
  /** The room to be in, like a name; left out where there is but one. */
  room?: string
  /** The size of the texts to look for; everything else that arrives is the protocol's own talk. */
  payloadBytes: number
  /** This client's number in its process, to be passed on with each delivery. */
  receiver: number
  deliveries: DeliverySink
  events: ClientEvents
}

/** Takes the texts, for all clients of a process. Called once per delivery: it must not be a closure each. */
export interface DeliverySink {
  /** A text arrived whole. Its stamp is at `bytes[textAt]`; the bytes are borrowed until this returns. */
  delivered(receiver: number, bytes: Uint8Array, textAt: number): void
  /** Something that looks like a text and is none of the load's. */
  foreign(receiver: number): void
  /** The client was told that so many came and so many left; servers may tell it of several at once. */
  announced(receiver: number, joined: number, left: number): void
}

export interface ClientEvents {
  /** The client is where texts reach it and may speak. */
  joined(): void
  refused(reason: string): void
  /** The protocol wants this said: a handshake's next step, the answer to a ping. */
  reply(bytes: Uint8Array): void
}

export interface TargetClient {
  /** What to say as soon as the connection stands. */
  opening(): Uint8Array
  /** Takes `bytes[0, length)`, cut anywhere. The bytes are borrowed until this returns. */
  read(bytes: Uint8Array, length: number): void
}
