/**
 * What a look at what peers have not acknowledged costs, by how many connections there are: `bench:sockets [CONNECTIONS]`.
 * Once in the kernel's table of all sockets, and once from each socket itself. Every tenth peer does not read what it was sent.
 */

import { connect, createServer, type Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { KernelView } from '../../src/relay/fanout/sink.js'
import { AskedSockets, canAskSockets } from '../../src/relay/net/asked-sockets.js'
import { SocketTable } from '../../src/relay/net/socket-table.js'
import { kernelKey } from '../../src/relay/net/transport.js'
import { table } from '../load/report/table.js'

const LOOKS = 5
const STOPPED_EACH = 10
const BYTES = 5_000_000
const SOURCES = 200

const connections = Number(process.argv[2] ?? 5000)
const accepted: Socket[] = []
const server = createServer((socket) => {
  socket.on('error', () => {})
  if (accepted.push(socket) % STOPPED_EACH === 0) socket.write(Buffer.alloc(BYTES))
})
await new Promise<void>((resolve) => server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, resolve))
const { port } = server.address() as { port: number }
for (let count = 0; count < connections; count++) {
  const host = `127.0.0.${1 + (count % SOURCES)}`
  await new Promise<void>((resolve) => connect({ port, host }, resolve).pause())
}

async function looks(name: string, view: KernelView): Promise<string[][]> {
  const rows: string[][] = []
  for (let look = 1; look <= LOOKS; look++) {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const cpu = process.cpuUsage()
    const begun = performance.now()
    const held = await view.read()
    const tookMs = performance.now() - begun
    const { user, system } = process.cpuUsage(cpu)
    delay.disable()
    const figures = [tookMs, (user + system) / 1000, delay.max / 1e6]
    rows.push([name, `${held?.size ?? 'none'}`, ...figures.map((ms) => ms.toFixed(1))])
  }
  return rows
}

const asked = accepted.map((socket) => ({
  kernelKey: kernelKey(port, socket.remoteAddress ?? '', socket.remotePort ?? 0),
  openDescriptor: (socket as unknown as { _handle: { fd: number } })._handle.fd,
}))
const sockets = new SocketTable()
const rows = await looks('the table', sockets)
if (canAskSockets()) rows.push(...(await looks('each socket', new AskedSockets(new Set(asked), sockets))))
console.log(`${connections} connections, both ends in the table`)
console.log(table(['asked', 'unacknowledged', 'ms', 'CPU ms', 'longest turn of the loop, ms'], rows))
process.exit(0)
