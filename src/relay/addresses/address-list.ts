/** Networks that an operator has listed, and whether an address is in one of them. For lists that are written by hand. */

import { BlockList, isIP } from 'node:net'
import type { Network } from './network.js'

export class AddressList {
  readonly #list = new BlockList()

  constructor(networks: readonly Network[]) {
    for (const { family, address, bits } of networks) this.#list.addSubnet(address, bits, family)
  }

  /** @param address what is none is in no list: the peer may be gone already */
  has(address: string): boolean {
    const version = isIP(address)
    return version !== 0 && this.#list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}
