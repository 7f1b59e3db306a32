/** What can be typed into the client of json-irc. */

import { Commands, TAKES } from '../typed-commands.js'

/** A room that is not named is ''. */
export type RoomsKind = 'join' | 'leave' | 'rooms'

export const ROOMS_COMMANDS = new Commands<RoomsKind>([
  { kind: 'join', words: ['join'], form: 'ROOM', takes: TAKES.word, meaning: 'join, or turn to, a room' },
  {
    kind: 'leave',
    words: ['leave'],
    form: '[ROOM]',
    takes: TAKES.wordOrNothing,
    meaning: 'leave the current room, or that one',
  },
  { kind: 'rooms', words: ['rooms'], form: '', takes: TAKES.nothing, meaning: 'which rooms there are' },
  {
    kind: 'list',
    words: ['list', 'who', 'members'],
    form: '[ROOM]',
    takes: TAKES.wordOrNothing,
    meaning: 'who is in the current room, or in that one; without a room, on the relay',
  },
])
