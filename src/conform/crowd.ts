/** Many people at once, for what shows only then: lists that are longer than one piece. */

import { CheckFailure, NotApplicable } from './failure.js'
import type { RawPeer } from './raw-peer.js'

/**
 * Lets `count` people come, one after the other. What they hear from then on is dropped: it grows with the square.
 * @param come lets one of them come
 * @throws NotApplicable where the server does not take so many; that it takes people at all is for other checks
 */
export async function crowdOf(count: number, come: () => Promise<{ readonly peer: RawPeer }>): Promise<void> {
  for (let there = 0; there < count; there++) {
    try {
      const { peer } = await come()
      peer.discard()
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error
      throw new NotApplicable(`${there} people could come, and it takes ${count}`)
    }
  }
}
