/**
 * One record of a log file, read from its line. Owns what is a record at all: one JSON object with a time and an event. Which fields it has
 * besides is not looked at: a later version may have written it.
 */

export interface LogRecord {
  /** ISO 8601 in UTC with milliseconds, so that records sort by it. */
  readonly time: string
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
  /** As it is in the file, without its line feed. */
  readonly line: string
}

/** How the relay begins a line: what has another time can be passed over without parsing it. */
const BEGINNING = '{"time":"'
const TIME_LENGTH = '2026-01-31T23:59:59.999Z'.length
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** The time of a line, where it is where the relay writes it. */
export function timeOfLine(line: string): string | null {
  if (!line.startsWith(BEGINNING)) return null
  const time = line.slice(BEGINNING.length, BEGINNING.length + TIME_LENGTH)
  return TIME.test(time) ? time : null
}

/** `null` for what is no record. */
export function parseRecord(line: string): LogRecord | null {
  let fields: unknown
  try {
    fields = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof fields !== 'object' || fields === null) return null
  const { time, event } = fields as Record<string, unknown>
  if (typeof time !== 'string' || typeof event !== 'string') return null
  const atMs = Date.parse(time)
  const sortable = TIME.test(time) && !Number.isNaN(atMs) ? time : isoTime(atMs)
  if (sortable === null) return null
  return { time: sortable, event, fields: fields as Record<string, unknown>, line }
}

/** `null` for what is no time, or none that four digits have a year for. */
export function isoTime(atMs: number): string | null {
  if (Number.isNaN(atMs) || Math.abs(atMs) > 8.64e15) return null
  const time = new Date(atMs).toISOString()
  return TIME.test(time) ? time : null
}
