/** Reads a line that somebody typed: a command, a mistake in one, or something to say. */

/** What a typed line asks for. A room that is not named is ''. */
export type TypedLine =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'direct'; readonly name: string; readonly text: string }
  | { readonly kind: 'join' | 'leave' | 'members'; readonly room: string }
  | { readonly kind: 'rooms' | 'help' | 'quit' }
  /** A command that lacks something or has too much, or that there is not. Nothing is sent. */
  | { readonly kind: 'mistake'; readonly words: string }

/** How the commands are written, for people. */
export const COMMAND_WORDS = '/join ROOM, /leave [ROOM], /rooms, /members [ROOM], /direct NAME TEXT, /quit'

const COMMAND = /^\/([a-z]*)(?:\s+(.*))?$/isu
const NAME_AND_TEXT = /^(\S+)\s+(.+)$/su

/** What begins with a slash is a command; `//x` says `/x`. */
export function readTypedLine(line: string): TypedLine {
  if (line.startsWith('//')) return { kind: 'say', text: line.slice(1) }
  if (line.trim() === '@exit') return { kind: 'quit' }
  const [whole, name = '', rest = ''] = COMMAND.exec(line.trimEnd()) ?? []
  if (whole === undefined) {
    return line.startsWith('/') ? unknown(line) : { kind: 'say', text: line }
  }
  switch (name.toLowerCase()) {
    case 'join':
      return /^\S+$/u.test(rest) ? { kind: 'join', room: rest } : usage('/join ROOM')
    case 'leave':
      return /^\S*$/u.test(rest) ? { kind: 'leave', room: rest } : usage('/leave [ROOM]')
    case 'members':
      return /^\S*$/u.test(rest) ? { kind: 'members', room: rest } : usage('/members [ROOM]')
    case 'direct': {
      const [, to, text] = NAME_AND_TEXT.exec(rest) ?? []
      if (to === undefined || text === undefined) return usage('/direct NAME TEXT')
      return { kind: 'direct', name: to, text }
    }
    case 'rooms':
    case 'help':
    case 'quit':
      return rest === '' ? { kind: name.toLowerCase() as 'rooms' | 'help' | 'quit' } : usage(`/${name}`)
    default:
      return unknown(line)
  }
}

function usage(form: string): TypedLine {
  return { kind: 'mistake', words: `Like this: ${form}` }
}

function unknown(line: string): TypedLine {
  const word = line.split(/\s/u)[0] as string
  return { kind: 'mistake', words: `There is no ${word}. There are: ${COMMAND_WORDS}` }
}
