/**
 * What the kernel says about several processes together: CPU time to the microsecond and memory with what they share
 * counted once. A relay with workers is one of them and its children. Linux only.
 */

import { readdirSync, readFileSync } from 'node:fs'

const KIB = 1024

/** @returns the process and all that it has started, which are there now */
export function treeOf(pid: number): number[] {
  const found = [pid]
  for (let at = 0; at < found.length; at++) {
    for (const thread of entries(`/proc/${found[at]}/task`)) {
      const children = read(`/proc/${found[at]}/task/${thread}/children`) ?? ''
      found.push(...children.split(' ').filter(Boolean).map(Number))
    }
  }
  return found
}

/** User and system time of all threads of these processes that are there now. */
export function cpuSecondsOf(pids: readonly number[]): number {
  let nanoseconds = 0
  for (const pid of pids) {
    for (const thread of entries(`/proc/${pid}/task`)) {
      nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0)
    }
  }
  return nanoseconds / 1e9
}

/** Resident memory, in which each page counts for each process by how many of them share it (PSS). */
export function residentBytesOf(pids: readonly number[]): number {
  let bytes = 0
  for (const pid of pids) {
    const found = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')
    bytes += Number(found?.[1] ?? 0) * KIB
  }
  return bytes
}

/** What the kernel itself holds and cannot give back: sockets and their descriptors, mostly. */
export function kernelBytes(): number {
  const found = /^SUnreclaim:\s+(\d+) kB/m.exec(read('/proc/meminfo') ?? '')
  return Number(found?.[1] ?? 0) * KIB
}

/** How many files a process may open here; Node raises its own limit to that. */
export function openFilesLimit(): number {
  const found = /^Max open files\s+\S+\s+(\d+)/m.exec(read('/proc/self/limits') ?? '')
  return found === null ? Number.POSITIVE_INFINITY : Number(found[1])
}

function entries(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
