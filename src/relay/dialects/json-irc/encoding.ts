/** Hub events as json-irc objects. One object for all listeners: none of their options changes what rooms are told. */

import type { Batch } from '../../fanout/batch.js'
import type { Encoding } from '../../fanout/encoding.js'
import type { PrivateEvent, RoomEvent } from '../../hub/events.js'
import { toAscii } from '../ascii.js'
import { people } from '../words.js'
import { COMMAND, MAX_OBJECT_BYTES } from './commands.js'
import { objectLine } from './object-line.js'

const EDITED = '(edited) '

/** However a text of this length is escaped, it fits: a character takes two bytes at most, and what is around it 512. */
const SURELY_FITTING_LENGTH = (MAX_OBJECT_BYTES - 512) / 2

class JsonIrcEncoding implements Encoding {
  encode(event: RoomEvent, batch: Batch): void {
    switch (event.kind) {
      case 'message':
        broadcast(batch, event.name, event.room, event.text)
        break
      case 'edited':
        broadcast(batch, event.name, event.room ?? '', EDITED + event.text)
        break
      case 'renamed':
        left(batch, event.formerName, event.room)
        joined(batch, event.name, event.room)
        break
      case 'joined':
        joined(batch, event.name, event.room)
        break
      case 'left':
        left(batch, event.name, event.room)
        break
      case 'crowd':
        if (event.joined > 0) {
          append(
            batch,
            COMMAND.join,
            '',
            event.room,
            `${people(event.joined, ' has', ' have')} joined room ${event.room}`,
          )
        }
        if (event.left > 0) {
          append(
            batch,
            COMMAND.leaveRoom,
            '',
            event.room,
            `${people(event.left, ' has', ' have')} left room ${event.room}`,
          )
        }
        break
    }
  }

  encodePrivate(event: PrivateEvent): Buffer | null {
    switch (event.kind) {
      case 'direct':
        return direct(event.name, event.to, event.text)
      case 'edited':
        return direct(event.name, event.to ?? '', EDITED + event.text)
      case 'blocked':
        return direct(event.name, event.to, `${event.name} has blocked you`)
      default:
        return null
    }
  }

  encodeMissed(events: number): Buffer {
    return Buffer.from(objectLine('', '', '', `Error: missed ${events} messages`), 'latin1')
  }

  /** M4: what somebody does is told to the others; they get an answer of their own. */
  tellsActor(): boolean {
    return false
  }
}

export const JSON_IRC_ENCODING: Encoding = new JsonIrcEncoding()

export function leftWords(name: string, room: string): string {
  return `${name} has left room ${room}`
}

function joined(batch: Batch, name: string, room: string): void {
  append(batch, COMMAND.join, name, room, `${name} has joined room ${room}`)
}

function left(batch: Batch, name: string, room: string): void {
  append(batch, COMMAND.leaveRoom, name, room, leftWords(name, room))
}

function broadcast(batch: Batch, name: string, room: string, text: string): void {
  for (const piece of fitting(COMMAND.broadcast, name, room, text)) {
    append(batch, COMMAND.broadcast, name, room, piece)
  }
}

function append(batch: Batch, command: string, nickname: string, room: string, text: string): void {
  const line = objectLine(command, nickname, room, text)
  batch.appendText(line, 'latin1')
}

function direct(name: string, to: string, text: string): Buffer {
  const pieces = fitting(COMMAND.direct, name, to, text)
  const lines = pieces.map((piece) => objectLine(COMMAND.direct, name, to, piece))
  return Buffer.from(lines.join(''), 'latin1')
}

/**
 * M2: the text in ASCII, in pieces that fit an object. More than one only for a long text that grew when it was
 * transliterated or escaped, or got a longer name in front: it was taken, so all of it is shown (M6).
 */
function fitting(command: string, nickname: string, room: string, text: string): string[] {
  const ascii = toAscii(text)
  if (ascii.length <= SURELY_FITTING_LENGTH) return [ascii]
  const most = MAX_OBJECT_BYTES + '\n'.length - objectLine(command, nickname, room, '').length
  const pieces: string[] = []
  let start = 0
  let bytes = 0
  for (let at = 0; at < ascii.length; at++) {
    const cost = ESCAPED.has(ascii[at] as string) ? 2 : 1
    if (bytes + cost > most) {
      pieces.push(ascii.slice(start, at))
      start = at
      bytes = 0
    }
    bytes += cost
  }
  pieces.push(ascii.slice(start))
  return pieces
}

/** What of a text takes two bytes in JSON; M3 lets no other control character pass than the tab. */
const ESCAPED: ReadonlySet<string> = new Set(['"', '\\', '\t'])
