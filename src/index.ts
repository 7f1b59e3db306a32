/** What an embedding program may use: the relay, its configuration, and the errors of starting it. */

export { FramedClient } from './client/framed-client.js'
export { FramedClientError } from './client/framed-client-error.js'
export { ConfigError, type ConfigSources, loadConfig } from './relay/config/load.js'
export type { Config } from './relay/config/settings.js'
export { type Logger, openOperationalLog } from './relay/observe/operational-log.js'
export { type ListeningAt, Relay, StartError } from './relay/relay.js'
