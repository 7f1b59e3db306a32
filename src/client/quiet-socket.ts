/** For whoever waits for the other side to close: the end of a connection on which nothing moves any more. */

import type { Socket } from 'node:net'

/** Destroys `socket` after `graceMs` without a byte in either direction. While it is paused it is not looked at. */
export function destroyWhenQuiet(socket: Socket, graceMs: number): void {
  socket.setTimeout(graceMs)
  socket.on('timeout', () => {
    // A timer fires ahead of bytes that came while the process was held up: let those be read first.
    const { bytesRead } = socket
    setImmediate(() => {
      if (!socket.isPaused() && socket.bytesRead === bytesRead) socket.destroy()
    })
  })
}
