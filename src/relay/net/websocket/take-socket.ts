/**
 * Takes a socket over from Node's HTTP server, once it has become a WebSocket. Where plain TCP goes over handles, the
 * handle is taken out of the socket, as Node itself does when it hands one to another process: what is left of the socket
 * is destroyed and costs nothing more, and the server counts it as closed.
 */

import type { Socket } from 'node:net'
import { HandleTransport } from '../handle-transport.js'
import { ownPeer, proxiedClient } from '../peer-address.js'
import { SocketTransport } from '../socket-transport.js'
import { streamWrap, type TcpHandle } from '../tcp-handle.js'

/**
 * @param plain whether it is plain TCP, and handles are used; TLS has one of another kind
 * @param keepAliveMs see `ListeningOptions`
 * @returns a transport over it, from which nothing has been read
 */
export function takeSocket(
  socket: Socket,
  plain: boolean,
  keepAliveMs: number,
): HandleTransport | SocketTransport {
  socket.setTimeout(0)
  return (plain ? takeHandle(socket, keepAliveMs) : null) ?? new SocketTransport(socket)
}

function takeHandle(socket: Socket, keepAliveMs: number): HandleTransport | null {
  const holder = socket as unknown as { _handle?: TcpHandle | null }
  const handle = holder._handle ?? null
  // The answer to the handshake may still be with Node, and nobody else could send it.
  const isIdle = socket.writableLength === 0 && socket.readableLength === 0
  if (streamWrap === null || typeof handle?.useUserBuffer !== 'function' || !isIdle) return null
  const peer = ownPeer(socket)
  handle.readStop()
  holder._handle = null
  forget(handle, socket)
  socket.destroy()
  const transport = new HandleTransport(handle, streamWrap, keepAliveMs, peer)
  const client = proxiedClient(socket)
  if (client !== null) transport.standFor(client)
  return transport
}

/** Node has the handle refer to its socket under a symbol of its own: the socket would live as long as the connection. */
function forget(handle: TcpHandle, socket: Socket): void {
  const symbols = handle as unknown as Record<symbol, unknown>
  for (const symbol of Object.getOwnPropertySymbols(handle)) {
    if (symbols[symbol] === socket) symbols[symbol] = null
  }
}
