/**
 * The one clock of the load generator: CLOCK_MONOTONIC in microseconds, the same in every process of a
 * machine, so that a time stamped in one can be subtracted in another.
 */

const originUs = anchorUs()

/**
 * Now, in microseconds with a fraction. `performance.now()` because `process.hrtime()` allocates its answer
 * for every chunk received, anchored to it because it counts from each process's own start.
 */
export function monotonicUs(): number {
  return originUs + performance.now() * 1000
}

/** Of several anchors the smallest: what comes between the two readings only ever adds. */
function anchorUs(): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 50; round++) {
    const relativeUs = performance.now() * 1000
    const [seconds, nanoseconds] = process.hrtime()
    best = Math.min(best, seconds * 1e6 + nanoseconds / 1e3 - relativeUs)
  }
  return best
}
