/**
 * How many connections this process can hold. Above its file descriptor limit Node accepts connections and
 * closes them without a word, so the relay has to know the limit and stay below it.
 */

import { readFileSync } from 'node:fs'

/** Descriptors for listeners, log files, the ops endpoint, and refusals that are under way. */
const RESERVED_DESCRIPTORS = 256
/** Where the limit cannot be read: what the systems that hide it are known to allow. */
const UNKNOWN_LIMIT = 8192

export function connectionLimit(): number {
  const limit = openFilesLimit()
  return Math.max(limit - RESERVED_DESCRIPTORS, Math.floor(limit / 4))
}

function openFilesLimit(): number {
  try {
    // Node raises its soft limit to the hard one when it starts.
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return line?.[1] === undefined ? UNKNOWN_LIMIT : line[1] === 'unlimited' ? 10_000_000 : Number(line[1])
  } catch {
    return UNKNOWN_LIMIT
  }
}
