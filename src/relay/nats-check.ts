/** Whether NATS would take this node, found without being one: for `parlance check` and `parlance doctor`. Leaves nothing behind there. */

import type { NatsConnection } from '@nats-io/transport-node'
import type { Config } from './config/settings.js'
import { type NatsSettings, natsConnection } from './nats-connection.js'

/** `unreachable`: it may be there another time, and a relay starts without it. `refused`: a relay would not start. */
export interface NatsFinding {
  readonly outcome: 'ok' | 'unreachable' | 'refused'
  /** Nothing of what is secret is in them. */
  readonly words: string
}

const CONNECT_MS = 3_000
/** Major and minor version of the oldest server that has what the names take. */
const OLDEST = [2, 9] as const

/**
 * @returns `null` for a relay that is alone
 * @throws ConfigError with everything that is wrong in the files that the settings name
 */
export async function checkNats(
  config: NatsSettings & Pick<Config, 'natsReplicas'>,
): Promise<NatsFinding | null> {
  if (config.nats.length === 0) return null
  const { options, credentials } = natsConnection(config)
  const [{ connect, credsAuthenticator }, { refusalOf }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('./backplane/nats/nats-error.js'),
  ])
  let connection: NatsConnection
  try {
    connection = await connect({
      ...options,
      ...(credentials !== null && { authenticator: credsAuthenticator(credentials) }),
      reconnect: false,
      timeout: CONNECT_MS,
    })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal !== null) return { outcome: 'refused', words: refusal.message }
    return { outcome: 'unreachable', words: `NATS cannot be reached: ${wordsOf(error as Error)}` }
  }
  try {
    return await ask(connection, config.natsReplicas)
  } finally {
    await connection.close()
  }
}

async function ask(connection: NatsConnection, replicas: number): Promise<NatsFinding> {
  const { jetstreamManager } = await import('@nats-io/jetstream')
  const { storeRefusalOf } = await import('./backplane/nats/nats-store.js')
  const { version = '', cluster } = connection.info ?? {}
  if (!isNewEnough(version))
    return { outcome: 'refused', words: `NATS is ${version}; expected ${OLDEST.join('.')} or newer` }
  try {
    await (await jetstreamManager(connection)).getAccountInfo()
  } catch (error) {
    const refusal = storeRefusalOf(error, { replicas })
    if (refusal !== null) return { outcome: 'refused', words: refusal.message }
    return { outcome: 'unreachable', words: `JetStream does not answer: ${wordsOf(error as Error)}` }
  }
  if (replicas > 1 && cluster === undefined) {
    const words = `NATS cannot keep names on ${replicas} servers (natsReplicas): ${connection.getServer()} is one server, and no cluster of them`
    return { outcome: 'refused', words }
  }
  return { outcome: 'ok', words: `NATS ${version} with JetStream at ${connection.getServer()}` }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** The client's errors have what the system said in their causes. */
function wordsOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}
