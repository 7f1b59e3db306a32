/**
 * Makes a directory and those above it. Not by `mkdir` with `recursive`, which never returns, and with it no signal is
 * heard, where the system says of every attempt that something above is missing, as /proc does.
 */

import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** @param mode of those that are made @throws the system's error, which names the one that could not be made */
export function makeDirectory(path: string, mode: number): void {
  if (isDirectory(path)) return
  const above = dirname(path)
  if (above !== path) makeDirectory(above, mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (isDirectory(path)) return
    // To `mkdir`, whatever is in the way exists; that it is no directory is what has to be known.
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? notADirectory(path) : error
  }
}

/** As the system would say it of a path through `path`. */
export function notADirectory(path: string): NodeJS.ErrnoException {
  const error = new Error(`ENOTDIR: not a directory: '${path}'`)
  return Object.assign(error, { code: 'ENOTDIR', syscall: 'mkdir', path })
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
