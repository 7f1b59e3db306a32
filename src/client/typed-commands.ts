/**
 * Reads what somebody typed into any of our clients: a text, something for one person, or a command. What is common to
 * all clients is here; a dialect names the commands that only it has, or that mean more in it.
 */

/** What every client understands. */
export type CommonKind = 'direct' | 'list' | 'say' | 'help' | 'quit'

/** One command, as a row of the help. */
export interface CommandRow<Kind extends string> {
  readonly kind: Kind
  /** What it is called, without the slash and in lower case. */
  readonly words: readonly string[]
  /** What goes behind it, for people; '' for nothing. */
  readonly form: string
  /** What may stand there, without white space around it: see `TAKES`. */
  readonly takes: RegExp
  readonly meaning: string
}

/** A line that asks for something; `word` and `text` are '' where there is none. */
export interface TypedCommand<Kind extends string> {
  readonly kind: Kind | CommonKind
  /** Whatever is one word: a name, a room. */
  readonly word: string
  readonly text: string
}

/** What a line asks for. Of a mistake nothing is sent, and its words say what was wrong. */
export type Typed<Kind extends string = never> =
  | TypedCommand<Kind>
  | { readonly kind: 'nothing' }
  | { readonly kind: 'mistake'; readonly words: string }

/** What commands may take. The groups become the `word` and the `text` of a `TypedCommand`. */
export const TAKES = {
  nothing: /^$/,
  word: /^(?<word>\S+)$/u,
  wordOrNothing: /^(?<word>\S*)$/u,
  text: /^(?<text>.+)$/su,
  wordAndText: /^(?<word>\S+)\s+(?<text>.+)$/su,
} as const

const COMMON: readonly CommandRow<CommonKind>[] = [
  {
    kind: 'direct',
    words: ['direct'],
    form: 'NAME TEXT',
    takes: TAKES.wordAndText,
    meaning: 'to that person alone; @NAME TEXT is the same',
  },
  { kind: 'list', words: ['list', 'who'], form: '', takes: TAKES.nothing, meaning: 'who is here' },
  {
    kind: 'say',
    words: ['say'],
    form: 'TEXT',
    takes: TAKES.text,
    meaning: 'TEXT as it is, whatever it begins with; //TEXT says /TEXT',
  },
  { kind: 'help', words: ['help'], form: '', takes: TAKES.nothing, meaning: 'what can be typed' },
  {
    kind: 'quit',
    words: ['quit', 'exit'],
    form: '',
    takes: TAKES.nothing,
    meaning: 'leave; so do @exit and the end of input',
  },
]

/** These may stand behind an `@` too, alone in their line, where a name without a text would ask for nothing. */
const ALSO_WITH_AT: ReadonlySet<string> = new Set<CommonKind>(['list', 'help', 'quit'])

const COMMAND = /^\/(\S*)(?:\s(.*))?$/su
const ADDRESSED = /^@(\S+)\s+(\S.*)$/su
/** Of a word that is repeated. */
const MOST_SHOWN = 40

/** The commands of one client. */
export class Commands<Kind extends string = never> {
  /** What can be typed, for people: one row for each command. */
  readonly help: readonly string[]
  readonly #byWord: ReadonlyMap<string, CommandRow<Kind | CommonKind>>

  /** @param own what only this client has; a row of a common kind stands in place of the common one */
  constructor(own: readonly CommandRow<Kind | CommonKind>[] = []) {
    const replaced = new Set<string>(own.map(({ kind }) => kind))
    const common = COMMON.filter(({ kind }) => !replaced.has(kind))
    const rows: readonly CommandRow<Kind | CommonKind>[] = [...own, ...common]
    this.#byWord = new Map(rows.flatMap((row) => row.words.map((word) => [word, row] as const)))
    this.help = rows.map((row) => `${formOf(row)}${alsoCalled(row)}: ${row.meaning}`)
  }

  /** Reads one line without its end. What begins with neither `/` nor `@` is said as it is. */
  read(line: string): Typed<Kind> {
    if (line.trim() === '') return { kind: 'nothing' }
    if (line.startsWith('//')) return said(line.slice(1))
    if (line.startsWith('/')) return this.#command(line)
    return line.startsWith('@') ? this.#addressed(line.trim()) : said(line)
  }

  #command(line: string): Typed<Kind> {
    const [, word = '', rest = ''] = COMMAND.exec(line) ?? []
    const row = this.#byWord.get(word.toLowerCase())
    if (row === undefined) {
      const shown = word.length > MOST_SHOWN ? `${word.slice(0, MOST_SHOWN)}...` : word
      return mistake(`There is no /${shown}; //${shown} says it. /help says more.`)
    }
    // What scripts put `/say ` in front of may begin with spaces, or be blank.
    if (row.kind === 'say') return rest.trim() === '' ? { kind: 'nothing' } : said(rest)
    const taken = row.takes.exec(rest.trim())
    if (taken === null) return mistake(`Like this: ${formOf(row)}`)
    return { kind: row.kind, word: taken.groups?.word ?? '', text: taken.groups?.text ?? '' }
  }

  #addressed(line: string): Typed<Kind> {
    const [, word, text] = ADDRESSED.exec(line) ?? []
    if (word !== undefined && text !== undefined) return { kind: 'direct', word, text }
    const row = this.#byWord.get(line.slice(1).toLowerCase())
    if (row !== undefined && ALSO_WITH_AT.has(row.kind)) return { kind: row.kind, word: '', text: '' }
    return mistake('To one person it is @NAME TEXT. With /say in front, all read it.')
  }
}

function said(text: string): TypedCommand<never> {
  return { kind: 'say', word: '', text }
}

function mistake(words: string): Typed {
  return { kind: 'mistake', words }
}

function formOf({ words: [word], form }: CommandRow<string>): string {
  return form === '' ? `/${word}` : `/${word} ${form}`
}

function alsoCalled({ words }: CommandRow<string>): string {
  return words
    .slice(1)
    .map((word) => `, /${word}`)
    .join('')
}
