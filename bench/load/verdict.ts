/** What several pairs of runs say together: slower, faster, the same, or nothing clear. */

export type Verdict = 'SLOWER' | 'faster' | 'same' | 'unclear'

/** So many of the pairs have to point the way of their median: five tosses of a coin do in one of three times. */
const AGREEING_SHARE = 0.8

/**
 * @param ratios this tree's to the other's, by pair
 * @returns unclear when the median is beyond the threshold and the pairs do not agree about even the direction
 */
export function verdictOn(ratios: readonly number[], thresholdShare: number): Verdict {
  const ratio = median(ratios)
  const agree = (inThatDirection: (one: number) => boolean) =>
    ratios.filter(inThatDirection).length >= AGREEING_SHARE * ratios.length
  if (ratio < 1 - thresholdShare) return agree((one) => one < 1) ? 'SLOWER' : 'unclear'
  if (ratio > 1 + thresholdShare) return agree((one) => one > 1) ? 'faster' : 'unclear'
  return 'same'
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
