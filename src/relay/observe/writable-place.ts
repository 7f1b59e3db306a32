/**
 * Whether files can be written somewhere, asked without writing any: for who wants to know before there is a relay. What is
 * refused here is refused at a start too; a disk that fills up meanwhile is nobody's to foresee.
 */

import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refusedKind, refusedLink } from './append-file.js'
import { notADirectory } from './make-directory.js'

const { R_OK, W_OK, X_OK } = constants
const NOT_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR'])

/** Whether `dir` is a directory in which files can be made, or could be made one. @throws the system's error, or like it */
export function assertDirectoryWritable(dir: string): void {
  const stats = statsOf(statSync, dir)
  if (stats === null) {
    const above = dirname(dir)
    // `.` is above itself, and there.
    if (above !== dir) assertDirectoryWritable(above)
    return
  }
  if (!stats.isDirectory()) throw notADirectory(dir)
  accessSync(dir, W_OK | X_OK)
}

/** Whether a log file can be opened there to append to. @throws the system's error, or like it */
export function assertLogWritable(dir: string, name: string): void {
  const path = join(dir, name)
  const stats = statsOf(lstatSync, path)
  if (stats === null) return
  if (stats.isSymbolicLink()) throw refusedLink(path)
  if (!stats.isFile()) throw refusedKind(path)
  accessSync(path, R_OK | W_OK)
}

/** Whether a file can be put in that place, over one that is there. @throws the system's error, or like it */
export function assertReplaceable(path: string): void {
  const above = dirname(path)
  const stats = statSync(above)
  if (!stats.isDirectory()) throw notADirectory(above)
  accessSync(above, W_OK | X_OK)
  if (statsOf(lstatSync, path)?.isDirectory() === true) {
    throw Object.assign(new Error(`EISDIR: illegal operation on a directory, open '${path}'`), {
      code: 'EISDIR',
    })
  }
}

function statsOf(look: (path: string) => Stats, path: string): Stats | null {
  try {
    return look(path)
  } catch (error) {
    // Of what is below a file, what is above it is the trouble.
    if (NOT_THERE.has((error as NodeJS.ErrnoException).code)) return null
    throw error
  }
}
