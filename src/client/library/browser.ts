/** The client library for browsers, and for whatever else has a global `WebSocket` and no Node. */

import './without-eval.js'

import { type Chat, openChat } from './chat.js'
import { UnsupportedError } from './errors.js'
import type { LinkListener, LinkTarget } from './link.js'
import type { ConnectOptions } from './options.js'
import { readTarget } from './target.js'
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

/** What a browser has. */
declare const WebSocket: new (url: URL, protocol: string) => SocketLike

/**
 * Connects to a relay and asks for a name.
 *
 * @param url `ws://host:8080` or `wss://host`; what is spoken there is in the options
 * @throws as in Node, and UnsupportedError for the URL of a TCP listener
 */
export async function connect(url: string, options: ConnectOptions): Promise<Chat> {
  const target = readTarget(url, options)
  if (!target.isWebSocket)
    throw new UnsupportedError(
      `a browser speaks over ws:// and wss:// alone, and not over ${target.url.protocol}//`,
    )
  const make = (to: LinkTarget) => new WebSocket(to.url, to.dialect)
  return openChat(
    target,
    (to: LinkTarget, listener: LinkListener) => new WebSocketLink(to, make, listener),
    options,
  )
}
