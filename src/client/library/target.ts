/** Reads the URL of a relay: where it is, and what is spoken there. */

import { BadAddressError } from './errors.js'
import type { ConnectOptions } from './options.js'
import { type DialectEntry, PROTOCOLS } from './protocols.js'

export interface Target {
  readonly url: URL
  readonly dialect: string
  readonly entry: DialectEntry
  /** Over a WebSocket, or over TCP itself. */
  readonly isWebSocket: boolean
}

const TLS = '+tls'
const SCHEMES = [...PROTOCOLS.keys()].flatMap((dialect) => [`${dialect}://`, `${dialect}${TLS}://`])

/** @throws BadAddressError */
export function readTarget(address: string, { dialect: asked }: Pick<ConnectOptions, 'dialect'>): Target {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw new BadAddressError(address, 'expected SCHEME://HOST:PORT')
  }
  const scheme = url.protocol.slice(0, -1)
  const isWebSocket = scheme === 'ws' || scheme === 'wss'
  const dialect = isWebSocket
    ? (asked ?? 'chatroom')
    : scheme.endsWith(TLS)
      ? scheme.slice(0, -TLS.length)
      : scheme
  const entry = PROTOCOLS.get(dialect)
  if (entry === undefined) {
    const expected = isWebSocket ? [...PROTOCOLS.keys()] : ['ws://', 'wss://', ...SCHEMES]
    const what = isWebSocket ? 'a dialect' : 'a scheme'
    throw new BadAddressError(
      address,
      `${JSON.stringify(dialect)} is not ${what}; expected one of ${expected.join(', ')}`,
    )
  }
  if (!isWebSocket && asked !== undefined && asked !== dialect)
    throw new BadAddressError(address, `its scheme says ${dialect}, and the option dialect says ${asked}`)
  if (url.hostname === '') throw new BadAddressError(address, 'there is no host in it')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new BadAddressError(address, 'there is no user, no password and no # in it')
  const behind = `${url.pathname}${url.search}`
  if (!isWebSocket && !['', '/'].includes(behind))
    throw new BadAddressError(address, `nothing goes behind the port, and ${JSON.stringify(behind)} is there`)
  return { url, dialect, entry, isWebSocket }
}
