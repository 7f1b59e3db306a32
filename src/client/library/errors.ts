/** What goes wrong in a chat, as classes that a caller can tell apart, each with a stable `code`. */

/** See the classes of errors. */
export type ChatErrorCode =
  | 'name-taken'
  | 'denied'
  | 'refused'
  | 'connection-lost'
  | 'unsupported'
  | 'closed'
  | 'bad-address'

/** Of every error that this library makes. Its `message` is one line for people. */
export abstract class ChatError extends Error {
  /** Which kind of error it is; it stays the same when words change. */
  abstract readonly code: ChatErrorCode
}

/** Somebody else has the name, on the whole relay, whatever they speak. Choose another one. */
export class NameTakenError extends ChatError {
  override readonly name = 'NameTakenError'
  readonly code = 'name-taken'
  /** The name that was asked for. */
  readonly wanted: string

  /** @hidden */
  constructor(wanted: string) {
    super(`the name ${JSON.stringify(wanted)} is taken`)
    this.wanted = wanted
  }
}

/**
 * The relay does not let us have the name: it needs a password or a token, or what was shown is not right for it, has expired, or could
 * not be checked for now.
 */
export class DeniedError extends ChatError {
  override readonly name = 'DeniedError'
  readonly code = 'denied'
}

/** The relay did not do what was asked, or it is known beforehand that it would not. The chat goes on. */
export class RefusedError extends ChatError {
  override readonly name = 'RefusedError'
  readonly code = 'refused'
}

/**
 * There is no connection, or it ended before the answer: whether the relay carried out what was asked is not known. `cause` is
 * what the system or TLS reported, where that is known.
 */
export class ConnectionLostError extends ChatError {
  override readonly name = 'ConnectionLostError'
  readonly code = 'connection-lost'
}

/** The dialect has no such thing, or this program cannot speak in that way: nothing was sent. */
export class UnsupportedError extends ChatError {
  override readonly name = 'UnsupportedError'
  readonly code = 'unsupported'
}

/** The chat was closed by this program. */
export class ClosedError extends ChatError {
  override readonly name = 'ClosedError'
  readonly code = 'closed'

  /** @hidden */
  constructor() {
    super('the chat is closed')
  }
}

/** The URL of the relay cannot be read. */
export class BadAddressError extends ChatError {
  override readonly name = 'BadAddressError'
  readonly code = 'bad-address'

  /** @hidden */
  constructor(url: string, wrong: string) {
    super(`${JSON.stringify(url)} is not the address of a relay: ${wrong}`)
  }
}
