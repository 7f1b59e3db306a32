/**
 * The file of bans: a line for each, in fields between spaces. Owns its form, that all mistakes in it are told at once with
 * their lines, and that whoever reads it sees it whole.
 *
 *     # People who were asked to leave.
 *     203.0.113.7
 *     2001:db8:5::/48   2026-12-01T00:00:00Z   spam from a whole rack
 *     name:Mallory      -                      calls herself the administrator
 *
 * First who: an address, a network, or `name:` and a name; then until when in UTC, or `-` for good; then why, to the end of
 * the line. All but the first may be left out. Lines that are empty or begin with `#` are kept as they are.
 */

import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { EXPECTED_NETWORK, networkText, parseNetwork } from '../addresses/network.js'
import { isName } from '../hub/text.js'
import { oneLine, quoted, shown } from '../streams/printable.js'

/** One entry. */
export interface Ban {
  /** An address or a network as `networkText` writes it, or `name:` and a name. */
  readonly subject: string
  /** Milliseconds since 1970; `null` for good. */
  readonly untilMs: number | null
  /** Why, for those who run the relay; `''` where nobody said. */
  readonly reason: string
}

/** A line as it is written; `ban` is `null` for one that is empty or a comment. */
export interface BanLine {
  readonly text: string
  readonly ban: Ban | null
}

/** The file cannot be used. */
export class BanFileError extends Error {
  readonly code = 'ERR_BAN_FILE'
  /** One for each mistake, with the file, the line and what was expected. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'BanFileError'
    this.problems = problems
  }
}

export const NAME_PREFIX = 'name:'

const MAX_FILE_BYTES = 16 * 1024 * 1024
/** Of a file that is something else altogether, this is enough. */
const MAX_PROBLEMS = 20
const FOR_GOOD = '-'
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/
const EXPECTED_TIME = 'a time in UTC such as 2026-12-01T00:00:00Z, or - for good'

/** @throws BanFileError with all mistakes, or with what the system says */
export function readBanFile(path: string): BanLine[] {
  const problems: string[] = []
  const lineNumbers = new Map<string, number>()
  const whole = textOf(path).replace(/\r?\n$/, '')
  const lines = (whole === '' ? [] : whole.split(/\r?\n/)).map((text, index): BanLine => {
    if (text.trim() === '' || text.startsWith('#')) return { text, ban: null }
    const ban = readLine(text)
    let problem = typeof ban === 'string' ? ban : null
    if (typeof ban !== 'string') {
      const first = lineNumbers.get(ban.subject)
      if (first === undefined) lineNumbers.set(ban.subject, index + 1)
      else problem = `${quoted(ban.subject)}: expected once: line ${first} has it already`
    }
    if (problem !== null) problems.push(`${shown(path)}: line ${index + 1}: ${problem}`)
    return { text, ban: typeof ban === 'string' ? null : ban }
  })
  if (problems.length > MAX_PROBLEMS) {
    const more = problems.splice(MAX_PROBLEMS).length
    problems.push(`${shown(path)}: and ${more} more lines like these`)
  }
  if (problems.length > 0) throw new BanFileError(problems)
  return lines
}

/** Whoever reads the file sees all of it, before or after. @throws BanFileError with what the system says */
export function writeBanFile(path: string, lines: readonly BanLine[]): void {
  const text = lines.map((line) => `${line.text}\n`).join('')
  try {
    // A link stays one, and what it leads to is replaced.
    const target = realpathSync(path)
    replace(target, `${target}.${process.pid}`, text, statSync(target).mode & 0o777)
  } catch (error) {
    throw systemError(path, error)
  }
}

/** @param draft is there meanwhile, and an old one of that name is removed */
function replace(target: string, draft: string, text: string, mode: number): void {
  rmSync(draft, { force: true })
  try {
    writeFileSync(draft, text, { flag: 'wx', mode })
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** As it is written into the file. */
export function lineOf({ subject, untilMs, reason }: Ban): string {
  const until = untilMs === null ? FOR_GOOD : new Date(untilMs).toISOString()
  const why = oneLine(reason).trim()
  if (why !== '') return `${subject} ${until} ${why}`
  return untilMs === null ? subject : `${subject} ${until}`
}

/** @returns what is wrong with it, where something is */
function readLine(text: string): Ban | string {
  const [who = '', until = FOR_GOOD] = text.trim().split(/\s+/, 2)
  const reason = text.trim().replace(/^\S+(?:\s+\S+)?\s*/, '')
  const subject = readSubject(who)
  if (subject === null) return `${quoted(who)}: expected ${EXPECTED_NETWORK}, or name: and a name`
  if (until === FOR_GOOD) return { subject, untilMs: null, reason }
  const untilMs = TIME.test(until) ? Date.parse(until) : Number.NaN
  // There are dates that are read as others: the 31st of February.
  const isDate = !Number.isNaN(untilMs) && new Date(untilMs).toISOString().startsWith(until.slice(0, 10))
  return isDate ? { subject, untilMs, reason } : `${quoted(until)}: expected ${EXPECTED_TIME}`
}

function readSubject(who: string): string | null {
  if (who.startsWith(NAME_PREFIX)) return isName(who.slice(NAME_PREFIX.length)) ? who : null
  const network = parseNetwork(who)
  return network === null ? null : networkText(network)
}

function textOf(path: string): string {
  try {
    const stats = statSync(path)
    // Reading from anything else might wait for ever.
    if (!stats.isFile()) throw new Error('expected a file')
    const { size } = stats
    if (size > MAX_FILE_BYTES) throw new Error(`${size} bytes: expected no more than ${MAX_FILE_BYTES}`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw systemError(path, error)
  }
}

function systemError(path: string, error: unknown): BanFileError {
  const { code, message } = error as NodeJS.ErrnoException
  const words = code === 'ENOENT' ? 'there is no such file: an empty one will do' : message
  return new BanFileError([`${shown(path)}: ${words}`])
}
