/**
 * How many connections this process can hold. Above its file descriptor limit connections are accepted and closed
 * without a word, by libuv itself, so the relay has to know the limit and stay below it.
 */

import { readFileSync } from 'node:fs'

/** Descriptors for listeners, log files, the ops endpoint, and refusals that are under way. */
const RESERVED_DESCRIPTORS = 256
/** Where the limit cannot be read: what the systems that hide it are known to allow. */
const UNKNOWN_LIMIT = 8192

export function connectionLimit(): number {
  return connectionsWithin(openFilesLimit() ?? UNKNOWN_LIMIT)
}

/** @returns why so many connections cannot be had, in words for operators; `null` when they can, or nobody knows */
export function whyTooMany(connections: number): string | null {
  const limit = openFilesLimit()
  if (limit === null) return null
  const most = connectionsWithin(limit)
  if (connections <= most) return null
  return `${connections}: expected no more than ${most}: this process may open ${limit} files, of which ${limit - most} are kept back; raise that limit (ulimit -n, LimitNOFILE=), or say auto`
}

function connectionsWithin(descriptors: number): number {
  return Math.max(descriptors - RESERVED_DESCRIPTORS, Math.floor(descriptors / 4))
}

/** `null` where it cannot be read. */
function openFilesLimit(): number | null {
  try {
    // Node raises its soft limit to the hard one when it starts.
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return line?.[1] === undefined ? null : line[1] === 'unlimited' ? 10_000_000 : Number(line[1])
  } catch {
    return null
  }
}
