/**
 * What a piece of work allocates, in bytes, on the heap and in array buffers: measured over one run between
 * two collections, so that nothing has been taken back. Needs `--expose-gc` and a young generation that one
 * run does not fill (`--max-semi-space-size=64`).
 */

const ROUNDS = 15

/** @returns the least of several rounds, less what measuring allocates by itself */
export function allocatedBytes(work: () => void): number {
  return Math.max(0, leastGrowthBytes(work) - leastGrowthBytes(() => {}))
}

function leastGrowthBytes(work: () => void): number {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('run with --expose-gc to see what is allocated')
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    gc()
    const before = usedBytes()
    work()
    const growth = usedBytes() - before
    if (growth >= 0) least = Math.min(least, growth)
  }
  return least
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
