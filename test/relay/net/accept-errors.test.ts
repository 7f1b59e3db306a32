/** That a connection which the system would not hand over is told of, and the listener goes on. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { constants } from 'node:os'
import { test } from 'node:test'
import { acceptHandles } from '../../../src/relay/net/handle-transport.js'
import { handlesSupported } from '../../../src/relay/net/tcp-handle.js'
import type { Transport } from '../../../src/relay/net/transport.js'

test('an error of accept is handed on by its name', {
  skip: !handlesSupported && 'no handles',
}, async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const accepted: Transport[] = []
  const failures: string[] = []
  acceptHandles(
    server,
    (transport) => accepted.push(transport),
    (error) => failures.push(error.message),
    60_000,
  )
  // As libuv says it. Out of descriptors it closes what waits by itself, so that cannot be had from outside.
  const { _handle: handle } = server as unknown as { _handle: { onconnection(status: number): void } }
  handle.onconnection(-constants.errno.ENFILE)
  assert.deepEqual(failures, ['accept ENFILE'])
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  while (accepted.length === 0) await new Promise(setImmediate)
  for (const transport of accepted) transport.destroy()
})
