/** As whom, and in what, the relay would run. */

import { type Finding, ok, warning } from '../finding.js'
import type { Machine } from '../machine.js'

export function user({ userId, inContainer }: Machine): Finding {
  const where = inContainer ? 'in a container' : 'not in a container'
  if (userId === null) return ok('user', where)
  if (userId !== 0) return ok('user', `${userId}, not root; ${where}`)
  return warning(
    'user',
    `root; ${where}: a fault of the relay would be a fault of root`,
    inContainer
      ? 'start the container with --user 1000:1000, as the image does by itself'
      : 'systemd: DynamicUser=yes; a port below 1024: AmbientCapabilities=CAP_NET_BIND_SERVICE',
  )
}
