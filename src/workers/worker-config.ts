/**
 * What one of several workers runs with: the configuration of the whole machine, less what the supervisor has for all of them, and
 * its share of what is for the machine.
 */

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { configFrom } from '../relay/config/load.js'
import { type Config, SETTING_KEYS, type Settings, written } from '../relay/config/settings.js'

/** The time that the supervisor keeps of `shutdownMs` for what comes behind the last worker. */
const OWN_MS = 500
const OWN_SHARE = 1 / 8

/** How many processes are wanted: 1 is one without a supervisor. */
export function workersWanted({ workers }: Pick<Config, 'workers'>): number {
  return workers === 'auto' ? availableParallelism() : workers
}

/**
 * All settings as an operator would write them: what a message can carry.
 * @param node what all workers are called, before their numbers
 */
export function settingsOf(config: Config, node: string): Settings {
  const settings = Object.fromEntries(SETTING_KEYS.map((key) => [key, written(config, key)])) as Settings
  return { ...settings, node }
}

/** How long workers may take to end. */
export function workerShutdownMs(shutdownMs: number): number {
  return Math.max(1, Math.floor(shutdownMs - Math.min(OWN_MS, shutdownMs * OWN_SHARE)))
}

/**
 * A share of what is for the whole machine: the first ones have one more where it does not come out even.
 * @param number from 1
 */
export function shareOf(whole: number, number: number, of: number): number {
  return Math.floor(whole / of) + (number <= whole % of ? 1 : 0)
}

/** Where a worker writes its logs: of its own, so that each file has one writer. */
export function logDirOf(logDir: string, number: number): string {
  return logDir === 'off' ? logDir : join(logDir, `worker-${number}`)
}

/**
 * @param number from 1
 * @param of how many there are
 * @param settings of the machine, which have been found right, with a `node` of its own
 * @throws ConfigError where they have not
 */
export function workerConfig(settings: Settings, number: number, of: number): Config {
  // It is one process, and no supervisor.
  const config = configFrom({ ...settings, workers: 1 }, {})
  const { maxConnections, connectionsPerSecond, shutdownMs, logDir, node } = config
  const own = {
    node: `${node}-${number}`,
    ops: 'off',
    adminSocket: 'off',
    addressFile: 'off',
    logDir: logDirOf(logDir, number),
    shutdownMs: workerShutdownMs(shutdownMs),
    maxConnections: maxConnections === 'auto' ? maxConnections : shareOf(maxConnections, number, of),
    connectionsPerSecond:
      connectionsPerSecond === 'off' ? connectionsPerSecond : Math.ceil(connectionsPerSecond / of),
  } as const satisfies Partial<Config>
  return Object.freeze({ ...config, ...own })
}
