/**
 * A byte stream to one client, as the kernel gives it. Two kinds: `handle-transport.ts` for plain TCP where
 * Node's internals allow it, `socket-transport.ts` for everything else. Neither knows frames or dialects. A third one,
 * `websocket/websocket-transport.ts`, is laid over one of them.
 */

import type { Port } from '../fanout/ports.js'
import type { CloseReason } from '../hub/close-reason.js'

/** Who hears of a transport; a connection. After `failed` or `destroy` nothing more is said. */
export interface TransportEvents {
  /** `bytes[0, length)` came in; borrowed until this returns. */
  received(bytes: Buffer, length: number): void
  /** The peer has ended its side; ours may still be written to. */
  ended(): void
  /** The stream is broken. `code` is the system's word for it, such as `ECONNRESET`. */
  failed(code: string): void
  /** A write that was not taken at once has been taken. */
  written(): void
  /** The last moment at which `port` may be written to: it is closed right after this. May come without `failed`. */
  releasing(): void
}

/** What a transport that has messages says besides; a connection hears both kinds. */
export interface MessageEvents extends TransportEvents {
  /** What follows counts as this connection's turn, from now on. */
  turnBegins(): void
  /** A whole message; borrowed until this returns. */
  message(bytes: Buffer): void
  /** All of the last message has been taken. */
  messageEnded(): void
  /** A frame of the client's is read: it counts as a request does, whatever is in it. */
  worked(): void
  /** So many bytes have been looked at in one go: `Transport.partialFrame` or `heldBytes` may have changed. */
  looked(bytes: number): void
  /** Has these bytes sent, in their turn, as they are. */
  interject(bytes: Buffer): void
  /** Whether something is still to be written. */
  readonly isBehind: boolean
  /** The client has broken a rule of the transport's. */
  violated(reason: CloseReason): void
  /** Whether a message with this first byte has to be binary; for -1, whether what is sent is. */
  isBinary(firstByte: number): boolean
  /** The first message: what was said before it goes out as it was meant. */
  settling(): void
}

/** What a client has shown of itself before it said anything in its dialect. */
export interface Credentials {
  /** The client's own, also where a trusted proxy stands between. */
  readonly remoteAddress: string
  /** The common name in the subject of the client's certificate, where it has shown one that was verified. */
  readonly certificateName: string | null
  /** The password or token that came with the handshake of a WebSocket, or `null`. */
  readonly presentedSecret: string | null
}

export interface Transport extends Credentials {
  readonly remotePort: number
  /** What may be written to past this, or `null`. */
  readonly port: Port | null
  /** How many bytes the kernel has taken so far, also of a write that it has not taken all of, where that is known. */
  readonly takenBytes: number
  /** As `kernelKey` makes it. */
  readonly kernelKey: string
  /** Of its socket, -1 once that is closed; `null` where it cannot be known. */
  readonly openDescriptor: number | null
  /** As `Speaker.partialFrame` and `heldBytes`, of what is not the dialect's yet; 0 where there is no such thing. */
  readonly partialFrame: number
  readonly heldBytes: number
  /** Begins to read. Called once, before anything else. */
  open(events: MessageEvents): void
  /** @returns whether the kernel took everything; if not, `written` follows, and no write may come before it */
  write(bytes: Buffer): boolean
  /** As `write`, for several pieces in one go. */
  writeMany(pieces: Buffer[]): boolean
  /**
   * Goes on with what was written to `port` and not all taken.
   * @param rest how many of the last bytes are left, with what the port has put before them
   */
  writeRest(bytes: Buffer, rest: number): boolean
  /** What the transport itself says last, to be sent like everything else; `null` for nothing. Asked once. */
  lastWords(reason: CloseReason): Buffer | null
  /** Stops and goes on reading: what the peer sends meanwhile stays in the kernel, and so with the peer. */
  pause(): void
  resume(): void
  /** Ends our side behind what was written. */
  end(): void
  /** Gives the stream up. What the kernel has taken is still delivered, unless the peer sent what was not read. */
  destroy(): void
  /** Gives the stream up and what the kernel holds for it. */
  reset(): void
}

/** How a connection is called in the kernel's table of sockets. */
export function kernelKey(localPort: number, remoteAddress: string, remotePort: number): string {
  return `${localPort} ${remoteAddress} ${remotePort}`
}

/** An IPv4 client of a dual-stack listener, as people write it. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}
