/** That a bench sees who is cut off, and nobody else: clients that do not read learn of nothing themselves. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { CutOffWatch, connectionOf, establishedIn } from '../../bench/load/cut-offs.js'
import { until } from '../fixtures/until.js'

const HOST = '127.0.0.1'
const DEADLINE_MS = 10_000

const ROWS = [
  '  sl  local_address rem_address   st tx_queue rx_queue',
  '   0: 0100007F:2328 0100017F:C001 01 00000000:00000000 00:00000000 00000000     0        0 1 1',
  '   1: 0100007F:2328 0200017F:C001 04 00000000:00000000 00:00000000 00000000     0        0 1 1',
  '   2: 0000000000000000FFFF00000100007F:2328 0000000000000000FFFF00000300017F:C001 01 0:0 0:0 0 0 0 1 1',
  '   3: 0100007F:1F40 0200017F:C001 01 00000000:00000000 00:00000000 00000000     0        0 1 1',
]

test('a connection of the kernel’s table is known by both ends, in IPv4 and in mapped IPv6', () => {
  const established = establishedIn(ROWS.join('\n'))
  const server = { address: HOST, port: 9000 }
  const stands = (address: string) => established.has(connectionOf(server, { address, port: 0xc001 }))
  // The second one speaks to port 8000 from the same port as well.
  assert.deepEqual(['127.1.0.1', '127.1.0.2', '127.1.0.3'].map(stands), [true, false, true])
  const mapped = { address: `::ffff:${HOST}`, port: 9000 }
  assert.ok(established.has(connectionOf(mapped, { address: '::ffff:127.1.0.3', port: 0xc001 })))
})

test('who is cut off is seen while somebody speaks to another server from the same port', async (t) => {
  const [server, other] = [await serverFor(t), await serverFor(t)]
  const [socket, far] = await connection(t, server)
  const [sameSide] = await connection(t, other, socket.localPort)
  assert.equal(sameSide.localPort, socket.localPort)
  socket.pause()
  const end = { address: HOST, port: socket.localPort as number }
  const watch = new CutOffWatch([
    { pace: 'stopped', client: end, server: { address: HOST, port: portOf(server) } },
    { pace: 'trickling', client: end, server: { address: HOST, port: portOf(other) } },
  ])
  t.after(() => watch.stop())
  await until(() => watch.looks > 0, DEADLINE_MS)
  assert.equal(watch.cut, 0)
  far.resetAndDestroy()
  await until(() => watch.cut > 0, DEADLINE_MS)
  assert.equal(watch.outcome('stopped').cut, 1)
  assert.equal(watch.outcome('trickling').cut, 0)
})

async function serverFor(t: TestContext): Promise<Server> {
  const server = createServer().listen(0, HOST)
  t.after(() => server.close())
  await once(server, 'listening')
  return server
}

/** @returns both ends of a connection */
async function connection(t: TestContext, server: Server, localPort?: number): Promise<[Socket, Socket]> {
  // With an address it is bound, so that another one may be bound to the same port.
  const near = connect({
    host: HOST,
    port: portOf(server),
    localAddress: HOST,
    ...(localPort === undefined ? {} : { localPort }),
  })
  t.after(() => near.destroy())
  near.on('error', () => {})
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    [Socket],
    unknown,
  ]
  t.after(() => far.destroy())
  return [near, far]
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
