/** The clients that `parlance chat` can start, by dialect. A new one is one more entry. */

import type { ChatClient } from './chat-client.js'
import { runChatmasterClient } from './chatmaster/chatmaster-program.js'
import { CHATROOM_NAME_RULE } from './chatroom/chatroom-chat.js'
import { runChatroomClient } from './chatroom/chatroom-line-client.js'
import { runRoomsClient } from './json-irc/rooms-client.js'
import { runLineClient } from './line-client.js'
import { NAME_RULE } from './name-rule.js'
import { runSendtoConsole } from './sendto/sendto-console.js'
import { SENDTO_NAME_RULE } from './sendto/shown-commands.js'

const framed: ChatClient = {
  dialect: 'framed',
  defaultPort: 9000,
  nameRule: NAME_RULE,
  canCompress: false,
  run: runLineClient,
}

const chatroom: ChatClient = {
  dialect: 'chatroom',
  defaultPort: 8000,
  nameRule: CHATROOM_NAME_RULE,
  canCompress: false,
  run: runChatroomClient,
}

const chatmaster: ChatClient = {
  dialect: 'chatmaster',
  defaultPort: 9001,
  nameRule: NAME_RULE,
  canCompress: true,
  run: runChatmasterClient,
}

const jsonIrc: ChatClient = {
  dialect: 'json-irc',
  defaultPort: 1025,
  nameRule: NAME_RULE,
  canCompress: false,
  run: runRoomsClient,
}

const sendto: ChatClient = {
  dialect: 'sendto',
  defaultPort: 3560,
  nameRule: SENDTO_NAME_RULE,
  canCompress: false,
  run: runSendtoConsole,
}

export const CLIENTS: ReadonlyMap<string, ChatClient> = new Map(
  [framed, chatroom, chatmaster, jsonIrc, sendto].map((client) => [client.dialect, client]),
)
