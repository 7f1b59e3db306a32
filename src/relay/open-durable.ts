/**
 * Keeping what is said in NATS, where that is wanted. Owns where it is on the disk until NATS has it, and that whoever says something waits while there
 * is no room for it.
 */

import { join } from 'node:path'
import type { DurableObserver, NatsDurable } from './backplane/nats/nats-durable.js'
import type { Nats } from './backplane/nats/open-nats.js'
import { ConfigError } from './config/load.js'
import type { Config } from './config/settings.js'
import { Holds, PAUSE, type Source } from './fanout/pauses.js'
import type { Recipient } from './fanout/recipient.js'
import type { Session } from './hub/session.js'
import { makeDirectory } from './observe/make-directory.js'
import { StartError } from './start-error.js'

/** What is said in rooms is for the relay and its operators. */
const DIRECTORY_MODE = 0o750

export type DurableSettings = Pick<
  Config,
  | 'cluster'
  | 'dataDir'
  | 'durable'
  | 'durableAgeMs'
  | 'durableBytes'
  | 'nats'
  | 'natsReplicas'
  | 'node'
  | 'unsentBytes'
>

/**
 * Where it is written what NATS does not have yet; `null` where nothing is kept.
 * @throws ConfigError where it is wanted and cannot be
 */
export function unsentPlace({ durable, nats, dataDir, node }: DurableSettings): string | null {
  if (durable === 'off') return null
  const problems: string[] = []
  if (nats.length === 0) problems.push('durable: on: expected a URL of nats to keep it in, or off')
  if (dataDir === 'off')
    problems.push('durable: on: expected a dataDir for what NATS does not have yet, or off')
  if (problems.length > 0) throw new ConfigError(problems)
  // Several nodes may share the directory, as the workers of one machine do.
  return join(dataDir, 'unsent', node)
}

/** @returns `null` where nothing is kept @throws StartError when the data directory cannot be had; ConfigError as `unsentPlace` */
export async function openDurable(
  config: DurableSettings,
  node: string,
  { bus, store }: Nats,
  observer: DurableObserver,
): Promise<NatsDurable | null> {
  const directory = unsentPlace(config)
  if (directory === null) return null
  const [{ NatsDurable }, { Spool }] = await Promise.all([
    import('./backplane/nats/nats-durable.js'),
    import('./backplane/nats/spool.js'),
  ])
  let spool: import('./backplane/nats/spool.js').Spool
  try {
    makeDirectory(directory, DIRECTORY_MODE)
    spool = Spool.open(directory)
  } catch (error) {
    throw new StartError('dataDir', config.dataDir, error as NodeJS.ErrnoException)
  }
  const { cluster: prefix, durableAgeMs: ageMs, durableBytes: bytes, natsReplicas: replicas } = config
  return NatsDurable.open({
    bus,
    store,
    prefix,
    node,
    limits: { ageMs, bytes, replicas },
    maxUnsentBytes: config.unsentBytes,
    spool,
    observer,
  })
}

/** Those who wait until there is room for what they say. */
export class SpeakersOnHold {
  readonly #holds = new Holds(PAUSE.durable)
  readonly #held = new Set<Source>()

  hold({ recipientHere }: Session<Recipient>): void {
    const source = recipientHere?.source
    if (source === undefined || this.#held.has(source)) return
    this.#held.add(source)
    this.#holds.hold(source)
  }

  letGo(): void {
    for (const source of this.#held) this.#holds.letGo(source)
    this.#held.clear()
  }
}
