/** What the objects of a relay look like on a line console. Says nothing where there is nothing to show. */

import type { LineStyle } from '../line-style.js'
import type { Fields } from './fields.js'

const ERROR = 'Error: '

/** J9: what was wrong, in words; `null` when the object is no error reply. */
export function errorOf({ nickname, message }: Fields): string | null {
  return nickname === '' && message.startsWith(ERROR) ? message.slice(ERROR.length) : null
}

/**
 * @param current the room whose name need not be said
 * @returns one styled line, made harmless for a terminal (M3)
 */
export function shownObject(
  { command, nickname, room, message }: Fields,
  current: string,
  style: LineStyle,
): string {
  switch (command) {
    case '/broadcast':
      return style.line(`${room === current ? '' : `${room}: `}[${nickname}] ${message}`)
    case '/direct':
      return style.direct(`[${nickname}] ${message}`)
    case '/join':
    case '/leaveRoom':
    case '/joinSuccess':
      // J3: a relay may answer /listRooms so.
      return room === '' ? style.line(`Rooms: ${names(message)}`) : style.line(`**${message}**`)
    case '/listRooms':
      return style.line(`Rooms: ${names(message)}`)
    case 'listMembers':
    case '/roomMembers':
      return style.line(`${room === '' ? 'On the relay' : `In ${room}`}: ${names(message)}`)
    default:
      return style.line(`${command} ${message}`)
  }
}

/** One a line on the wire; blank where there are none. */
function names(message: string): string {
  return message
    .split(/[\r\n]+/)
    .filter((name) => name !== '')
    .join(', ')
}
