/** What becomes of a typed line: a request to the relay, another current room, or a remark to the person. */

import { isAscii } from '../encode-frame.js'
import { toAscii } from '../typed-text.js'
import type { MyRooms } from './my-rooms.js'
import { ROOMS_COMMANDS } from './rooms-commands.js'

/** Where it goes. */
export interface TypedSink {
  /** @returns `false` where it was too long, which has been said */
  send(command: string, room?: string, message?: string): boolean
  notice(text: string): void
}

/** Carries out one line. @returns `false` when it asks to leave the relay */
export function carryOut(line: string, rooms: MyRooms, sink: TypedSink): boolean {
  const typed = ROOMS_COMMANDS.read(line)
  const { current } = rooms
  switch (typed.kind) {
    case 'quit':
      return false
    case 'help':
      for (const row of ROOMS_COMMANDS.help) sink.notice(row)
      break
    case 'mistake':
      sink.notice(typed.words)
      break
    case 'say':
      if (current === '') {
        sink.notice('Not sent: you are in no room. /join ROOM, and /rooms says which there are.')
      } else say('/broadcast', current, typed.text, sink)
      break
    case 'direct':
      say('/direct', typed.word, typed.text, sink)
      break
    case 'rooms':
      sink.send('/listRooms')
      break
    case 'list':
      sink.send('/roomMembers', typed.word || current)
      break
    case 'join':
      if (sink.send('/join', typed.word)) rooms.ask(typed.word)
      break
    case 'leave': {
      const room = typed.word || current
      if (room === '') sink.notice('You are in no room.')
      // What is typed next goes elsewhere already.
      else if (sink.send('/leaveRoom', room)) rooms.left(room)
      break
    }
  }
  return true
}

/** J5, M2: an accent is rather read without it than refused, and the person is told. */
function say(command: string, to: string, typed: string, sink: TypedSink): void {
  const text = toAscii(typed)
  if (text.trim() === '') {
    sink.notice('Not sent: nothing in that line can be written in ASCII.')
    return
  }
  if (!isAscii(typed)) sink.notice(`sent in ASCII: ${text}`)
  sink.send(command, to, text)
}
