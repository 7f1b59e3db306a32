/** The chatroom wire as the kit writes and reads it: lines, of which some are status lines and some carry JSON. */

/** A request line may be so long, without its end. */
export const MAX_LINE_BYTES = 8192
/** And one that acknowledges, which repeats what somebody of another dialect may have said. */
export const MAX_RECEIPT_BYTES = MAX_LINE_BYTES + 6 * 65_536

const LF = 0x0a
const RECEIPT = 'RECEIVED '

/** How long the line with which `received` begins may be, without its end. */
export function maxLineBytes(received: Buffer): number {
  const isReceipt = received.toString('latin1', 0, RECEIPT.length) === RECEIPT
  return isReceipt ? MAX_RECEIPT_BYTES : MAX_LINE_BYTES
}

/** How long the first line of `received` is with its end; 0 when it is not all there. */
export function wholeLine(received: Buffer): number {
  return received.indexOf(LF) + 1
}

/** A line without its LF or CRLF. */
export function lineOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r?\n$/, '')
}

export function isStatusLine(line: string): boolean {
  return /^\d/.test(line)
}

/** The JSON behind `verb`, or of a line without a verb for ''; null when the line is something else. */
export function fieldsOf(verb: string, line: string): Readonly<Record<string, unknown>> | null {
  const prefix = verb === '' ? '' : `${verb} `
  if (!line.startsWith(`${prefix}{`)) return null
  try {
    return JSON.parse(line.slice(prefix.length))
  } catch {
    return null
  }
}

/** Whether both have the same fields with the same plain values, in any order. */
export function sameFields(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  )
}

/** The four fields of a SEND. */
export interface Said {
  readonly sender: string
  readonly header: string
  readonly timestamp: string
  readonly message: string
}

/** `h:mm am` or `h:mm pm`. */
export const TIME_OF_DAY = /^(1[0-2]|[1-9]):[0-5]\d [ap]m$/

export const OK = '200 OK'
export const BYE = '200 BYE'
export const SENT = '200 SENT'
export const UPDATED = '200 MESSAGE UPDATED'
export const STATUS_UPDATED = '200 USERSTATUS UPDATED'
export const NO_HEADER = '300 NO HEADER FOUND'
export const INVALID_NAME = '400 INVALID USERNAME'
export const NO_SUCH_USER = '400 CANNOT FIND USER'
export const MESSAGE_FAILED = '400 MESSAGE FAILED'
export const EDIT_FAILED = '400 EDIT FAILED'
export const SERVER_ERROR = '500 SERVER ERROR'

/** C11: the fields of BLOCKED. */
export function blockedBy(username: string) {
  return { username, message: `${username} has blocked you.` }
}
