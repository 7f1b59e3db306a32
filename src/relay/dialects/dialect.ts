/**
 * What a dialect is to the rest of the relay. A new one is a folder with an object of this shape and a line
 * in `registry.ts`; nothing else knows which dialects there are.
 */

import type { z } from 'zod'
import type { Outbox } from '../fanout/outbox.js'
import type { Recipient } from '../fanout/recipient.js'
import type { CloseReason } from '../hub/close-reason.js'
import type { Hub } from '../hub/hub.js'

export interface Dialect<Options = unknown> {
  /** Names it in listener URLs, logs and metrics. */
  readonly name: string
  /** The port of its listener when nothing is configured. */
  readonly defaultPort: number
  /**
   * Whether a client without a name is only on its way in. Where it is, the login deadline runs; where clients may
   * look around without one, it does not.
   */
  readonly needsLogin: boolean
  /** The options in the query of its listeners' URLs, as text in and as validated values out. */
  readonly options: z.ZodType<Options>
  /** Made once for each listener: everything that its connections share. */
  listen(options: Options, relay: DialectContext): SpeakerFactory
}

/** What the relay gives to every dialect. */
export interface DialectContext {
  readonly hub: Hub<Recipient>
  /** The longest frame before somebody has a name (F15). */
  readonly maxLoginBytes: number
  /** The IANA time zone in which the relay writes times of day. */
  readonly timeZone: string
}

/** Begins one connection's side of the dialect. Says nothing yet: whether the client may stay is decided afterwards. */
export type SpeakerFactory = (client: Client) => Speaker

/** How a request for a name ended. */
export type ClaimOutcome = 'accepted' | 'taken' | 'invalid'

/** What a speaker may do with its connection. */
export interface Client {
  /** The dialect's name, for the hub: events say how whoever they are about speaks. */
  readonly dialect: string
  readonly outbox: Outbox
  /**
   * One request is carried out: a message, a command.
   * @returns whether to take the next one; otherwise what is not decoded yet is kept and fed again when it is this
   *   connection's turn, and `feed` returns how far it came
   */
  requestDone(): boolean
  /** Somebody asked for a name, or for another one: recorded, and when it was accepted the login deadline is over. */
  nameRequested(name: string, outcome: ClaimOutcome): void
  /** The session is over and the connection stays (S5). */
  unnamed(): void
  /**
   * Nothing is fed until `resumeInput`: what was fed takes time. A speaker that calls this in `feed` returns
   * how far it came, and is fed the rest again afterwards.
   */
  pauseInput(): void
  resumeInput(): void
  /**
   * The client is done: ends the connection once what is queued is sent. Nothing more is fed to the speaker,
   * and its `closed` is called before this returns.
   */
  close(reason: CloseReason): void
  /** The relay is done with the client: `Speaker.farewell`, then as `close`. */
  expel(reason: CloseReason): void
}

/** One connection's side of one dialect: chunks in, hub calls and private answers out. */
export interface Speaker {
  /** The client may stay: what the dialect says of its own accord before it is asked. Called once, before `feed`. */
  greet?(): void
  /** The serial number of what has begun and is not complete, or 0: the frame deadline runs for it. */
  readonly partialFrame: number
  /** How many bytes of it the speaker keeps. */
  readonly heldBytes: number
  /**
   * Takes `bytes[start, end)`, borrowed until this returns.
   * @returns the offset of the first byte not taken: `end`, unless `Client.requestDone` said to stop
   */
  feed(bytes: Buffer, start: number, end: number): number
  /**
   * Over WebSocket: whether a message that begins with this byte has to be a binary one; for -1, whether what is sent is.
   * A dialect without this is text.
   */
  isBinary?(firstByte: number): boolean
  /** The relay ends the connection while the client still reads: say why, as the dialect does (F17). */
  farewell(reason: CloseReason): void
  /** The connection is over, whoever ended it: end the session. Called exactly once. */
  closed(reason: CloseReason): void
}
