/**
 * Reads the address of a relay as people type it, and writes it back. Looks nothing up: whether the host
 * exists is found out when connecting.
 */

import { isIPv6 } from 'node:net'

/** Where a relay listens. `host` is a name, an IPv4 address, or an IPv6 address without its brackets. */
export interface Address {
  readonly host: string
  readonly port: number
  /** How its certificate is judged where it speaks TLS; `undefined` where it does not. */
  readonly tls?: Trust | undefined
  /** The password or token that is shown there for a name; `undefined` for none. */
  readonly password?: string | undefined
}

/** Whose certificates are believed, and which one is shown. */
export interface Trust {
  /** Certificates in PEM, which alone are believed then; `undefined` for the authorities that Node knows. */
  readonly ca: string | undefined
  /** What is shown to a relay that asks for it, in PEM. */
  readonly identity?: { readonly cert: string; readonly key: string } | undefined
}

/** An address that cannot be read. Its message is one line for the person who typed it. */
export class AddressError extends Error {
  readonly code = 'bad-address'

  constructor(text: string, wrong: string) {
    super(`${JSON.stringify(text)} is not an address: ${wrong}`)
    this.name = 'AddressError'
  }
}

const SHAPES = 'expected HOST, HOST:PORT or [IPv6]:PORT'
const BRACKETED = /^\[([^\]]*)\](?::(.*))?$/
const PLAIN = /^([^:]*)(?::(.*))?$/
/** What a host name or an IPv4 address is made of; lookups tell the rest. */
const HOST = /^[\p{L}\p{N}._-]+$/u
const MAX_PORT = 65_535

/**
 * Reads `host`, `host:port`, `[v6]` or `[v6]:port`.
 *
 * @param defaultPort the port where `text` names none
 * @throws AddressError for anything else. An IPv6 address without brackets is refused, because `::1:9000` can
 *   be read in two ways.
 */
export function parseAddress(text: string, defaultPort: number): Address {
  if (text.trim() === '') throw new AddressError(text, `it is blank, ${SHAPES}`)
  if (text.includes('://')) throw new AddressError(text, `it goes without a scheme, ${SHAPES}`)
  const bracketed = BRACKETED.exec(text)
  if (bracketed !== null) {
    const host = bracketed[1] as string
    if (!isIPv6(host)) throw new AddressError(text, 'what is in brackets is not an IPv6 address')
    return { host, port: parsePort(text, bracketed[2], defaultPort) }
  }
  const meant = inBrackets(text)
  if (meant !== '') throw new AddressError(text, `an IPv6 address goes in brackets, such as ${meant}`)
  const plain = PLAIN.exec(text)
  if (plain === null || !HOST.test(plain[1] as string)) throw new AddressError(text, SHAPES)
  return { host: plain[1] as string, port: parsePort(text, plain[2], defaultPort) }
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress(address: Address): string {
  return isIPv6(address.host) ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** An IPv6 address without brackets as it may be meant: the last of it can be a port. '' where it is none. */
function inBrackets(text: string): string {
  const colon = text.lastIndexOf(':')
  const [host, port] = [text.slice(0, colon), text.slice(colon + 1)]
  const withPort = isIPv6(host) && /^\d+$/.test(port) ? [`[${host}]:${port}`] : []
  return [...withPort, ...(isIPv6(text) ? [`[${text}]`] : [])].join(' or ')
}

function parsePort(text: string, port: string | undefined, defaultPort: number): number {
  if (port === undefined) return defaultPort
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0
  if (number < 1 || number > MAX_PORT)
    throw new AddressError(text, `a port is a number from 1 to ${MAX_PORT}`)
  return number
}
