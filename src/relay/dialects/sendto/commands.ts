/**
 * The commands as people type them, one a line, parameters separated by a space. The client reads its input with
 * this and line mode (S8) what comes from the network, so that both complain about the same things.
 */

import { MAX_NAME_BYTES } from './layout.js'

/** What a line asks for. */
export type Command =
  | { readonly kind: 'login'; readonly name: string; readonly secret: string | null }
  | { readonly kind: 'list' }
  | { readonly kind: 'sendto'; readonly name: string; readonly text: string }
  | { readonly kind: 'logout' }
  | { readonly kind: 'exit' }
  /** Nothing is to be done but to say this. */
  | { readonly kind: 'wrong'; readonly words: string }

/** Every word that an answer can be. */
export const WORDS = {
  success: 'Success',
  failure: 'Failure',
  malformed: 'Malformed packet',
  badUsername: 'Bad username',
  badMessage: 'Bad message',
  invalidCommand: 'Invalid command',
  exit: 'EXIT',
} as const

const BAD_USERNAME: Command = { kind: 'wrong', words: WORDS.badUsername }
const INVALID_COMMAND: Command = { kind: 'wrong', words: WORDS.invalidCommand }

/**
 * Reads one line without its end. How long the text may be is for the caller to say, who knows its encoding.
 * @param takesSecrets whether a password or a token may be behind a name
 */
export function parseCommand(line: string, takesSecrets = false): Command {
  const [word, rest] = parted(line)
  switch (word) {
    case 'login': {
      const [name, secret] = takesSecrets ? parted(rest ?? '') : [rest ?? '', null]
      return name.includes(' ') || !fits(name) ? BAD_USERNAME : { kind: 'login', name, secret }
    }
    case 'sendto': {
      const [name, text] = parted(rest ?? '')
      return text === null || text === '' || !fits(name) ? BAD_USERNAME : { kind: 'sendto', name, text }
    }
    case 'list':
    case 'logout':
    case 'exit':
      return rest === null ? { kind: word } : INVALID_COMMAND
    default:
      return INVALID_COMMAND
  }
}

/** What is before and behind the first space; `null` behind it where there is none. */
function parted(text: string): [before: string, behind: string | null] {
  const space = text.indexOf(' ')
  return space === -1 ? [text, null] : [text.slice(0, space), text.slice(space + 1)]
}

function fits(name: string): boolean {
  return name !== '' && name.length <= MAX_NAME_BYTES
}
