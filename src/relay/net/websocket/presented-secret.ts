/**
 * The password or token in the request that becomes a WebSocket, for clients whose dialect is not theirs to change. Owns where it
 * may be: in a header, in the list of subprotocols, which is all that a browser can write into, or in the address.
 */

import type { IncomingMessage } from 'node:http'

/** Of a subprotocol that is none, but a secret in Base64 (URL-safe, without padding), since not every character may be in one. */
const SECRET_SUBPROTOCOL = 'secret.'
const BEARER = /^Bearer +(\S+) *$/i

/** @returns the first that is there, in this order; `null` for none */
export function presentedSecret({
  headers,
  url = '',
}: Pick<IncomingMessage, 'headers' | 'url'>): string | null {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const encoded = offered.find((name) => name.startsWith(SECRET_SUBPROTOCOL))
  if (encoded !== undefined)
    return Buffer.from(encoded.slice(SECRET_SUBPROTOCOL.length), 'base64url').toString()
  const query = url.indexOf('?')
  return query === -1 ? null : new URLSearchParams(url.slice(query)).get('token')
}
