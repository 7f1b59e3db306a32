/** The client library for Node: over TCP, over TLS, and over WebSockets. */

import { WebSocket } from 'ws'
import { type Chat, openChat } from './chat.js'
import type { LinkListener, LinkTarget } from './link.js'
import type { ConnectOptions } from './options.js'
import { readTarget } from './target.js'
import { TcpLink } from './tcp-link.js'
import { type SocketLike, WebSocketLink } from './web-socket-link.js'

export type { Chat } from './chat.js'
export {
  BadAddressError,
  ChatError,
  type ChatErrorCode,
  ClosedError,
  ConnectionLostError,
  DeniedError,
  NameTakenError,
  RefusedError,
  UnsupportedError,
} from './errors.js'
export type {
  BlockedEvent,
  ChatEvent,
  ChatState,
  CrowdEvent,
  DirectEvent,
  EditedEvent,
  JoinedEvent,
  LeftEvent,
  MessageEvent,
  MissedEvent,
  NoticeEvent,
  Occurrence,
  Person,
  ReceiptEvent,
  RenamedEvent,
  StateEvent,
  Status,
  StatusEvent,
} from './events.js'
export type {
  CallOptions,
  ConnectOptions,
  DialectName,
  Feature,
  PasswordSource,
  ReconnectOptions,
} from './options.js'
export type { Said } from './protocol.js'

/** Of one message of a relay, as of its lists. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024

/**
 * Connects to a relay and asks for a name.
 *
 * @param url `framed://host:9000`, `chatroom://`, `json-irc://` or `chatmaster://`, with `+tls` behind the scheme over TLS; or
 *   `ws://host:8080`, `wss://host`, with the dialect in the options. A port that is not given is the dialect's, or that of the web
 * @throws BadAddressError; ConnectionLostError when there is no connection, or it ended; NameTakenError; DeniedError where the
 *   password is missing or wrong; RefusedError for what cannot be a name or a room; what `options.signal` was aborted with
 */
export async function connect(url: string, options: ConnectOptions): Promise<Chat> {
  const target = readTarget(url, options)
  const open = (to: LinkTarget, listener: LinkListener) => {
    if (target.isWebSocket) return new WebSocketLink(to, webSocket, listener)
    const port = to.url.port === '' ? target.entry.defaultPort : Number(to.url.port)
    return new TcpLink(to, port, listener)
  }
  return openChat(target, open, options)
}

/** Not the global one, which Node 20 does not have and which says nothing of why it failed. */
function webSocket({ url, dialect, ca, identity }: LinkTarget): SocketLike {
  const options = {
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
    ...(ca === undefined ? {} : { ca }),
    ...identity,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  }
  return new WebSocket(url, dialect, options) as unknown as SocketLike
}
