/**
 * Something for each of many networks, found by address in a time that does not grow with their number: one look for each
 * length of prefix that there is. `net.BlockList` walks its rules (158 µs for 10,000 of them), does not say which one it was, and
 * cannot let one go.
 */

import { groupsOf, type Network, prefixKey } from './network.js'

/** By length of prefix, then by prefix. */
type Prefixes<T> = Map<number, Map<string, T>>

export class NetworkMap<T> {
  readonly #families: Readonly<Record<Network['family'], Prefixes<T>>> = { ipv4: new Map(), ipv6: new Map() }

  set({ family, address, bits }: Network, value: T): void {
    const prefixes = this.#families[family]
    let ofLength = prefixes.get(bits)
    if (ofLength === undefined) {
      ofLength = new Map()
      prefixes.set(bits, ofLength)
    }
    ofLength.set(prefixKey(groupsOf(address), bits), value)
  }

  /** What is there for the networks that the address is in. */
  *at(address: string): Iterable<T> {
    const prefixes = this.#families[address.includes(':') ? 'ipv6' : 'ipv4']
    if (prefixes.size === 0) return
    const groups = groupsOf(address)
    for (const [bits, ofLength] of prefixes) {
      const value = ofLength.get(prefixKey(groups, bits))
      if (value !== undefined) yield value
    }
  }
}
