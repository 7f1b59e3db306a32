/**
 * What a look at the kernel's table of sockets costs, by how many there are: `bench:sockets [CONNECTIONS]`. Every tenth
 * peer does not read what it was sent.
 */

import { connect, createServer } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { SocketTable } from '../../src/relay/net/socket-table.js'
import { table } from '../load/report/table.js'

const LOOKS = 7
const STOPPED_EACH = 10
const BYTES = 5_000_000
const SOURCES = 200

const connections = Number(process.argv[2] ?? 5000)
let accepted = 0
const server = createServer((socket) => {
  socket.on('error', () => {})
  if (accepted++ % STOPPED_EACH === 0) socket.write(Buffer.alloc(BYTES))
})
await new Promise<void>((resolve) => server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, resolve))
const { port } = server.address() as { port: number }
for (let count = 0; count < connections; count++) {
  const host = `127.0.0.${1 + (count % SOURCES)}`
  await new Promise<void>((resolve) => connect({ port, host }, resolve).pause())
}

const sockets = new SocketTable()
const rows: string[][] = []
for (let look = 1; look <= LOOKS; look++) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const held = await sockets.read()
  const tookMs = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  delay.disable()
  const figures = [tookMs, (user + system) / 1000, delay.max / 1e6]
  rows.push([`${look}`, `${held?.size ?? 'none'}`, ...figures.map((ms) => ms.toFixed(1))])
}
console.log(`${connections} connections, both ends in the table`)
console.log(table(['look', 'unacknowledged', 'ms', 'CPU ms', 'longest turn of the loop, ms'], rows))
process.exit(0)
