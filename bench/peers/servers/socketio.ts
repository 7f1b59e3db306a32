/** A relay on Socket.IO rooms as its documentation has it, as a process of its own. */

import { fileURLToPath } from 'node:url'
import { launch } from '../../load/server-process.js'
import { type Peer, serverOf } from '../peer.js'
import { packageVersion } from './package-version.js'

const PROGRAM = fileURLToPath(new URL('socketio-relay.ts', import.meta.url))

export const socketioPeer: Peer = {
  name: 'socket.io',
  target: 'socketio',
  description: 'Node, one Socket.IO room, WebSocket transport only',
  probe: () => packageVersion('socket.io'),
  start: async (cpu) =>
    serverOf(
      'socket.io',
      await launch({
        label: 'socket.io',
        cpu,
        ports: 1,
        command: ({ host, ports }) => [process.execPath, '--import', 'tsx', PROGRAM, host, `${ports[0]}`],
      }),
    ),
}
