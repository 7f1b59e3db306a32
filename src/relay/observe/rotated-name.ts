/**
 * What a log file is called that was put aside: when, and as which of that millisecond.
 *
 *   chat-2026-01-31T23-59-59-999Z-1.log        as it was
 *   chat-2026-01-31T23-59-59-999Z-1.log.gz     compressed
 *   chat-2026-01-31T23-59-59-999Z-1.log.gz.part  being compressed: worth nothing
 */

export const COMPRESSED = '.gz'
export const UNFINISHED = '.gz.part'

/** A file that was put aside. */
export interface RotatedName {
  /** Such as `chat`. */
  readonly log: string
  /** When it was put aside, in milliseconds since 1970: nothing in it is later. */
  readonly rotatedMs: number
  /** From 1, for several of one millisecond. */
  readonly index: number
  /** The name before anything became of it: the same for each form. */
  readonly plain: string
  readonly form: 'plain' | 'compressed' | 'unfinished'
}

const NAME =
  /^(?<plain>(?<log>[a-z]+)-(?<date>\d{4}-\d\d-\d\d)T(?<h>\d\d)-(?<m>\d\d)-(?<s>\d\d)-(?<ms>\d{3})Z-(?<index>\d{1,2})\.log)(?<end>\.gz(?:\.part)?)?$/

const FORMS: Readonly<Record<string, RotatedName['form']>> = {
  [COMPRESSED]: 'compressed',
  [UNFINISHED]: 'unfinished',
}

/** @param index from 1, for several of one millisecond */
export function rotatedName(log: string, rotatedMs: number, index: number): string {
  const stamp = new Date(rotatedMs).toISOString().replace(/[:.]/g, '-')
  return `${log}-${stamp}-${index}.log`
}

/** `null` for a file of somebody else's. */
export function parseRotatedName(fileName: string): RotatedName | null {
  const parts = NAME.exec(fileName)?.groups
  if (parts === undefined) return null
  const { plain = '', log = '', date, h, m, s, ms, index, end = '' } = parts
  const rotatedMs = Date.parse(`${date}T${h}:${m}:${s}.${ms}Z`)
  if (Number.isNaN(rotatedMs)) return null
  return { log, rotatedMs, index: Number(index), plain, form: FORMS[end] ?? 'plain' }
}

/** For sorting: what was put aside earlier comes first. */
export function byRotation(a: RotatedName, b: RotatedName): number {
  return a.rotatedMs - b.rotatedMs || a.index - b.index
}
