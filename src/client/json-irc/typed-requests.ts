/** What becomes of a typed line: a request to the relay, another current room, or a remark to the person. */

import { isAscii } from '../encode-frame.js'
import { toAscii } from '../typed-text.js'
import type { MyRooms } from './my-rooms.js'
import { COMMAND_WORDS, readTypedLine } from './typed-line.js'

/** Where it goes. */
export interface TypedSink {
  send(command: string, room?: string, message?: string): void
  notice(text: string): void
}

/** Carries out one line that is not blank. @returns `false` when it asks to leave the relay */
export function carryOut(line: string, rooms: MyRooms, sink: TypedSink): boolean {
  const typed = readTypedLine(line)
  const { current } = rooms
  switch (typed.kind) {
    case 'quit':
      return false
    case 'help':
      sink.notice(COMMAND_WORDS)
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
      say('/direct', typed.name, typed.text, sink)
      break
    case 'rooms':
      sink.send('/listRooms')
      break
    case 'members':
      sink.send('/roomMembers', typed.room || current)
      break
    case 'join':
      rooms.ask(typed.room)
      sink.send('/join', typed.room)
      break
    case 'leave': {
      const room = typed.room || current
      if (room === '') sink.notice('You are in no room.')
      else {
        // What is typed next goes elsewhere already.
        rooms.left(room)
        sink.send('/leaveRoom', room)
      }
      break
    }
  }
  return true
}

/** J5, M2: an accent is rather read without it than refused, and the person is told. */
function say(command: string, to: string, typed: string, sink: TypedSink): void {
  const text = toAscii(typed)
  if (text.trim() === '' && typed.trim() !== '') {
    sink.notice('Not sent: nothing in that line can be written in ASCII.')
    return
  }
  if (!isAscii(typed)) sink.notice(`sent in ASCII: ${text}`)
  sink.send(command, to, text)
}
