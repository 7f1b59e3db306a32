/**
 * The header of the PROXY protocol, in which a proxy says whom a connection is for: version 1 in text, version 2 in binary
 * (haproxy.org/download/2.9/doc/proxy-protocol.txt). Owns how it is read and how long it may be; whom to believe is
 * `proxy-gate.ts`'s.
 *
 *   1:  PROXY TCP4 192.0.2.7 198.51.100.1 56324 9000 CR LF       at most 107 bytes; TCP6; or UNKNOWN and anything
 *
 *   2:  0          12       13        14     16             16 + length
 *       signature | 2, cmd | fam, pr | length | addresses, ports | TLVs, which are passed over
 *                  cmd 0 LOCAL: the proxy's own        fam 1 IPv4 (12 bytes), 2 IPv6 (36), 3 Unix (216)
 *                  cmd 1 PROXY: for somebody           pr  1 stream
 */

import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import type { PeerAddress } from '../peer-address.js'
import { plainAddress } from '../transport.js'

/** A whole header. */
export interface ProxyHeader {
  /** How long it is: what follows is the client's. */
  readonly bytes: number
  /** `null` where the connection is the proxy's own, or it does not know whose. */
  readonly client: PeerAddress | null
}

/** `missing`: these bytes begin no header at all. `broken`: they begin one, and cannot be the rest of it. */
export type ProxyFault = 'missing' | 'broken'

const TEXT_SIGNATURE = Buffer.from('PROXY ')
const MAX_TEXT_BYTES = 107
const TEXT_END = '\r\n'
const TEXT = /^PROXY (?:UNKNOWN(?: .*)?|(TCP4|TCP6) ([0-9a-fA-F:.]+) ([0-9a-fA-F:.]+) (\d{1,5}) (\d{1,5}))$/s
const MAX_PORT = 65_535

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n')
const COMMAND_AT = 12
const FAMILY_AT = 13
const LENGTH_AT = 14
const ADDRESSES_AT = 16
/** With room for the TLVs of a TLS proxy, a client's certificate among them. */
const MAX_BINARY_BYTES = 4096
const LOCAL = 0x20
const PROXY = 0x21
/** Of a family and a protocol that a TCP proxy may name, how long its addresses are. */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
])
const TCP4 = 0x11
const TCP6 = 0x21

/**
 * @param bytes all that has come so far; only looked at
 * @returns `more` as long as they may become a header
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | ProxyFault | 'more' {
  if (beginsAs(SIGNATURE, bytes)) return bytes.length < ADDRESSES_AT ? 'more' : readBinary(bytes)
  if (beginsAs(TEXT_SIGNATURE, bytes)) return readText(bytes)
  return 'missing'
}

/** Whether one of the two begins with the other. */
function beginsAs(signature: Buffer, bytes: Buffer): boolean {
  const common = Math.min(signature.length, bytes.length)
  return signature.compare(bytes, 0, common, 0, common) === 0
}

function readText(bytes: Buffer): ProxyHeader | ProxyFault | 'more' {
  const end = bytes.subarray(0, MAX_TEXT_BYTES).indexOf(TEXT_END)
  if (end < 0) return bytes.length < MAX_TEXT_BYTES ? 'more' : 'broken'
  const [line, family, source, target, ...ports] = TEXT.exec(bytes.toString('latin1', 0, end)) ?? []
  if (line === undefined) return 'broken'
  const header = { bytes: end + TEXT_END.length }
  if (family === undefined) return { ...header, client: null }
  const isAddress = family === 'TCP4' ? isIPv4 : isIPv6
  const [sourcePort, targetPort] = ports.map(Number) as [number, number]
  if (!isAddress(source as string) || !isAddress(target as string)) return 'broken'
  if (sourcePort > MAX_PORT || targetPort > MAX_PORT) return 'broken'
  return { ...header, client: { address: asNodeWrites(source as string), port: sourcePort } }
}

function readBinary(bytes: Buffer): ProxyHeader | ProxyFault | 'more' {
  const command = bytes[COMMAND_AT]
  const family = bytes[FAMILY_AT] as number
  const length = bytes.readUInt16BE(LENGTH_AT)
  const end = ADDRESSES_AT + length
  if ((command !== LOCAL && command !== PROXY) || end > MAX_BINARY_BYTES) return 'broken'
  const addressBytes = ADDRESS_BYTES.get(family)
  // What is LOCAL says nothing else that counts.
  if (command === PROXY && (addressBytes === undefined || length < addressBytes)) return 'broken'
  if (bytes.length < end) return 'more'
  if (command === LOCAL) return { bytes: end, client: null }
  if (family === TCP4) {
    const address = bytes.subarray(ADDRESSES_AT, ADDRESSES_AT + 4).join('.')
    return { bytes: end, client: { address, port: bytes.readUInt16BE(ADDRESSES_AT + 8) } }
  }
  if (family === TCP6) {
    const groups = bytes.toString('hex', ADDRESSES_AT, ADDRESSES_AT + 16).match(/.{4}/g) as string[]
    const address = asNodeWrites(groups.join(':'))
    return { bytes: end, client: { address, port: bytes.readUInt16BE(ADDRESSES_AT + 32) } }
  }
  return { bytes: end, client: null }
}

/** One client has one address, however a proxy writes it. */
function asNodeWrites(address: string): string {
  if (isIPv4(address)) return address
  return plainAddress(new SocketAddress({ family: 'ipv6', address }).address)
}
