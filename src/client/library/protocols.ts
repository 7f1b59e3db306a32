/** Which dialects there are, and what makes each speak. A new one is one more entry. */

import { ChatmasterProtocol } from './chatmaster-protocol.js'
import { ChatroomProtocol } from './chatroom-protocol.js'
import { FramedProtocol } from './framed-protocol.js'
import { JsonIrcProtocol } from './json-irc-protocol.js'
import type { DialectName } from './options.js'
import type { Protocol, ProtocolContext } from './protocol.js'

export interface DialectEntry {
  /** Where relays listen for it over TCP when nothing else is said. */
  readonly defaultPort: number
  speak(context: ProtocolContext): Protocol
}

export const PROTOCOLS: ReadonlyMap<string, DialectEntry> = new Map<DialectName, DialectEntry>([
  ['framed', { defaultPort: 9000, speak: (context) => new FramedProtocol(context) }],
  ['chatroom', { defaultPort: 8000, speak: (context) => new ChatroomProtocol(context) }],
  ['json-irc', { defaultPort: 1025, speak: (context) => new JsonIrcProtocol(context) }],
  ['chatmaster', { defaultPort: 9001, speak: (context) => new ChatmasterProtocol(context) }],
])
