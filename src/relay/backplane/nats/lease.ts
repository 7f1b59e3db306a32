/**
 * What is written of a node's lease: its incarnation, and when it is over, that it is; so that whoever has the node's id next knows what to
 * come after.
 *
 * An incarnation is the time at which it began, on the node's own clock, or one more than the one before. As text it sorts as it does as a number.
 */

const DIGITS = 9
const ENDED = 'ended '

/** Behind `before`, whatever the clock says. */
export function incarnationAfter(before: string | null, nowMs: number): string {
  const least = before === null ? 0 : Number.parseInt(before, 36) + 1
  return Math.max(least || 0, nowMs)
    .toString(36)
    .padStart(DIGITS, '0')
}

/** A lease that is over. */
export function ended(incarnation: string): string {
  return `${ENDED}${incarnation}`
}

export interface Lease {
  readonly incarnation: string
  readonly isOver: boolean
}

export function parseLease(value: string): Lease {
  const isOver = value.startsWith(ENDED)
  return { incarnation: isOver ? value.slice(ENDED.length) : value, isOver }
}
