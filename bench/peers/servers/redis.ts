/** redis-server for publish/subscribe alone: nothing is stored, and no reader is cut off. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, type Places } from '../../load/server-process.js'
import { type Peer, serverOf } from '../peer.js'
import { probeProgram, withAllFiles } from '../program.js'

const PROGRAM = 'redis-server'

export const redisPeer: Peer = {
  name: 'redis-server',
  target: 'redis',
  description: 'PUBLISH and SUBSCRIBE on one channel, no persistence, no output limit for subscribers',
  probe: () => probeProgram(PROGRAM, '--version', 'redis-server'),
  start: async (cpu) => serverOf('redis-server', await launch({ label: PROGRAM, cpu, ports: 1, command })),
}

function command({ host, ports, directory }: Places): string[] {
  const path = join(directory, 'redis.conf')
  const settings = [
    `bind ${host}`,
    `port ${ports[0]}`,
    `dir ${directory}`,
    'maxclients 100000',
    'tcp-backlog 4096',
    'client-output-buffer-limit pubsub 0 0 0',
    // Only 127.0.0.1 itself counts as local, and the load comes from more addresses than that.
    'protected-mode no',
    'timeout 0',
    'save ""',
    'appendonly no',
  ]
  writeFileSync(path, `${settings.join('\n')}\n`)
  return withAllFiles([PROGRAM, path])
}
