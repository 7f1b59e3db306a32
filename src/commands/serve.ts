/** `parlance serve`: runs a relay until it is told to end. */

import { hostname } from 'node:os'
import { Command } from 'commander'
import { formatAddress } from '../client/address.js'
import { EXIT_CODE } from '../exit-code.js'
import { reachableHost } from '../relay/config/host-port.js'
import { ConfigError, loadConfig } from '../relay/config/load.js'
import type { Setting } from '../relay/config/settings/kinds.js'
import {
  type Config,
  environmentName,
  flagName,
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
} from '../relay/config/settings.js'
import { memoryWarning } from '../relay/observe/memory-limit.js'
import { type Logger, openOperationalLog } from '../relay/observe/operational-log.js'
import { Relay } from '../relay/relay.js'
import { StartError } from '../relay/start-error.js'
import { oneLine } from '../relay/streams/printable.js'
import { ownCommand } from './own-command.js'

type Flags = Partial<Record<SettingKey, string | string[]>> & { config?: string }

export function serveCommand(): Command {
  const command = new Command('serve').option(
    '--config <FILE>',
    'read settings from a YAML or JSON file (environment: PARLANCE_CONFIG)',
  )
  for (const key of SETTING_KEYS) {
    const setting: Setting = SETTINGS[key]
    const shown = Array.isArray(setting.fallback) ? setting.fallback.join(' ') || 'none' : setting.fallback
    const words = `${setting.help} (default: ${shown})`
    const flags = `${flagName(key)} <${setting.placeholder}>`
    if (setting.list) {
      command.option(flags, words, (value: string, sofar: string[] | undefined) => [...(sofar ?? []), value])
    } else {
      command.option(flags, words)
    }
  }
  return command
    .addHelpText(
      'after',
      `
Every setting is also an environment variable (--log-dir is ${environmentName('logDir')}) and a key of the
file (logDir). Flags win over the environment, the environment over the file. A listener is a --listen of its
own, a part of ${environmentName('listen')} between spaces or commas, or an entry of the list in the file.

Examples:
  parlance serve
  parlance serve --listen framed://:9000 --listen 'framed://127.0.0.1:9002?style=colon'
  parlance serve --listen 'framed+tls://:9443?cert=cert.pem&key=key.pem' --ops off
  PARLANCE_LISTEN=framed://:9100 PARLANCE_LOG_DIR=/var/log/parlance parlance serve

Exit codes: 0 ended by a signal, 64 wrong arguments, 69 an address cannot be had, 73 a file or directory
cannot be, 78 wrong configuration.`,
    )
    .action(serve)
}

async function serve(flags: Flags): Promise<void> {
  const config = configOrComplain(flags)
  if (config === null) {
    process.exitCode = EXIT_CODE.config
    return
  }
  const log = openOperationalLog(config.logLevel, process.stdout)
  // First of all: where there is far too little, nothing after this may come to pass.
  const warning = memoryWarning(process.constrainedMemory(), config.retainedLimitBytes)
  if (warning !== null) log.warn(warning)
  // Before anything is started: a signal that comes early must not be lost, least of all as PID 1.
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
  let relay: Relay
  try {
    relay = await Relay.start(config, log)
  } catch (error) {
    if (error instanceof ConfigError) {
      complain(error)
      process.exitCode = EXIT_CODE.config
      return
    }
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`parlance: ${oneLine(startWords(error))}\n`)
    process.exitCode = error.isAddress ? EXIT_CODE.unavailable : EXIT_CODE.cannotCreate
    return
  }
  process.on('SIGHUP', () => {
    log.info('SIGHUP: opening the log files again')
    relay.reopenLogs()
  })
  announce(log, relay, config)
  const signal = await signalled
  log.info(`${signal}: shutting down`)
  await relay.stop()
  log.info('ended')
  // Whatever still holds the event loop (a scrape under way) is not worth waiting for.
  log.flush(() => process.exit(EXIT_CODE.ok))
}

function configOrComplain(flags: Flags): Config | null {
  const { config: file, ...settings } = flags
  try {
    return loadConfig({ file, environment: process.env, flags: settings })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    complain(error)
    return null
  }
}

function complain({ problems }: ConfigError): void {
  process.stderr.write(`parlance: the configuration cannot be used:\n  ${problems.join('\n  ')}\n`)
}

function startWords({ code, key, target, takenBy, cause }: StartError): string {
  const where = `${key}: ${target}`
  if (code !== 'EADDRINUSE') return `${where}: ${(cause as Error).message}`
  return takenBy === null
    ? `${where}: the port is in use by another program`
    : `${where}: the port is in use: ${takenBy}, which is given too, has the same one`
}

/** What it listens on, and one line to copy. */
function announce(log: Logger, relay: Relay, config: Config): void {
  for (const { dialect, host, port } of relay.listeningAt) {
    log.info(
      { dialect, host: host ?? '*', port },
      `listening: ${dialect} on ${host ?? 'all addresses'} port ${port}`,
    )
  }
  if (config.ops !== 'off') {
    const address = formatAddress({ host: reachableHost(config.ops.host), port: relay.opsPort as number })
    log.info(`metrics: http://${address}/metrics`)
  }
  for (const { dialect, host, port, tls } of relay.listeningAt) {
    if (dialect !== 'ws') continue
    const address = formatAddress({ host: reachableHost(host), port })
    log.info(`in the browser: ${tls ? 'https' : 'http'}://${address}`)
  }
  announceLimit(log, relay)
  const { name, reason } = relay.fanout
  log.info({ fanout: name }, `fan-out: ${name}${reason === null ? '' : ` (${reason})`}`)
  const framed = relay.listeningAt.find(({ dialect, tls }) => dialect === 'framed' && !tls)
  if (framed === undefined) return
  const address = formatAddress({ host: reachableHost(framed.host), port: framed.port })
  log.info(`to join: ${ownCommandHere()} chat ${address} Bob`)
}

/** How many may come, and why no more. */
function announceLimit(log: Logger, relay: Relay): void {
  const { maxConnections, descriptors, kept } = relay.parts.connectionLimit
  const why =
    descriptors === null
      ? ''
      : ` (this process may open ${descriptors} files, of which ${kept} are kept back)`
  const about = { maxConnections, ...(descriptors === null ? {} : { descriptors, kept }) }
  log.info(about, `at most ${maxConnections} connections${why}`)
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
