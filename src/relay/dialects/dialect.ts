/**
 * What a dialect is to the rest of the relay. A new one is a folder with an object of this shape and a line
 * in `registry.ts`; nothing else knows which dialects there are.
 */

import type { z } from 'zod'
import type { Slice } from '../fanout/chunk.js'
import type { Encoding } from '../fanout/encoding.js'
import type { Outbox } from '../fanout/outbox.js'
import type { Recipient } from '../fanout/recipient.js'
import type { CloseReason } from '../hub/close-reason.js'
import type { Hub } from '../hub/hub.js'
import type { Session } from '../hub/session.js'

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

/** How names are had; it may change while the relay runs. */
export interface AccessMode {
  /** Whether names are asked for with a password or a token: then a dialect looks for one where its page says so. */
  readonly takesSecrets: boolean
  /** Whether nobody has a name without; then whoever has none is not told who is here, either. */
  readonly isClosed: boolean
}

/** What rooms have said, for those who come in later. */
export interface RoomPast {
  /**
   * What somebody who has just entered the room is shown: ordinary messages in their encoding. To be asked in the turn in
   * which `Client.recall` was answered. `null` for nothing.
   */
  shown(session: Session<Recipient>, room: string, encoding: Encoding): Slice | null
}

/** What the relay gives to every dialect. */
export interface DialectContext {
  readonly hub: Hub<Recipient>
  readonly access: AccessMode
  /** `null` where rooms keep nothing. */
  readonly past: RoomPast | null
  /** The longest frame before somebody has a name (F15). */
  readonly maxLoginBytes: number
  /** The IANA time zone in which the relay writes times of day. */
  readonly timeZone: string
}

/** Begins one connection's side of the dialect. Says nothing yet: whether the client may stay is decided afterwards. */
export type SpeakerFactory = (client: Client) => Speaker

/** Why somebody may not have a name, whether or not it is free: fixed words, for logs and counters. */
export const ACCESS_REFUSALS = [
  /** It needs a password or a token, and none was shown. */
  'no-secret',
  /** What was shown is not right for it. */
  'wrong-secret',
  /** The token is no longer good, or not yet. */
  'expired',
  /** The token or the certificate is for another name. */
  'other-name',
  /** Too much that was shown from that address was wrong. */
  'too-many',
  /** As many as may wait to be checked. */
  'busy',
] as const
export type AccessRefusal = (typeof ACCESS_REFUSALS)[number]

/** What is known before the hub is asked; `taken` when somebody of another node has the name. */
export type NameRefusal = AccessRefusal | 'taken'

/** How a request for a name ended. */
export type ClaimOutcome = 'accepted' | 'taken' | 'invalid' | AccessRefusal

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
  /**
   * Whether the client may have `name`, should it be free; and whether it is, of other nodes. To be asked before it is claimed. Where that takes time to find out, the
   * input is paused meanwhile, so that `feed` is to return how far it came.
   * @param secret the password or token that came with the name; `null` for none
   * @param then is told why not, or `null` for yes: before this returns where nothing has to be found out, and not at all
   *   when the connection is over first
   */
  authorize(name: string, secret: string | null, then: (refusal: NameRefusal | null) => void): void
  /**
   * Has what was said in a room at hand, for `RoomPast.shown`; to be asked before the room is entered. Where that takes time the
   * input is paused meanwhile, so that `feed` is to return how far it came.
   * @param then as in `authorize`
   */
  recall(room: string, then: () => void): void
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
