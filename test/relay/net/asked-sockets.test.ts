/** What sockets say of themselves, beside what the kernel's table of all sockets says of them. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { HeldByKernel } from '../../../src/relay/fanout/sink.js'
import { AskedSockets, canAskSockets } from '../../../src/relay/net/asked-sockets.js'
import { SocketTable } from '../../../src/relay/net/socket-table.js'
import { kernelKey } from '../../../src/relay/net/transport.js'

const NEVER = { read: () => assert.fail('the table was read') }
const skip = canAskSockets() ? false : 'the native code was not built'

/** Both ends of `count` connections, of which the clients read nothing. */
async function connected(t: TestContext, count: number) {
  const accepted: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    accepted.push(socket)
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const clients = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = connect({ port, host: '127.0.0.1' }).pause()
      await once(client, 'connect')
      return client
    }),
  )
  while (accepted.length < count) await new Promise(setImmediate)
  t.after(() => {
    for (const socket of [...clients, ...accepted]) socket.destroy()
    server.close()
  })
  return accepted
}

function asked(socket: Socket) {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle
  const { localPort, remoteAddress, remotePort } = socket
  return {
    kernelKey: kernelKey(localPort as number, remoteAddress as string, remotePort as number),
    openDescriptor: fd,
  }
}

test('what is not acknowledged is the same as in the table, and of all others there is nothing', {
  skip,
}, async (t) => {
  const sockets = await connected(t, 3)
  const [full] = sockets as [Socket]
  full.write(Buffer.alloc(32 * 2 ** 20))
  const peers = sockets.map(asked)
  const view = new AskedSockets(new Set(peers), NEVER)
  const { kernelKey: key } = peers[0] as (typeof peers)[0]
  const bytesIn = (held: ReadonlyMap<string, HeldByKernel> | null) => held?.get(key)?.unacknowledgedBytes ?? 0
  // Until the peer's buffer is full and both have stopped moving.
  for (let before = -1; ; ) {
    const own = await view.read()
    const table = await new SocketTable().read()
    if (bytesIn(own) > 0 && bytesIn(own) === before && bytesIn(table) === before) {
      assert.deepEqual(
        [...(own ?? [])].map(([one]) => one),
        [key],
      )
      return
    }
    before = bytesIn(own)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})

test('a socket that is closed has nothing, and one that cannot be asked has the table read', {
  skip,
}, async () => {
  const closed = { kernelKey: 'closed', openDescriptor: -1 }
  assert.deepEqual(await new AskedSockets(new Set([closed]), NEVER).read(), new Map())
  const table = new Map([['tls', { unacknowledgedBytes: 7, unanswered: 0 }]])
  const others = new Set([closed, { kernelKey: 'tls', openDescriptor: null }])
  assert.equal(await new AskedSockets(others, { read: async () => table }).read(), table)
})

test('more than fit in one turn are all asked', { skip }, async (t) => {
  const sockets = await connected(t, 2)
  ;(sockets[1] as Socket).write(Buffer.alloc(32 * 2 ** 20))
  const peers = sockets.map(asked)
  const nobody = Array.from({ length: 9000 }, (_, index) => ({ kernelKey: `${index}`, openDescriptor: -1 }))
  const view = new AskedSockets(new Set([...nobody, ...peers]), NEVER)
  let held: ReadonlyMap<string, HeldByKernel> | null = null
  do held = await view.read()
  while (held?.size === 0)
  assert.deepEqual(
    [...(held ?? [])].map(([key]) => key),
    [peers[1]?.kernelKey],
  )
})
