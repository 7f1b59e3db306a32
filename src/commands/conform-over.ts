/** Where `parlance conform` finds a server over WebSocket: `ws://HOST:PORT` or `wss://HOST:PORT`, with a path or without. */

import type { Address } from '../client/address.js'
import type { WebSocketUrl } from '../conform/websocket/opening.js'

/** A server over WebSocket. */
export interface WebSocketPlace {
  readonly address: Address
  readonly url: WebSocketUrl
  readonly tls: boolean
}

const PORTS = { 'ws:': 80, 'wss:': 443 } as const

/** @returns null when it is no such URL */
export function webSocketPlace(text: string): WebSocketPlace | null {
  const url = URL.canParse(text) ? new URL(text) : null
  const defaultPort = PORTS[url?.protocol as keyof typeof PORTS]
  if (
    url === null ||
    defaultPort === undefined ||
    url.hostname === '' ||
    url.hash !== '' ||
    url.username !== ''
  )
    return null
  // An address of IPv6 stands in brackets in a URL, and without them where one connects.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return {
    address: { host, port: url.port === '' ? defaultPort : Number(url.port) },
    url: { authority: url.host, path: `${url.pathname}${url.search}` },
    tls: url.protocol === 'wss:',
  }
}
