/** nats-server, plain publish and subscribe, with its limits out of the way. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, type Places } from '../../load/server-process.js'
import { type Peer, serverOf } from '../peer.js'
import { probeProgram, withAllFiles } from '../program.js'

const PROGRAM = 'nats-server'

export const natsPeer: Peer = {
  name: 'nats-server',
  target: 'nats',
  description: 'one subject, limits out of the way',
  probe: () => probeProgram(PROGRAM, '--version', 'nats-server'),
  start: async (cpu) => serverOf('nats-server', await launch({ label: PROGRAM, cpu, ports: 1, command })),
}

function command({ host, ports, directory }: Places): string[] {
  const path = join(directory, 'nats.conf')
  const settings = [
    `listen: "${host}:${ports[0]}"`,
    'max_connections: 100000',
    // Above what can wait for one reader; the default of 64 MiB would do too.
    'max_pending: 268435456',
    'write_deadline: "60s"',
    'ping_interval: "10m"',
  ]
  writeFileSync(path, `${settings.join('\n')}\n`)
  return withAllFiles([PROGRAM, '--config', path])
}
