/** What can be typed into the message box. */

import { Commands, TAKES } from '../typed-commands.js'

export type BoxKind = 'rename' | 'join' | 'leave' | 'private' | 'public' | 'channels'

export const BOX_COMMANDS = new Commands<BoxKind>([
  { kind: 'rename', words: ['rename'], form: 'NAME', takes: TAKES.word, meaning: 'be called NAME' },
  { kind: 'join', words: ['join'], form: 'CHANNEL', takes: TAKES.word, meaning: 'go to that channel' },
  { kind: 'leave', words: ['leave'], form: '', takes: TAKES.nothing, meaning: 'back to general' },
  { kind: 'private', words: ['private'], form: '', takes: TAKES.nothing, meaning: 'hide your channel' },
  { kind: 'public', words: ['public'], form: '', takes: TAKES.nothing, meaning: 'show your channel again' },
  { kind: 'channels', words: ['channels'], form: '', takes: TAKES.nothing, meaning: 'which there are' },
  { kind: 'list', words: ['list', 'who'], form: '', takes: TAKES.nothing, meaning: 'who was seen here' },
  {
    kind: 'quit',
    words: ['quit', 'exit'],
    form: '',
    takes: TAKES.nothing,
    meaning: 'leave; so do @exit, Ctrl-C and Ctrl-D',
  },
])
