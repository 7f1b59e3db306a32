/** `parlance serve`: runs a relay until it is told to end. */

import { Command } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import { ConfigError, loadConfig } from '../relay/config/load.js'
import {
  type Config,
  environmentName,
  flagName,
  SETTING_KEYS,
  SETTINGS,
  type Setting,
  type SettingKey,
} from '../relay/config/settings.js'
import { type Logger, openOperationalLog } from '../relay/observe/operational-log.js'
import { type ListeningAt, Relay, StartError } from '../relay/relay.js'
import { oneLine } from '../relay/streams/printable.js'

type Flags = Partial<Record<SettingKey, string | string[]>> & { config?: string }

export function serveCommand(): Command {
  const command = new Command('serve').option(
    '--config <FILE>',
    'read settings from a YAML or JSON file (environment: PARLANCE_CONFIG)',
  )
  for (const key of SETTING_KEYS) {
    const setting: Setting = SETTINGS[key]
    const shown = Array.isArray(setting.fallback) ? setting.fallback.join(' ') : setting.fallback
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
file (logDir). Flags win over the environment, the environment over the file.

Examples:
  parlance serve
  parlance serve --listen framed://:9000 --listen 'framed://127.0.0.1:9002?style=colon'
  parlance serve --listen 'framed+tls://:9443?cert=cert.pem&key=key.pem' --ops off
  PARLANCE_LISTEN=framed://:9100 PARLANCE_LOG_DIR=/var/log/parlance parlance serve

Exit codes: 0 ended by a signal, 64 wrong arguments, 69 an address cannot be had, 73 a file cannot be
opened, 78 wrong configuration.`,
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
    process.exitCode = ADDRESS_ERRORS.has(error.code) ? EXIT_CODE.unavailable : EXIT_CODE.cannotCreate
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
  const { config: file = process.env.PARLANCE_CONFIG, ...settings } = flags
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

const ADDRESS_ERRORS: ReadonlySet<string> = new Set([
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EACCES',
  'ENOTFOUND',
  'EAI_AGAIN',
])

function startWords({ code, target, cause }: StartError): string {
  if (code === 'EADDRINUSE') return `${target}: the port is in use by another program`
  return `${target}: ${(cause as Error).message}`
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
    const { host } = config.ops
    log.info(`metrics: http://${host ?? '127.0.0.1'}:${relay.opsPort}/metrics`)
  }
  const { name, reason } = relay.fanout
  log.info({ fanout: name }, `fan-out: ${name}${reason === null ? '' : ` (${reason})`}`)
  const framed = relay.listeningAt.find(({ dialect, url }) => dialect === 'framed' && !url.includes('+tls'))
  if (framed !== undefined) log.info(`to join: npx parlance chat ${addressToJoin(framed)} Bob`)
}

function addressToJoin({ host, port }: ListeningAt): string {
  const reachable = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  if (port === 9000) return reachable
  return reachable.includes(':') ? `[${reachable}]:${port}` : `${reachable}:${port}`
}
