/**
 * Who is at the other end of a socket: the client itself, or the one whom a trusted proxy says that it is for. Owns which of
 * Node's sockets are somebody else's; for handles their transport knows it.
 */

import type { Socket } from 'node:net'
import { plainAddress } from './transport.js'

export interface PeerAddress {
  readonly address: string
  readonly port: number
}

/** Only those that a proxy has opened. */
const clients = new WeakMap<Socket, PeerAddress>()

/** From now on `socket` is `client`'s, whoever has opened it. */
export function standFor(socket: Socket, client: PeerAddress): void {
  clients.set(socket, client)
}

/** @returns `null` where nobody stands between */
export function proxiedClient(socket: Socket): PeerAddress | null {
  return clients.get(socket) ?? null
}

/** Whom logs, limits and hooks are told of. */
export function clientOf(socket: Socket): PeerAddress {
  return clients.get(socket) ?? ownPeer(socket)
}

/** Who has opened it, which is what the kernel knows it by. */
export function ownPeer({ remoteAddress = '', remotePort = 0 }: Socket): PeerAddress {
  return { address: plainAddress(remoteAddress), port: remotePort }
}
