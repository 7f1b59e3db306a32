/// <reference types="node" preserve="true" />
/** What a program may use: a relay inside it, its configuration, the errors of starting it, and a client of framed. */

export type { Address, Trust } from './client/address.js'
export { FramedClient, type FramedClientOptions } from './client/framed-client.js'
export { FramedClientError, type FramedClientErrorCode } from './client/framed-client-error.js'
export type { FramedClientEvents } from './client/framed-client-events.js'
export type { JoinAnswer } from './client/join-answer.js'
export {
  createRelay,
  type EmbeddedRelay,
  type RelayState,
} from './embedding/create-relay.js'
export type { RelayOptions } from './embedding/options.js'
export { RelayError, type RelayErrorCode } from './embedding/relay-error.js'
export type { PersonHere, RoomHere } from './embedding/snapshots.js'
export type { HostPort } from './relay/config/host-port.js'
export type { ListenerSpec } from './relay/config/listener-url.js'
export { ConfigError, type ConfigSources, loadConfig } from './relay/config/load.js'
export type { Config, SettingKey, Settings } from './relay/config/settings.js'
export type { TlsOptions } from './relay/config/tls-options.js'
export type { SlowPolicy } from './relay/fanout/sink.js'
export type {
  Gone,
  JoinRequest,
  Leaving,
  MessageRequest,
  NameRequest,
  Person,
  RelayHooks,
  Verdict,
} from './relay/hooks.js'
export type { Status } from './relay/hub/events.js'
export type { ListeningAt } from './relay/listening-at.js'
export type { RelayLog } from './relay/observe/relay-log.js'
export type { FanoutInUse } from './relay/relay.js'
export type { ReloadReport, SettingChange } from './relay/reload.js'
export { StartError } from './relay/start-error.js'
