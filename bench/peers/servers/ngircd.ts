/** ngircd with one channel: no limits per address, no penalties for talking fast, no look-ups. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, type Places } from '../../load/server-process.js'
import { type Peer, serverOf } from '../peer.js'
import { probeProgram, withAllFiles } from '../program.js'

const PROGRAM = 'ngircd'

export const ngircdPeer: Peer = {
  name: 'ngircd',
  target: 'irc',
  description: 'one channel, no limits per address, no penalty for talking fast',
  // It listens with a backlog of 10.
  joiningAtOnce: 8,
  // Every JOIN is a write to everyone who is there and walks through lists of everyone: twice the people take it
  // five times as long to let in, 5,000 of them several minutes.
  maxClients: 1000,
  probe: () => probeProgram(PROGRAM, '--version', 'ngircd'),
  start: async (cpu) => serverOf('ngircd', await launch({ label: PROGRAM, cpu, ports: 1, command })),
}

function command({ host, ports, directory }: Places): string[] {
  const path = join(directory, 'ngircd.conf')
  const settings = [
    '[Global]',
    'Name = irc.example.net',
    'Info = load',
    `Listen = ${host}`,
    `Ports = ${ports[0]}`,
    'ServerUID = nobody',
    'ServerGID = nogroup',
    '[Limits]',
    'MaxConnections = 0',
    'MaxConnectionsIP = 0',
    'MaxJoins = 0',
    'MaxListSize = 0',
    'MaxNickLength = 24',
    'MaxPenaltyTime = 0',
    'PingTimeout = 3600',
    'PongTimeout = 3600',
    '[Options]',
    'DNS = no',
    'Ident = no',
    'PAM = no',
    'IncludeDir = ',
  ]
  writeFileSync(path, `${settings.join('\n')}\n`)
  return withAllFiles([PROGRAM, '--nodaemon', '--config', path])
}
