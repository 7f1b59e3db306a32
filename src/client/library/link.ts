/** What a chat is carried by: a TCP or TLS connection, or a WebSocket. Bytes or text go out, bytes come in. Knows no dialect. */

/** One connection, from when it is asked for. */
export interface Link {
  /** Text goes as UTF-8, and over a WebSocket as a text message. Without a connection nothing goes. */
  send(data: string | Uint8Array<ArrayBuffer>): void
  /** Whether what was sent piles up: `drained` is called when it has left. */
  readonly isFull: boolean
  /** Ends our side once everything has left. `closed` follows, at the latest after `graceMs`. */
  end(graceMs: number): void
  /** Ends it at once, `closed` follows. @param cause what `closed` is to be told */
  destroy(cause: Error): void
}

export interface LinkListener {
  /** Once, before anything else, and not at all where the connection fails. */
  opened(): void
  /** Borrowed until this returns. */
  data(bytes: Uint8Array): void
  drained(): void
  /** Once, and last of all. `cause` is `null` where the other side ended it in good order. */
  closed(cause: Error | null): void
}

/** Where a link goes, and how it is opened. */
export interface LinkTarget {
  /** Of the address bar, checked. */
  readonly url: URL
  /** The name of the dialect, which over a WebSocket is the subprotocol. */
  readonly dialect: string
  /** Certificates that alone are believed. */
  readonly ca: string | undefined
  /** The certificate that is shown, and its key. */
  readonly identity: { readonly cert: string; readonly key: string } | undefined
}

/** Opens a link; what becomes of it is told to the listener, never before this has returned. */
export type OpenLink = (target: LinkTarget, listener: LinkListener) => Link

/** What may wait to be sent before a link says that it is full. */
export const HIGH_WATER_BYTES = 64 * 1024
