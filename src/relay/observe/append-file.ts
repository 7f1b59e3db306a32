/**
 * Opens a log file to append to, so that nothing planted in its place is written: no link is followed, and what is not
 * an ordinary file is refused. What a crash left of a last record is cut off.
 */

import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'

/** Not for everybody: they say who said what from where. The process's umask may take more away. */
export const LOG_FILE_MODE = 0o640
export const LOG_DIR_MODE = 0o750

/** `O_NONBLOCK`: opening a pipe would wait for its reader. */
const FLAGS =
  constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK

export interface AppendFile {
  readonly fd: number
  readonly size: number
  readonly modifiedMs: number
}

/** The caller closes it. @throws the system's error; `ELOOP` for a link, `EINVAL` for what is no ordinary file */
export function openToAppend(path: string): AppendFile {
  const fd = open(path)
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) throw refusedKind(path)
    const size = endOfLastLine(fd, stats.size)
    if (size < stats.size) ftruncateSync(fd, size)
    return { fd, size, modifiedMs: stats.mtimeMs }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function open(path: string): number {
  try {
    return openSync(path, FLAGS, LOG_FILE_MODE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error
    throw refusedLink(path)
  }
}

/** What is there is a link, which may lead anywhere. */
export function refusedLink(path: string): Error {
  return refusal('ELOOP', `${path} is a symbolic link, which a log file may not be`)
}

/** What is there is a pipe, a device or a directory. */
export function refusedKind(path: string): Error {
  return refusal('EINVAL', `${path} is not an ordinary file`)
}

function refusal(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code })
}

const TAIL_BYTES = 128 * 1024
const LF = 0x0a

/** The offset behind the last line feed, looked for from the end: one line may be longer than one read. */
function endOfLastLine(fd: number, size: number): number {
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - tail.length)
    readSync(fd, tail, 0, end - start, start)
    const found = tail.lastIndexOf(LF, end - start - 1)
    if (found >= 0) return start + found + 1
    end = start
  }
  return 0
}
