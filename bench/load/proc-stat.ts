/**
 * What the kernel says about a process: CPU time, memory, and time spent waiting for a core. Linux only; on
 * other systems there is nothing to read and the answer is null.
 */

import { readFileSync } from 'node:fs'

export interface ProcessUsage {
  /** User and system time of all threads; the kernel counts it in ticks of 10 ms. */
  cpuSeconds: number
  rssBytes: number
  /** How long the main thread was ready to run and did not; 0 where the kernel does not say. */
  waitSeconds: number
}

const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

// Places in /proc/PID/stat, counted from after the command's name, which may contain anything.
const UTIME = 11
const STIME = 12
const RSS_PAGES = 21

/** @returns null when there is no such process */
export function readProcessUsage(pid: number): ProcessUsage | null {
  const stat = readProc(pid, 'stat')
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[UTIME]) + Number(fields[STIME])
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    rssBytes: Number(fields[RSS_PAGES]) * PAGE_BYTES,
    waitSeconds: Number(readProc(pid, 'schedstat')?.split(' ')[1] ?? 0) / 1e9,
  }
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return null
  }
}
