/** Networks that an operator has listed, and whether an address is in one of them. For lists that are written by hand. */

import { BlockList, isIP } from 'node:net'
import { type Network, parseNetwork } from './network.js'

export class AddressList {
  readonly #list = new BlockList()

  constructor(networks: readonly Network[]) {
    for (const { family, address, bits } of networks) this.#list.addSubnet(address, bits, family)
  }

  /** @param address what is none is in no list: the peer may be gone already */
  has(address: string): boolean {
    // An address of one link names the interface, which no list does.
    const [plain = ''] = address.split('%')
    const version = isIP(plain)
    return version !== 0 && this.#list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/** @param texts each of which `parseNetwork` takes */
export function addressListOf(texts: readonly string[]): AddressList {
  return new AddressList(texts.map((text) => parseNetwork(text) as Network))
}
