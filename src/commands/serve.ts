/** `parlance serve`: runs a relay until it is told to end. */

import { hostname } from 'node:os'
import { Command } from 'commander'
import { formatAddress } from '../client/address.js'
import { EXIT_CODE } from '../exit-code.js'
import type { Program } from '../relay/admin/program.js'
import { reachableHost } from '../relay/config/host-port.js'
import { ConfigError, loadConfig } from '../relay/config/load.js'
import type { Config } from '../relay/config/settings.js'
import { memoryWarning } from '../relay/observe/memory-limit.js'
import { OperationalLog } from '../relay/observe/operational-log.js'
import { say } from '../relay/observe/say.js'
import { Relay } from '../relay/relay.js'
import { StartError } from '../relay/start-error.js'
import { oneLine } from '../relay/streams/printable.js'
import { VERSION } from '../version.js'
import { ownCommand } from './own-command.js'
import { Reloads } from './reloads.js'
import {
  addSettingFlags,
  complain,
  orComplain,
  SETTINGS_HELP,
  type SettingFlags,
  sourcesOf,
} from './setting-flags.js'
import type { Signals } from './signals.js'

/** @param signals those of this process, from its first moment on */
export function serveCommand(signals: Signals): Command {
  return addSettingFlags(new Command('serve'))
    .addHelpText(
      'after',
      `${SETTINGS_HELP}

SIGHUP opens the log files again and takes up what is new in the configuration (as parlance reload does); SIGTERM and
SIGINT end the relay. parlance config prints what it would run with, parlance check says what would keep it from starting.

Examples:
  parlance serve
  parlance serve --listen framed://:9000 --listen 'framed://127.0.0.1:9002?style=colon'
  parlance serve --listen 'framed+tls://:9443?cert=cert.pem&key=key.pem' --ops off
  PARLANCE_LISTEN=framed://:9100 PARLANCE_LOG_DIR=/var/log/parlance parlance serve

Exit codes: 0 ended by a signal, 64 wrong arguments, 69 an address cannot be had, 73 a file or directory
cannot be, 78 wrong configuration.`,
    )
    .action((flags: SettingFlags) => serve(flags, signals))
}

async function serve(flags: SettingFlags, signals: Signals): Promise<void> {
  const sources = sourcesOf(flags)
  const config = orComplain(sources, loadConfig)
  if (config === null) {
    process.exitCode = EXIT_CODE.config
    return
  }
  const log = new OperationalLog(config.logLevel, process.stdout)
  // Before anything else: where there is far too little, nothing after this may come to pass.
  const { retainedLimitBytes } = config
  const limitBytes = process.constrainedMemory()
  const warning = memoryWarning(limitBytes, retainedLimitBytes)
  if (warning !== null) say(log, 'memory.low', { limitBytes, retainedLimitBytes }, warning)
  if (signals.hasEnded) return
  let reload: Program['reload']
  const program: Program = { logLevel: log, reload: () => reload?.() ?? null }
  let relay: Relay
  try {
    relay = await Relay.start(config, log, { reloadables: [log], program })
  } catch (error) {
    if (error instanceof ConfigError) {
      complain(error.problems)
      process.exitCode = EXIT_CODE.config
      return
    }
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`parlance: ${oneLine(error.words)}\n`)
    process.exitCode = error.isAddress ? EXIT_CODE.unavailable : EXIT_CODE.cannotCreate
    return
  }
  const reloads = new Reloads(relay, sources, log)
  announce(log, relay, config)
  reload = () => {
    relay.reopenLogs()
    return reloads.request()
  }
  signals.onHangup(() => {
    const words = 'SIGHUP: opening the log files again, and reading the configuration'
    say(log, 'log.reopened', { signal: 'SIGHUP' }, words)
    reload?.()
  })
  // Whoever has the relay drain otherwise wants the process to end too.
  const signal = await Promise.race([signals.ended, relay.draining])
  say(log, 'relay.stopping', { signal: signal ?? undefined }, `${signal ?? 'drain'}: shutting down`)
  await end(relay, log)
}

/** Ends the relay and the process: whatever still holds the event loop (a scrape under way) is not worth waiting for. */
async function end(relay: Relay, log: OperationalLog): Promise<void> {
  const deadline = performance.now() + relay.config.shutdownMs
  await relay.stop()
  say(log, 'relay.ended', {}, 'ended')
  const exit = () => process.exit(EXIT_CODE.ok)
  setTimeout(exit, Math.max(0, deadline - performance.now()))
  log.flush(exit)
}

/** What it listens on, and one line to copy. */
function announce(log: OperationalLog, relay: Relay, config: Config): void {
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
function announceLimit(log: OperationalLog, relay: Relay): void {
  const { maxConnections, descriptors, kept } = relay.parts.gate.connectionLimit
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
