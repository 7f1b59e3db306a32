/** What a program says when it connects, and with each call. */

/** The protocols that this library speaks. */
export type DialectName = 'framed' | 'chatroom' | 'json-irc' | 'chatmaster'

/** What some dialects have and others do not: see `Chat.can`. */
export type Feature =
  | 'join'
  | 'rooms'
  | 'ids'
  | 'edit'
  | 'received'
  | 'block'
  | 'setStatus'
  | 'listOtherRooms'

/** With each call that waits for something. */
export interface CallOptions {
  /** Ends the waiting: the call rejects with the signal's reason. What was sent by then is sent. */
  readonly signal?: AbortSignal | undefined
}

/** How lost connections are made anew. */
export interface ReconnectOptions {
  /** The longest wait before the first attempt, in milliseconds; doubled with each further one. 500. */
  readonly minDelayMs?: number
  /** The longest wait before any attempt, in milliseconds. 30,000. */
  readonly maxDelayMs?: number
  /** After so many attempts in a row the chat is closed. Without end when it is not given. */
  readonly attempts?: number
}

/** A password or a token, or what gets one for each connection: tokens expire. */
export type PasswordSource = string | (() => string | Promise<string>)

/** How to be in a chat. */
export interface ConnectOptions {
  /** What we want to be called. What may be a name is the dialect's to say; in chatroom, 3 to 30 letters and digits. */
  readonly name: string
  /** What the relay asks for beside the name: its password, or a signed token. Nothing is shown to a relay without it. */
  readonly password?: PasswordSource | undefined
  /** Ends the attempt to connect: `connect` rejects with the signal's reason. Nothing to do with the chat afterwards: `Chat.close` ends that. */
  readonly signal?: AbortSignal | undefined
  /** What is spoken over `ws://` and `wss://`; in other URLs the scheme says it. `chatroom`. */
  readonly dialect?: DialectName
  /** A room to be in from the beginning, where the dialect has rooms. */
  readonly room?: string
  /**
   * What the relay calls the room that everybody comes into. The dialects do not tell, so somebody has to say it where the
   * operator chose another name. `general`.
   */
  readonly defaultRoom?: string
  /** `false`: a lost connection is the end of the chat. */
  readonly reconnect?: ReconnectOptions | false
  /** How long it may take until a connection is made, in milliseconds. 10,000. */
  readonly connectTimeoutMs?: number
  /** How long the relay may take to answer, in milliseconds; then the connection counts as lost. 10,000. */
  readonly answerTimeoutMs?: number
  /** After so long without a word from the relay it is asked whether it is still there, in milliseconds. 30,000. */
  readonly heartbeatMs?: number
  /** How many events may wait to be read; the oldest go first. 1,000. */
  readonly maxWaitingEvents?: number
  /** Certificates in PEM, which alone are believed then, over TLS; for Node alone. */
  readonly ca?: string
  /** A certificate in PEM that is shown to a relay which asks for one, over TLS; for Node alone. It takes `key`. */
  readonly cert?: string
  /** The key of `cert`, in PEM. */
  readonly key?: string
}
