/** mosquitto at QoS 0: anonymous clients, nothing stored, no limit to what waits for a reader. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, type Places } from '../../load/server-process.js'
import { type Peer, serverOf } from '../peer.js'
import { probeProgram, withAllFiles } from '../program.js'

const PROGRAM = 'mosquitto'

export const mosquittoPeer: Peer = {
  name: 'mosquitto',
  target: 'mqtt',
  description: 'one topic at QoS 0, no persistence, no log, TCP_NODELAY on',
  probe: () => probeProgram(PROGRAM, '-h', 'mosquitto'),
  start: async (cpu) => serverOf('mosquitto', await launch({ label: PROGRAM, cpu, ports: 1, command })),
}

function command({ host, ports, directory }: Places): string[] {
  const path = join(directory, 'mosquitto.conf')
  const settings = [
    `listener ${ports[0]} ${host}`,
    'allow_anonymous true',
    'max_connections -1',
    'max_queued_messages 0',
    'max_inflight_messages 0',
    'set_tcp_nodelay true',
    'persistence false',
    'log_dest none',
  ]
  writeFileSync(path, `${settings.join('\n')}\n`)
  return withAllFiles([PROGRAM, '-c', path])
}
