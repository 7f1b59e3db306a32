/** `parlance serve`: runs a relay until it is told to end. */

import { Command } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import type { Program } from '../relay/admin/program.js'
import { loadConfig } from '../relay/config/load.js'
import type { Config } from '../relay/config/settings.js'
import { memoryWarning } from '../relay/observe/memory-limit.js'
import { OperationalLog } from '../relay/observe/operational-log.js'
import { say } from '../relay/observe/say.js'
import { Relay } from '../relay/relay.js'
import { workersWanted } from '../workers/worker-config.js'
import { announce, type Begun } from './announce.js'
import { type Reloading, Reloads } from './reloads.js'
import { addSettingFlags, orComplain, SETTINGS_HELP, type SettingFlags, sourcesOf } from './setting-flags.js'
import type { Signals } from './signals.js'
import { sayWhyNot } from './why-not.js'

/** One relay, or several workers that are one. */
interface Served extends Begun, Reloading {
  readonly config: Config
  readonly draining: Promise<void>
  reopenLogs(): void
  stop(): Promise<void>
}

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
  const warning = memoryWarning(limitBytes, retainedLimitBytes, workersWanted(config))
  if (warning !== null) say(log, 'memory.low', { limitBytes, retainedLimitBytes }, warning)
  if (signals.hasEnded) return
  let reload: Program['reload']
  const program: Program = { logLevel: log, reload: () => reload?.() ?? null }
  let relay: Served
  try {
    relay = await begin(config, log, program)
  } catch (error) {
    if (!sayWhyNot(error)) throw error
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

async function begin(config: Config, log: OperationalLog, program: Program): Promise<Served> {
  const linesLost = () => log.linesLost
  if (workersWanted(config) === 1) return Relay.start(config, log, { reloadables: [log], program, linesLost })
  const { Supervisor } = await import('../workers/supervisor.js')
  return Supervisor.start(config, { log, program })
}

/** Ends the relay and the process: whatever still holds the event loop (a scrape under way) is not worth waiting for. */
async function end(relay: Served, log: OperationalLog): Promise<void> {
  const deadline = performance.now() + relay.config.shutdownMs
  await relay.stop()
  say(log, 'relay.ended', {}, 'ended')
  const exit = () => process.exit(EXIT_CODE.ok)
  setTimeout(exit, Math.max(0, deadline - performance.now()))
  log.flush(exit)
}
