/** A transport over a public socket, where its peer is gone before anybody has asked who it is, and where it never reads. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { test } from 'node:test'
import { SocketTransport } from '../../../src/relay/net/socket-transport.js'
import { until } from '../../fixtures/until.js'

const IGNORED = { received() {}, ended() {}, failed() {}, written() {}, releasing() {} }

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

for (const [what, isEnded] of [
  ['is still open', false],
  ['was ended behind all that', true],
] as const) {
  test(`M6 a peer who reads nothing, and has more to read than the kernel takes, is reset, where the stream ${what}`, async (t) => {
    const server = createServer({ allowHalfOpen: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const peer = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).pause()
    const [socket] = (await once(server, 'connection')) as [Socket]
    t.after(() => {
      peer.destroy()
      socket.destroy()
      server.close()
    })
    const transport = new SocketTransport(socket)
    transport.open(IGNORED as unknown as Parameters<SocketTransport['open']>[0])
    transport.write(Buffer.alloc(2 ** 20))
    transport.write(Buffer.alloc(64 * 2 ** 20))
    if (isEnded) transport.end()
    // The kernel has the first, and cannot take all of the second.
    await until(() => transport.takenBytes === 2 ** 20)
    transport.reset()
    await until(() => socket.closed)
    let error: NodeJS.ErrnoException | undefined
    peer.on('error', (one) => {
      error = one
    })
    peer.resume()
    await once(peer, 'close').catch(() => {})
    assert.equal(error?.code, 'ECONNRESET')
  })
}
