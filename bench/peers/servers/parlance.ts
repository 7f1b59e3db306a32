/** The relay as it is built, with its defaults: logs, metrics and limits on. */

import { VERSION } from '../../../src/version.js'
import { spawnServer } from '../../load/server.js'
import type { Peer } from '../peer.js'

export const parlancePeer: Peer = {
  name: 'parlance',
  target: 'framed',
  description: 'this relay with its defaults: chat log, metrics and limits on',
  probe: () => ({ version: VERSION }),
  start: (cpu) => spawnServer({ kind: 'parlance', cpu, arguments: [] }),
}
