/** What a worker's process runs: nothing but the channel to the supervisor, and what becomes of it. */

import cluster, { type Worker as ClusterWorker } from 'node:cluster'
import type { ToSupervisor, ToWorker } from './messages.js'
import { ALIVE_MS } from './watch.js'
import { Worker } from './worker.js'

const channel = cluster.worker as ClusterWorker
const send = (message: ToSupervisor) => {
  // Whoever is gone hears nothing, and that it is gone is heard below.
  if (channel.isConnected()) process.send?.(message, undefined, undefined, () => {})
}
const worker = new Worker({
  send,
  exit: (code) => process.exit(code),
})

// A terminal's Ctrl-C and systemd's SIGTERM reach all processes at once: it is the supervisor who says what comes of them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

process.on('message', (message: ToWorker) => worker.heard(message))
channel.once('disconnect', () => {
  // Otherwise the process would end here and now, with everybody who is connected.
  channel.exitedAfterDisconnect = true
  void worker.end()
})
send({ kind: 'here' })
setInterval(() => send({ kind: 'alive' }), ALIVE_MS).unref()
