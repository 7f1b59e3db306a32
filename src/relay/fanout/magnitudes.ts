/**
 * A histogram that the hot path can afford: one array increment a value, in buckets that double. Metrics read it
 * when they are asked for.
 */

/** Bucket `i` holds whole numbers up to and including 2^i; the last one everything above. */
const BUCKETS = 32
/** More does not fit the 32 bits that `clz32` counts in. */
const MOST = 2 ** (BUCKETS - 1)

export class Magnitudes {
  readonly counts: Float64Array = new Float64Array(BUCKETS)
  sum = 0

  /** @param value a whole number, 0 or more @param times how often it was */
  add(value: number, times = 1): void {
    const bucket = value <= 1 ? 0 : value > MOST ? BUCKETS - 1 : 32 - Math.clz32(value - 1)
    this.counts[bucket] = (this.counts[bucket] as number) + times
    this.sum += value * times
  }
}

/**
 * The value that so much of all is up to. Right within a factor of two, because buckets double; within one, what is in it is
 * taken to be spread evenly.
 * @param counts as `Magnitudes.counts`, or what they have grown by
 * @param share from 0 to 1
 * @returns `null` where there is nothing
 */
export function quantileOf(counts: readonly number[] | Float64Array, share: number): number | null {
  let total = 0
  for (const count of counts) total += count
  if (total === 0) return null
  let below = 0
  for (const [index, count] of counts.entries()) {
    if (count === 0 || below + count < share * total) {
      below += count
      continue
    }
    const [low, high] = [index === 0 ? 0 : 2 ** (index - 1), 2 ** index]
    return low + ((high - low) * (share * total - below)) / count
  }
  return null
}
