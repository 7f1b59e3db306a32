/** The chatroom dialect: TCP port 8000, lines both ways, JSON in most of them. Rules C1–C17. */

import type { Board } from '../../hub/session.js'
import { AnswerCache } from '../answer-cache.js'
import type { Client, Dialect, DialectContext } from '../dialect.js'
import { pastOf } from '../past.js'
import { chatroomEncoding } from './encodings.js'
import { type ChatroomOptions, chatroomOptions } from './options.js'
import { RoomLists } from './room-lists.js'
import { ChatroomSpeaker } from './speaker.js'

export const chatroom: Dialect<ChatroomOptions> = {
  name: 'chatroom',
  defaultPort: 8000,
  needsLogin: true,
  options: chatroomOptions,
  listen(options: ChatroomOptions, relay: DialectContext) {
    const encoding = chatroomEncoding(options.push, relay.timeZone)
    const boards = new AnswerCache<Board>((board) => [encoding.board(board)])
    const past = pastOf(relay, options.history)
    const listener = { relay, past, encoding, boards, roomLists: new RoomLists() }
    return (client: Client) => new ChatroomSpeaker(listener, client)
  },
}
