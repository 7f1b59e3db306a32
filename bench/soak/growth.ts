/**
 * Whether something grows without end. Memory breathes, and is higher after a flood than before; what leaks is higher in the last
 * quarter of the time than in the second one, in the least that it came down to as well as in the middle.
 */

/** How something has gone over time. */
export interface Growth {
  /** In the second quarter of the time and in the last one: the least, and the median. */
  readonly early: { readonly least: number; readonly median: number }
  readonly late: { readonly least: number; readonly median: number }
  readonly most: number
}

/** Fewer in a quarter say nothing. */
const FEWEST = 3

/** @returns null for too short a time */
export function growthOf(values: readonly number[]): Growth | null {
  const quarter = Math.floor(values.length / 4)
  if (quarter < FEWEST) return null
  return {
    early: summed(values.slice(quarter, 2 * quarter)),
    late: summed(values.slice(-quarter)),
    most: Math.max(...values),
  }
}

/** How much more the later quarter has than the earlier one: the smaller of what the least and the median say. */
export function grownBy({ early, late }: Growth): number {
  return Math.min(late.least - early.least, late.median - early.median)
}

function summed(values: readonly number[]): { least: number; median: number } {
  const sorted = values.toSorted((a, b) => a - b)
  return { least: sorted[0] as number, median: sorted[sorted.length >> 1] as number }
}
