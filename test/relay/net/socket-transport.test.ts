/** A transport over a public socket, where its peer is gone before anybody has asked who it is. */

import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { SocketTransport } from '../../../src/relay/net/socket-transport.js'

test('a socket that has lost its peer has no address, and says once that it is closed', () => {
  const socket = new Socket()
  const transport = new SocketTransport(socket)
  assert.deepEqual([transport.remoteAddress, transport.remotePort, transport.kernelKey], ['', 0, '0  0'])
  socket.destroy()
  const failures: string[] = []
  const events = {
    received() {},
    ended() {},
    failed: (code: string) => failures.push(code),
    written() {},
    releasing() {},
  }
  transport.open(events)
  socket.emit('error', new Error('late'))
  assert.deepEqual(failures, ['closed'])
})
