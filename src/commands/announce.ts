/** What `serve` says of a relay that has begun: where it is, what it can, and one line to copy. */

import { hostname } from 'node:os'
import { formatAddress } from '../client/address.js'
import { reachableHost } from '../relay/config/host-port.js'
import type { Config } from '../relay/config/settings.js'
import type { ConnectionsAllowed } from '../relay/gate.js'
import type { ListeningAt } from '../relay/listening-at.js'
import type { OperationalLog } from '../relay/observe/operational-log.js'
import { say } from '../relay/observe/say.js'
import type { FanoutInUse } from '../relay/relay.js'
import { VERSION } from '../version.js'
import { ownCommand } from './own-command.js'

/** One relay, or several workers that are one. */
export interface Begun {
  readonly listeningAt: readonly ListeningAt[]
  readonly opsPort: number | undefined
  readonly adminSocket: string | null
  readonly fanout: FanoutInUse
  readonly connectionLimit: ConnectionsAllowed
}

/** What it listens on, and one line to copy. */
export function announce(log: OperationalLog, relay: Begun, config: Pick<Config, 'ops'>): void {
  for (const { dialect, host, port, tls } of relay.listeningAt) {
    const words = `listening: ${dialect} on ${host ?? 'all addresses'} port ${port}`
    say(log, 'relay.listening', { dialect, host: host ?? '*', port, tls }, words)
  }
  if (config.ops !== 'off') {
    const address = formatAddress({ host: reachableHost(config.ops.host), port: relay.opsPort as number })
    const url = `http://${address}/metrics`
    say(log, 'relay.ops', { address: url }, `metrics: ${url}`)
  }
  for (const { dialect, host, port, tls, proxy } of relay.listeningAt) {
    if (dialect !== 'ws' || proxy) continue
    const address = formatAddress({ host: reachableHost(host), port })
    const url = `${tls ? 'https' : 'http'}://${address}`
    say(log, 'relay.page', { address: url }, `in the browser: ${url}`)
  }
  const { adminSocket } = relay
  if (adminSocket !== null) {
    const words = `for operators: ${ownCommandHere()} admin --socket ${adminSocket}`
    say(log, 'relay.admin', { path: adminSocket }, words)
  }
  announceLimit(log, relay)
  const { name, reason } = relay.fanout
  const how = { fanout: name, reason: reason ?? undefined }
  say(log, 'relay.fanout', how, `fan-out: ${name}${reason === null ? '' : ` (${reason})`}`)
  const framed = relay.listeningAt.find(({ dialect, tls, proxy }) => dialect === 'framed' && !tls && !proxy)
  if (framed === undefined) {
    say(log, 'relay.ready', { version: VERSION }, 'ready')
    return
  }
  const address = formatAddress({ host: reachableHost(framed.host), port: framed.port })
  const command = `${ownCommandHere()} chat ${address} Bob`
  say(log, 'relay.ready', { version: VERSION, command }, `to join: ${command}`)
}

/** How many may come, and why no more. */
function announceLimit(log: OperationalLog, { connectionLimit }: Begun): void {
  const { maxConnections, descriptors, kept } = connectionLimit
  const why =
    descriptors === null
      ? ''
      : ` (this process may open ${descriptors} files, of which ${kept} are kept back)`
  const about = { maxConnections, descriptors: descriptors ?? undefined, kept: kept ?? undefined }
  say(log, 'relay.limit', about, `at most ${maxConnections} connections${why}`)
}

function ownCommandHere(): string {
  const { argv, env: environment, pid } = process
  return ownCommand({
    script: argv[1] as string,
    cwd: process.cwd(),
    pid,
    hostName: hostname(),
    environment,
  })
}
