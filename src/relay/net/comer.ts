/** Somebody at the door: a socket that nobody has been let in by yet. */

import type { Socket } from 'node:net'
import { plainAddress } from './transport.js'

export interface Comer {
  readonly remoteAddress: string
  readonly remotePort: number
  destroy(): void
}

/** Asked when it has come: once it is gone, nobody knows where it was from. */
export function comerOf(socket: Socket): Comer {
  const { remoteAddress = '', remotePort = 0 } = socket
  return { remoteAddress: plainAddress(remoteAddress), remotePort, destroy: () => socket.destroy() }
}
