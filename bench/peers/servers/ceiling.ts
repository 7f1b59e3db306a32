/** The bare C relay: the same frames and kernel calls, and nothing else. */

import { buildCeilingRelay } from '../../ceiling/build.js'
import { spawnServer } from '../../load/server.js'
import type { Peer } from '../peer.js'

export const ceilingPeer: Peer = {
  name: 'bare C',
  target: 'framed',
  oneRoom: true,
  description: 'the ceiling: one epoll loop in C that relays the same frames and does nothing else',
  probe: () => (buildCeilingRelay() === null ? { missing: 'there is no C compiler (cc)' } : { version: '–' }),
  start: (cpu) => spawnServer({ kind: 'ceiling', cpu, arguments: [] }),
}
