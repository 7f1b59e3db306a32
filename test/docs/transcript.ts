/**
 * Reads the transcripts of the documentation: fenced blocks that say, byte by byte, what clients send and what the relay
 * sends. What a line may be is in docs/protocol/README.md. Runs nothing.
 */

/** Bytes as they are, or a run of bytes under a name: `{id}`. */
export type Token = { readonly bytes: Buffer } | { readonly capture: string }

export type Action =
  | { readonly kind: 'connect' | 'close' | 'closed' | 'nothing' }
  | { readonly kind: 'sends' | 'gets'; readonly tokens: readonly Token[] }

export interface Step {
  readonly line: number
  /** As the page has it. */
  readonly text: string
  readonly who: string
  /** Where it is not the block's own. */
  readonly dialect: string | null
  readonly action: Action
}

export interface Transcript {
  readonly file: string
  /** Of the line that opens the block, from 1. */
  readonly line: number
  readonly dialect: string
  /** The query of the listener's URL. */
  readonly query: string
  /** Whether names need a password on this relay. */
  readonly access: string
  readonly steps: readonly Step[]
}

/** What cannot be read, with its file and line. */
export class TranscriptError extends Error {}

/** Of the relay, and not of the listener. */
const ACCESS = 'access='
const FENCE = /^(\s*)(`{3,}|~{3,})(.*)$/
const LINE = /^(?<who>[A-Za-z][A-Za-z0-9]*)(?:@(?<dialect>[a-z-]+))? (?<way>[<>]) (?<rest>.+)$/
const TOKEN =
  /(?<hex>[0-9a-fA-F]{2})(?![^\s])|(?<text>"(?:[^"\\]|\\.)*")(?![^\s])|\{(?<capture>\w+)\}|(?<space>\s+)/y

/** All transcripts of a page, in order. @throws TranscriptError */
export function readTranscripts(file: string, page: string): Transcript[] {
  const found: Transcript[] = []
  let fence: string | null = null
  let block: { line: number; info: string; steps: Step[] } | null = null
  for (const [index, text] of page.split('\n').entries()) {
    const line = index + 1
    const [, , marks = '', info = ''] = FENCE.exec(text) ?? []
    if (fence === null) {
      if (marks === '') continue
      fence = marks
      if (/^transcript\b/.test(info.trim())) block = { line, info: info.trim(), steps: [] }
    } else if (marks.startsWith(fence) && info.trim() === '') {
      if (block !== null) found.push(finished(file, block))
      fence = block = null
    } else if (block !== null && text.trim() !== '' && !text.trim().startsWith('#')) {
      block.steps.push(readStep(file, line, text.trim()))
    }
  }
  if (block !== null) throw new TranscriptError(`${file}:${block.line}: the block has no end`)
  return found
}

function finished(file: string, block: { line: number; info: string; steps: Step[] }): Transcript {
  const { line, steps } = block
  const [, dialect, ...options] = block.info.split(/\s+/)
  const wrong = options.find((option) => !/^[a-z-]+=\S+$/.test(option))
  if (dialect === undefined) throw new TranscriptError(`${file}:${line}: which dialect?`)
  if (wrong !== undefined) throw new TranscriptError(`${file}:${line}: ${wrong} is not an option`)
  if (steps.length === 0) throw new TranscriptError(`${file}:${line}: nothing happens`)
  const access = options.find((option) => option.startsWith(ACCESS))
  const query = options.filter((option) => option !== access).join('&')
  return { file, line, dialect, query, access: access?.slice(ACCESS.length) ?? 'off', steps }
}

function readStep(file: string, line: number, text: string): Step {
  const fail = (words: string) => new TranscriptError(`${file}:${line}: ${words}: ${text}`)
  const { who, dialect, way, rest } = LINE.exec(text)?.groups ?? {}
  if (who === undefined || rest === undefined) throw fail('not a line of a transcript')
  const sends = way === '>'
  const step = { line, text, who, dialect: dialect ?? null }
  if (rest === (sends ? 'connect' : 'closed')) return { ...step, action: { kind: rest } }
  if (rest === (sends ? 'close' : 'nothing')) return { ...step, action: { kind: rest } }
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < rest.length) {
    const at = TOKEN.lastIndex
    const groups = TOKEN.exec(rest)?.groups
    if (groups === undefined) throw fail(`not bytes: ${rest.slice(at)}`)
    if (groups.hex !== undefined) tokens.push({ bytes: Buffer.from(groups.hex, 'hex') })
    if (groups.text !== undefined) tokens.push({ bytes: Buffer.from(parseText(groups.text, fail)) })
    if (groups.capture !== undefined) tokens.push({ capture: groups.capture })
  }
  return { ...step, action: { kind: sends ? 'sends' : 'gets', tokens } }
}

function parseText(json: string, fail: (words: string) => Error): string {
  try {
    return JSON.parse(json) as string
  } catch {
    throw fail(`not a JSON string: ${json}`)
  }
}

/** Bytes as transcripts have them. */
export function shownTokens(bytes: Uint8Array): string {
  const words: string[] = []
  // Runs of printable ASCII and of what is not; two or fewer printable ones between others are likely numbers.
  for (const [run] of Buffer.from(bytes)
    .toString('latin1')
    .matchAll(/[\x20-\x7e\n]{3,}|./gs)) {
    words.push(run.length > 1 ? JSON.stringify(run) : Buffer.from(run, 'latin1').toString('hex'))
  }
  return words.join(' ')
}
