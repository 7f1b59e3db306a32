/**
 * The clients that `parlance chat` can start, by dialect. A new one is one more entry. Each is loaded when it is asked for: what checks
 * JSON takes longer to start than the client of a dialect that has none.
 */

import { DEFAULT_PORT } from '../relay/dialects/sendto/layout.js'
import type { ChatClient } from './chat-client.js'
import { CHATROOM_NAME_RULE, NAME_RULE, SENDTO_NAME_RULE } from './name-rule.js'

const framed: ChatClient = {
  dialect: 'framed',
  defaultPort: 9000,
  nameRule: NAME_RULE,
  canCompress: false,
  run: async (options) => (await import('./line-client.js')).runLineClient(options),
}

const chatroom: ChatClient = {
  dialect: 'chatroom',
  defaultPort: 8000,
  nameRule: CHATROOM_NAME_RULE,
  canCompress: false,
  run: async (options) => (await import('./chatroom/chatroom-line-client.js')).runChatroomClient(options),
}

const chatmaster: ChatClient = {
  dialect: 'chatmaster',
  defaultPort: 9001,
  nameRule: NAME_RULE,
  canCompress: true,
  run: async (options) => (await import('./chatmaster/chatmaster-program.js')).runChatmasterClient(options),
}

const jsonIrc: ChatClient = {
  dialect: 'json-irc',
  defaultPort: 1025,
  nameRule: NAME_RULE,
  canCompress: false,
  run: async (options) => (await import('./json-irc/rooms-client.js')).runRoomsClient(options),
}

const sendto: ChatClient = {
  dialect: 'sendto',
  defaultPort: DEFAULT_PORT,
  nameRule: SENDTO_NAME_RULE,
  canCompress: false,
  run: async (options) => (await import('./sendto/sendto-console.js')).runSendtoConsole(options),
}

export const CLIENTS: ReadonlyMap<string, ChatClient> = new Map(
  [framed, chatroom, chatmaster, jsonIrc, sendto].map((client) => [client.dialect, client]),
)
