/**
 * How many connections this process can hold. Above its file descriptor limit Node accepts connections and
 * closes them without a word, so the relay has to know the limit and stay below it.
 */

import { readFileSync } from 'node:fs'

/** Descriptors for listeners, log files, the ops endpoint, and refusals that are under way. */
const RESERVED_DESCRIPTORS = 256
/** Where the limit cannot be read: what the systems that hide it are known to allow. */
const UNKNOWN_LIMIT = 8192

/** How many connections fit, and the limit of descriptors that says so; `null` where that cannot be read. */
export interface ConnectionLimit {
  readonly connections: number
  readonly descriptors: number | null
}

/** @param path where Linux says what this process may have; another one for tests */
export function connectionLimit(path = '/proc/self/limits'): ConnectionLimit {
  const descriptors = openFilesLimit(path)
  const limit = descriptors ?? UNKNOWN_LIMIT
  return { connections: Math.max(limit - RESERVED_DESCRIPTORS, Math.floor(limit / 4)), descriptors }
}

function openFilesLimit(path: string): number | null {
  try {
    // Node raises its soft limit to the hard one when it starts.
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(path, 'utf8'))
    if (line?.[1] === undefined) return null
    return line[1] === 'unlimited' ? 10_000_000 : Number(line[1])
  } catch {
    return null
  }
}
