/** Reads a line that somebody typed: a command, a mistake in one, or something to say. */

/** What a typed line asks for. */
export type TypedLine =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'direct'; readonly name: string; readonly text: string }
  | { readonly kind: 'rename'; readonly name: string }
  | { readonly kind: 'join'; readonly channel: string }
  | { readonly kind: 'command'; readonly command: 'leave' | 'private' | 'public' | 'channels' }
  | { readonly kind: 'quit' }
  /** A command that lacks something or has too much: how it is written. Nothing is sent. */
  | { readonly kind: 'mistake'; readonly usage: string }

/** How the commands are written, for people. */
export const COMMAND_WORDS = '/rename /join /leave /private /public /channels /direct /quit'

const NAMED = /^\/(\w+)(?:\s+(.*))?$/su
const ONE_WORD = /^\S+$/u
const NAME_AND_TEXT = /^(\S+)\s+(.*)$/su

type Reader = (rest: string) => TypedLine

const COMMANDS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['rename', (rest) => oneWord(rest, '/rename NAME', (name) => ({ kind: 'rename', name }))],
  ['join', (rest) => oneWord(rest, '/join CHANNEL', (channel) => ({ kind: 'join', channel }))],
  ['direct', direct],
  ['leave', (rest) => alone(rest, '/leave', { kind: 'command', command: 'leave' })],
  ['private', (rest) => alone(rest, '/private', { kind: 'command', command: 'private' })],
  ['public', (rest) => alone(rest, '/public', { kind: 'command', command: 'public' })],
  ['channels', (rest) => alone(rest, '/channels', { kind: 'command', command: 'channels' })],
  ['quit', (rest) => alone(rest, '/quit', { kind: 'quit' })],
])

/** Null for a blank line. What is no command is something to say; `//x` says `/x`, whatever follows. */
export function readTypedLine(line: string): TypedLine | null {
  if (line.trim() === '') return null
  if (line.startsWith('//')) return { kind: 'say', text: line.slice(1) }
  const [, name = '', rest = ''] = NAMED.exec(line.trimEnd()) ?? []
  return COMMANDS.get(name)?.(rest) ?? { kind: 'say', text: line }
}

function alone(rest: string, usage: string, line: TypedLine): TypedLine {
  return rest === '' ? line : { kind: 'mistake', usage }
}

function oneWord(rest: string, usage: string, line: (word: string) => TypedLine): TypedLine {
  return ONE_WORD.test(rest) ? line(rest) : { kind: 'mistake', usage }
}

function direct(rest: string): TypedLine {
  const [, name, text] = NAME_AND_TEXT.exec(rest) ?? []
  if (name === undefined || text === undefined) return { kind: 'mistake', usage: '/direct NAME TEXT' }
  return { kind: 'direct', name, text }
}
