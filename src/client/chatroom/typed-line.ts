/** What somebody typed, as a request: a text to everyone, to some, or a command. */

export type Typed =
  | { readonly kind: 'say'; readonly header: string; readonly text: string }
  /** `number` counts one's own messages; `null` for the last one. */
  | { readonly kind: 'edit'; readonly number: number | null; readonly text: string }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'block' | 'unblock'; readonly name: string }
  | { readonly kind: 'who' | 'leave' | 'help' | 'nothing' }
  /** What was wrong, in words. */
  | { readonly kind: 'wrong'; readonly words: string }

/** What `/help` and the help of the command say. */
export const COMMANDS: readonly (readonly [typed: string, meaning: string])[] = [
  ['@amy TEXT', 'to amy alone; @amy @bob TEXT to both'],
  ['/edit TEXT', 'change your last message; /edit #2 TEXT your second'],
  ['/who', 'who is here'],
  ['/status busy', 'online, offline or busy'],
  ['/block amy', 'hear nothing of amy; /unblock amy'],
  ['/leave', 'leave; so does the end of input'],
  ['//TEXT', 'say something that begins with /'],
]

const STATUS_WORDS: ReadonlyMap<string, string> = new Map([
  ['online', 'ONLINE'],
  ['offline', 'OFFLINE'],
  ['busy', 'DO_NOT_DISTURB'],
])

const ADDRESSED = /^((?:@\S+ +)+)(.*)$/u
const EDIT = /^(?:#(\d{1,9}) +)?(.*)$/u

export function readTyped(line: string): Typed {
  if (line.trim() === '') return { kind: 'nothing' }
  if (line.startsWith('//')) return { kind: 'say', header: '@everyone', text: line.slice(1) }
  if (line.startsWith('@')) {
    const addressed = ADDRESSED.exec(line)
    // Names alone say nothing; the last of them is no text.
    if (addressed === null || /^(@\S+ *)?$/u.test(addressed[2] as string))
      return { kind: 'wrong', words: 'A private message is a name and a text: @amy Hi' }
    return { kind: 'say', header: (addressed[1] as string).trim(), text: addressed[2] as string }
  }
  if (!line.startsWith('/')) return { kind: 'say', header: '@everyone', text: line }
  const [, command = '', rest = ''] = /^\/(\S*) *(.*)$/u.exec(line) ?? []
  return readCommand(command, rest.trim())
}

function readCommand(command: string, rest: string): Typed {
  switch (command) {
    case 'edit': {
      const [, number, text = ''] = EDIT.exec(rest) ?? []
      if (text === '') return { kind: 'wrong', words: 'What should it say? /edit TEXT' }
      return { kind: 'edit', number: number === undefined ? null : Number(number), text }
    }
    case 'status': {
      const status = STATUS_WORDS.get(rest === '' ? 'online' : rest.toLowerCase())
      if (status === undefined) return { kind: 'wrong', words: 'A status is online, offline or busy.' }
      return { kind: 'status', status }
    }
    case 'block':
    case 'unblock': {
      const name = rest
      if (name === '' || name === '@' || name.includes(' '))
        return { kind: 'wrong', words: `Whom? /${command} amy` }
      return { kind: command, name }
    }
    case 'who':
    case 'leave':
    case 'help':
      return { kind: command }
    default:
      return { kind: 'wrong', words: `There is no /${command}. /help says what there is.` }
  }
}
