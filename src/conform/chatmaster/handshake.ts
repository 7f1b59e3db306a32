/** What a chatmaster server is known by: packages, plain or compressed. */

import type { Handshake } from '../check.js'
import { login } from './party.js'
import { asPackage, objectEnd, type Package, packed, parsed, wholePackage } from './wire.js'

export const handshake: Handshake = {
  request: 'login',
  hello: (name) => packed(login(name), false),
  isKnownBy: (received) => firstOf(received) !== null,
}

/** Servers in the wild end a package with nothing. */
function firstOf(received: Buffer): Package | null {
  try {
    const length = wholePackage(received) || Math.max(0, objectEnd(received))
    return length === 0 ? null : asPackage(parsed(received.subarray(0, length)).text)
  } catch {
    // It began as a zlib stream does, and is none.
    return null
  }
}
