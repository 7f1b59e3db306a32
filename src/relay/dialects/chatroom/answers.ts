/** The status lines: what every request is answered with, and what follows one directly. Bytes made once. */

import { constantSlice, ownSlice, type Slice } from '../../fanout/chunk.js'
import type { Board } from '../../hub/session.js'
import { STATUS_WORDS } from './status-words.js'

export const ANSWERS = {
  ok: statusLine('200 OK'),
  bye: statusLine('200 BYE'),
  messageUpdated: statusLine('200 MESSAGE UPDATED'),
  statusUpdated: statusLine('200 USERSTATUS UPDATED'),
  noHeader: statusLine('300 NO HEADER FOUND'),
  invalidName: statusLine('400 INVALID USERNAME'),
  noSuchUser: statusLine('400 CANNOT FIND USER'),
  messageFailed: statusLine('400 MESSAGE FAILED'),
  editFailed: statusLine('400 EDIT FAILED'),
  serverError: statusLine('500 SERVER ERROR'),
} as const

/** C6: the message is sent, and this is its id. @param header, timestamp as the sender wrote them */
export function sentAnswer(messageId: string, timestamp: string, header: string): Slice {
  return ownSlice(Buffer.from(`200 SENT\nSENT ${JSON.stringify({ messageId, timestamp, header })}\n`))
}

/** C9. `__proto__` is a name like any other, so no object is built (N4). */
export function boardAnswer(board: Board): Buffer {
  const entries = board.map(([name, status]) => `${JSON.stringify(name)}:"${STATUS_WORDS[status]}"`)
  return Buffer.from(`200 OK\nUSERBOARD {${entries.join()}}\n`)
}

/** C11: a private message to somebody who has blocked its sender. */
export function blockedAnswer(pushes: readonly Buffer[]): Slice {
  return ownSlice(Buffer.concat([...pushes, ANSWERS.messageFailed.bytes]))
}

function statusLine(words: string): Slice {
  return constantSlice(Buffer.from(`${words}\n`))
}
