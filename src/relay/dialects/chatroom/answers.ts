/** The status lines: what every request is answered with, and what follows one directly. Bytes made once. */

import { constantSlice, ownSlice, type Slice } from '../../fanout/chunk.js'

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

/** C11: a private message to somebody who has blocked its sender. @param pushes what says so, whole lines */
export function blockedAnswer(pushes: readonly string[]): Slice {
  return ownSlice(Buffer.concat([Buffer.from(pushes.join('')), ANSWERS.messageFailed.bytes]))
}

function statusLine(words: string): Slice {
  return constantSlice(Buffer.from(`${words}\n`))
}
