/** When a process was started: with its id it says which process is meant, also after the id was given to another one. */

import { readFileSync } from 'node:fs'

/** Counted from behind the name of the program, which may have spaces and brackets in it. */
const START_FIELD = 19

/** @returns the system's ticks since it was started, as text; `null` where there is no such process or no way to know */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD] ?? null
  } catch {
    return null
  }
}
