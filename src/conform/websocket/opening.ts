/** The opening handshake of WebSocket (RFC 6455, 4), as the kit asks for it and judges the answer. */

import { createHash, randomBytes } from 'node:crypto'
import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'

/** Where a server is reached over WebSocket. */
export interface WebSocketUrl {
  /** As in the `Host` header. */
  readonly authority: string
  /** With the query. */
  readonly path: string
}

/** The answer to a request of HTTP, without its body. */
export interface HttpAnswer {
  /** The whole first line. */
  readonly line: string
  readonly status: number
  /** By name in lower case; what comes twice is joined with a comma. */
  readonly headers: ReadonlyMap<string, string>
}

/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const END_OF_HEAD = '\r\n\r\n'

export type Headers = Readonly<Record<string, string | null>>

/** @param headers more of them, or others; `null` leaves one out @returns the request, and the key in it */
export function openingRequest(
  { authority, path }: WebSocketUrl,
  subprotocols: string | null,
  headers: Headers = {},
): { readonly request: string; readonly key: string } {
  const key = randomBytes(16).toString('base64')
  const all: Headers = {
    Host: authority,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': subprotocols,
    ...headers,
  }
  const lines = Object.entries(all)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`)
  return { request: `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, key }
}

/** Takes the head of the next answer. */
export async function takeAnswer(peer: RawPeer, expected: string): Promise<HttpAnswer> {
  const head = (received: Buffer) => {
    const end = received.indexOf(END_OF_HEAD)
    return end === -1 ? 0 : end + END_OF_HEAD.length
  }
  const [line = '', ...rest] = (await peer.takeUnit(head, expected)).toString('latin1').trim().split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})( |$)/.exec(line)?.[1]
  if (status === undefined) throw new CheckFailure(expected, shownBytes(Buffer.from(line, 'latin1')))
  const headers = new Map<string, string>()
  for (const one of rest) {
    const at = one.indexOf(':')
    const name = one.slice(0, at).toLowerCase()
    const value = one.slice(at + 1).trim()
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
  }
  return { line, status: Number(status), headers }
}

/** Asks for the upgrade. What stands behind the answer is left to be taken. @throws CheckFailure when it is refused, or wrong */
export async function openWebSocket(peer: RawPeer, url: WebSocketUrl, subprotocol: string): Promise<void> {
  const { request, key } = openingRequest(url, subprotocol)
  peer.write(request)
  const expected = `101 Switching Protocols, with the subprotocol ${subprotocol}`
  expectOpened(await takeAnswer(peer, expected), key, subprotocol, expected)
}

/** @throws CheckFailure when this answer does not open a WebSocket as it was asked for */
export function expectOpened(answer: HttpAnswer, key: string, subprotocol: string, expected: string): void {
  if (answer.status !== 101) throw new CheckFailure(expected, answer.line)
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64')
  for (const [name, like] of [
    ['upgrade', /^websocket$/i],
    ['connection', /(^|[\s,])upgrade($|[\s,])/i],
  ] as const) {
    const came = answer.headers.get(name)
    if (came === undefined || !like.test(came)) throw new CheckFailure(`the header ${name}`, `${came}`)
  }
  for (const [name, wanted] of [
    ['sec-websocket-accept', accept],
    ['sec-websocket-protocol', subprotocol],
    ['sec-websocket-extensions', undefined],
  ] as const) {
    const came = answer.headers.get(name)
    if (came !== wanted)
      throw new CheckFailure(`${name}: ${wanted ?? 'none'}, as it was asked for`, `${came ?? 'none'}`)
  }
}
