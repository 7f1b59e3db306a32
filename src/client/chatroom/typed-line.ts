/** What somebody typed, as a request: a text to everyone, to some, or a command. */

import { Commands, TAKES, type TypedCommand } from '../typed-commands.js'

export type Typed =
  | { readonly kind: 'say'; readonly header: string; readonly text: string }
  /** `number` counts one's own messages; `null` for the last one. */
  | { readonly kind: 'edit'; readonly number: number | null; readonly text: string }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'block' | 'unblock'; readonly name: string }
  | { readonly kind: 'join'; readonly room: string }
  | { readonly kind: 'rooms' | 'list' | 'help' | 'nothing' }
  | { readonly kind: 'quit' }
  /** What was wrong, in words. */
  | { readonly kind: 'mistake'; readonly words: string }

type OwnKind = 'edit' | 'status' | 'block' | 'unblock' | 'join' | 'rooms'

/** Of a person; an `@` alone is none. */
const NAME = /^(?!@$)(?<word>\S+)$/u

export const CHATROOM_COMMANDS = new Commands<OwnKind>([
  {
    kind: 'direct',
    words: ['direct'],
    form: 'NAME TEXT',
    takes: TAKES.wordAndText,
    meaning: 'to that person alone; so is @NAME TEXT, and @NAME @NAME TEXT for both',
  },
  {
    kind: 'edit',
    words: ['edit'],
    form: 'TEXT',
    takes: /^(?:#(?<word>\d{1,9})\s+)?(?<text>.+)$/su,
    meaning: 'change your last message; /edit #2 TEXT your second',
  },
  {
    kind: 'status',
    words: ['status'],
    form: 'STATUS',
    takes: TAKES.wordOrNothing,
    meaning: 'be online, offline or busy',
  },
  { kind: 'block', words: ['block'], form: 'NAME', takes: NAME, meaning: 'hear nothing of that person' },
  { kind: 'unblock', words: ['unblock'], form: 'NAME', takes: NAME, meaning: 'hear that person again' },
  { kind: 'join', words: ['join'], form: 'ROOM', takes: TAKES.word, meaning: 'go to that room' },
  { kind: 'rooms', words: ['rooms'], form: '', takes: TAKES.nothing, meaning: 'which rooms there are' },
  {
    kind: 'quit',
    words: ['quit', 'exit', 'leave'],
    form: '',
    takes: TAKES.nothing,
    meaning: 'leave; so do @exit and the end of input',
  },
])

const STATUS_WORDS: ReadonlyMap<string, string> = new Map([
  ['online', 'ONLINE'],
  ['offline', 'OFFLINE'],
  ['busy', 'DO_NOT_DISTURB'],
])

const ONE_MORE_NAME = /^@(\S+)(?:\s+(\S.*))?$/su

export function readTyped(line: string): Typed {
  const typed = CHATROOM_COMMANDS.read(line)
  switch (typed.kind) {
    case 'say':
      return { kind: 'say', header: '@everyone', text: typed.text }
    case 'direct':
      return addressed(typed)
    case 'edit':
      return { kind: 'edit', number: typed.word === '' ? null : Number(typed.word), text: typed.text }
    case 'status': {
      const status = STATUS_WORDS.get(typed.word === '' ? 'online' : typed.word.toLowerCase())
      if (status === undefined) return { kind: 'mistake', words: 'A status is online, offline or busy.' }
      return { kind: 'status', status }
    }
    case 'block':
    case 'unblock':
      return { kind: typed.kind, name: typed.word }
    case 'join':
      return { kind: 'join', room: typed.word }
    case 'mistake':
      return typed
    default:
      return { kind: typed.kind }
  }
}

/** C4: names in front of the text are more receivers. */
function addressed({ word, text }: TypedCommand<OwnKind>): Typed {
  const names = [word]
  let rest = text
  for (let more = ONE_MORE_NAME.exec(rest); more !== null; more = ONE_MORE_NAME.exec(rest)) {
    // Names alone say nothing; the last of them is no text.
    if (more[2] === undefined) return { kind: 'mistake', words: 'Like this: @NAME @NAME TEXT' }
    names.push(more[1] as string)
    rest = more[2]
  }
  return { kind: 'say', header: names.map((name) => `@${name}`).join(' '), text: rest }
}
