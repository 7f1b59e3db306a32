/// <reference types="node" preserve="true" />
/** What an embedding program may use: the relay, its configuration, the errors of starting it, and a client of framed. */

export type { Address, Trust } from './client/address.js'
export { FramedClient, type FramedClientOptions } from './client/framed-client.js'
export { FramedClientError, type FramedClientErrorCode } from './client/framed-client-error.js'
export type { FramedClientEvents } from './client/framed-client-events.js'
export type { JoinAnswer } from './client/join-answer.js'
export type { HostPort } from './relay/config/host-port.js'
export type { ListenerSpec } from './relay/config/listener-url.js'
export { ConfigError, type ConfigSources, loadConfig } from './relay/config/load.js'
export type { Config, SettingKey } from './relay/config/settings.js'
export type { SlowPolicy } from './relay/fanout/sink.js'
export { type Logger, openOperationalLog } from './relay/observe/operational-log.js'
export { type FanoutInUse, type ListeningAt, Relay } from './relay/relay.js'
export { StartError } from './relay/start-error.js'
