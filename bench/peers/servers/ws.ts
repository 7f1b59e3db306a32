/** A relay on `ws` as its documentation has it, as a process of its own. */

import { fileURLToPath } from 'node:url'
import { launch } from '../../load/server-process.js'
import { type Peer, serverOf } from '../peer.js'
import { packageVersion } from './package-version.js'

const PROGRAM = fileURLToPath(new URL('ws-relay.ts', import.meta.url))

export const wsPeer: Peer = {
  name: 'ws',
  target: 'ws',
  description: 'Node, a WebSocket server that sends to every client of the room, no compression',
  probe: () => packageVersion('ws'),
  start: async (cpu) =>
    serverOf(
      'ws',
      await launch({
        label: 'ws',
        cpu,
        ports: 1,
        command: ({ host, ports }) => [process.execPath, '--import', 'tsx', PROGRAM, host, `${ports[0]}`],
      }),
    ),
}
