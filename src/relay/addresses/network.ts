/**
 * Networks of addresses, as people write them (`203.0.113.0/24`), and addresses as numbers. An IPv4 address that was mapped
 * into IPv6 is that IPv4 address.
 */

import { isIP, SocketAddress } from 'node:net'

/** A network, or one address: then `bits` is all of them. */
export interface Network {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  /** How many bits at the beginning all its addresses share. */
  readonly bits: number
}

/** What `parseNetwork` takes, in words. */
export const EXPECTED_NETWORK =
  'an address such as 203.0.113.7 or 2001:db8::7, or a network such as 203.0.113.0/24 or 2001:db8::/32, with zeros behind its bits'

const ALL_BITS = { ipv4: 32, ipv6: 128 } as const
const GROUP_BITS = 16
const MAPPED = /^::ffff:(?=\d+\.)/i
const MAPPED_BITS = 96
/** What a provider gives to one customer: whoever has one address of it has all of them. */
const COUNTED_BITS = 64

/**
 * @returns with the address as Node writes it; `null` for anything else, also for a network with bits set behind its prefix:
 *   one of the two is a mistake
 */
export function parseNetwork(text: string): Network | null {
  const [written = '', bitsText, ...more] = text.split('/')
  const address = written.replace(MAPPED, '')
  const isMapped = address !== written
  const version = isIP(address)
  if (version === 0 || address.includes('%') || more.length > 0) return null
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const most = ALL_BITS[family]
  if (bitsText !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(bitsText)) return null
  const bits = bitsText === undefined ? most : Number(bitsText) - (isMapped ? MAPPED_BITS : 0)
  if (bits < 0 || bits > most) return null
  const groups = groupsOf(address)
  if (prefixKey(groups, bits) !== prefixKey(groups, most)) return null
  return { family, address: new SocketAddress({ family, address }).address, bits }
}

/** As `parseNetwork` takes it. */
export function networkText({ family, address, bits }: Network): string {
  return bits === ALL_BITS[family] ? address : `${address}/${bits}`
}

/**
 * What stands for an address where its owner is counted: an IPv4 address is its own, an IPv6 address counts for its /64, and
 * reads so: `2001:db8:0:1::/64`. For addresses as Node gives them.
 */
export function countedAddress(address: string): string {
  if (!address.includes(':')) return address
  const prefix = groupsOf(address).slice(0, COUNTED_BITS / GROUP_BITS)
  return `${prefix.map((group) => group.toString(16)).join(':')}::/${COUNTED_BITS}`
}

/** An address as numbers of 16 bits: two or eight. For what is an address. */
export function groupsOf(address: string): number[] {
  if (!address.includes(':')) return groupsOfDotted(address)
  const [zoneless = ''] = address.replace(MAPPED, '').split('%')
  if (!zoneless.includes(':')) return groupsOfDotted(zoneless)
  const [before = '', after] = zoneless.split('::')
  const head = groupsOfHex(before)
  if (after === undefined) return head
  const tail = groupsOfHex(after)
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** The same text for all addresses that share the first `bits`. */
export function prefixKey(groups: readonly number[], bits: number): string {
  let key = ''
  for (let index = 0; index < groups.length; index++) {
    const kept = Math.min(Math.max(bits - index * GROUP_BITS, 0), GROUP_BITS)
    const mask = (0xffff << (GROUP_BITS - kept)) & 0xffff
    key += `${((groups[index] as number) & mask).toString(16)}:`
  }
  return key
}

function groupsOfDotted(address: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}

function groupsOfHex(part: string): number[] {
  if (part === '') return []
  return part
    .split(':')
    .flatMap((group) => (group.includes('.') ? groupsOfDotted(group) : [Number.parseInt(group, 16)]))
}
