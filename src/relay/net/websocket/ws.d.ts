/** What of ws is used here and not in its types: they leave out the receiver, which the package exports. */

import { Writable } from 'node:stream'

declare module 'ws' {
  export interface ReceiverOptions {
    readonly isServer: boolean
    /** Bytes of one message. */
    readonly maxPayload: number
    /** In how many frames it may come. */
    readonly maxFragments: number
  }

  /** Emits `message` (bytes, isBinary), `ping` and `pong` (bytes), `conclude` (code, reason). */
  export class Receiver extends Writable {
    constructor(options: ReceiverOptions)
  }
}
