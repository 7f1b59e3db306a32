/** Addresses and networks as operators write them: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. */

import { BlockList, isIP } from 'node:net'

/** `prefix` is how many bits of `address` count. */
export interface Network {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  readonly prefix: number
}

const FORM = /^([0-9a-fA-F:.]+)(?:\/(0|[1-9]\d{0,2}))?$/

/** @returns `null` when `text` is neither an address nor a network */
export function parseNetwork(text: string): Network | null {
  const [, address, bits] = FORM.exec(text) ?? []
  const version = isIP(address ?? '')
  if (address === undefined || version === 0) return null
  const longest = version === 4 ? 32 : 128
  const prefix = bits === undefined ? longest : Number(bits)
  return prefix > longest ? null : { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix }
}

/** @param texts each of which `parseNetwork` takes; others are passed over */
export function blockListOf(texts: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of texts) {
    const network = parseNetwork(text)
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family)
  }
  return list
}
