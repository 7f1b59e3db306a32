/** What there is to know of a dialect to fuzz it: what is right there, and what may come back. Nothing of it comes from the relay's codec. */

/** One who was there, said what the input was, and has gone. */
export interface Visit {
  /** Which of the dialect's listeners. */
  readonly listener: number
  readonly sent: Buffer
  readonly received: Buffer
  /** The label of the reason with which it ended. */
  readonly reason: string
  /** Whether all that was sent was also taken: not where the relay ended it, or would not read on. */
  readonly isAllTaken: boolean
  /** What the framed witness was sent meanwhile. */
  readonly heard: Buffer
  /** Whether others have said something meanwhile. */
  readonly isDisturbed: boolean
}

export interface FuzzedDialect {
  readonly name: string
  /** The queries of its listeners, the first one without any. */
  readonly listeners: readonly string[]
  readonly seeds: readonly Buffer[]
  readonly words: readonly Buffer[]
  /** How much may be held of what one has begun and not completed, besides what is a chunk. */
  readonly mostHeldBytes: number
  /** Comes in, and into the default room where the dialect has rooms. */
  enter(name: string): Buffer
  /** To the default room; nothing where the dialect has none. */
  say(text: string): Buffer | null
  direct(to: string, text: string): Buffer
  /**
   * All that one was sent, read strictly.
   * @param sent what they had sent, where that decides how they are spoken to
   * @returns the kinds of what it was, in order
   * @throws at what the page does not define
   */
  read(received: Buffer, listener: number, sent: Buffer): string[]
  /** @throws where it is not what the page says of that input */
  check?(visit: Visit): void
  /** Puts in what only the relay can know, from what was received so far, such as the id of a message. */
  fill?(piece: Buffer, received: Buffer): Buffer
  /** Further places to cut at, so that `fill` knows. */
  cutsOf?(input: Buffer): number[]
}

/** Who is there all the time, by dialect. */
export const WITNESSES = {
  framed: 'Amy',
  chatroom: 'bob',
  'json-irc': 'Cyd',
  chatmaster: 'Dan',
  sendto: 'Eve',
} as const
export const WITNESS_NAMES: readonly string[] = Object.values(WITNESSES)

/** What an input comes in as, where it is right. */
export const VISITOR = 'Fay'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/

/** M3. @throws where something that no terminal should be sent is in it */
export function assertText(text: string): void {
  if (CONTROL.test(text) || /\p{Surrogate}/u.test(text))
    throw new Error(`a control character: ${JSON.stringify(text)}`)
}

/** The same of everything in a value from JSON. */
export function assertTexts(value: unknown): void {
  if (typeof value === 'string') assertText(value)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      assertText(key)
      assertTexts(one)
    }
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whole lines, without their ends. @throws where they are not whole, or not UTF-8 */
export function linesOf(bytes: Buffer): string[] {
  const lines = UTF8.decode(bytes).split('\n')
  const rest = lines.pop()
  if (rest !== '') throw new Error(`a line that does not end: ${JSON.stringify(rest)}`)
  return lines
}

export function words(...texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text))
}

/** Each kind with the one before it: what came in another order is another mark. */
export function marksOf(kinds: readonly string[], reason: string): string[] {
  const marks = new Set<string>()
  let before = 'first'
  for (const kind of kinds) {
    marks.add(`${before} then ${kind}`)
    before = kind
  }
  marks.add(`${before} then ends ${reason}`)
  return [...marks]
}
