/** What there is to say of a listener. A file of its own, so that programs which are told it need not know how it listens. */

/** Where a listener is, now that it listens. */
export interface ListeningAt {
  readonly url: string
  /** `ws` where each client says which. */
  readonly dialect: string
  readonly host: string | undefined
  readonly port: number
  readonly tls: boolean
  /** Whether every connection has to begin with a PROXY header. */
  readonly proxy: boolean
}
