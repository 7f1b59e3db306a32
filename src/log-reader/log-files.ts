/**
 * Which files there are to read: of each log what is being written, and what was put aside, in whichever form it is by now. Owns
 * what is looked for where; reading is `log-source.ts`'s.
 */

import { constants } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { byRotation, COMPRESSED, parseRotatedName, type RotatedName } from '../relay/observe/rotated-name.js'

/** One log, whose records are in the order of time. */
export interface LogPlace {
  readonly dir: string
  /** Such as `chat`. */
  readonly log: string
  /** The file that is being written, whether it is there yet or not; `null` where only one that was put aside is asked for. */
  readonly current: string | null
  /** What was put aside before: all of it, or these. */
  readonly rotated: 'all' | readonly RotatedName[]
}

/** In this order where two records have the same time. */
const LOGS = ['connections', 'chat'] as const

/** Where one of several workers writes, within the directory of all. */
const OF_A_WORKER = /^worker-[1-9]\d*$/

/** @param path a directory of logs, those of workers within it included, or one file @throws the system's error */
export async function placesAt(path: string): Promise<LogPlace[]> {
  const stats = await stat(path)
  if (stats.isDirectory()) return [path, ...(await workerDirectories(path))].flatMap(placesIn)
  const [dir, name] = [dirname(path), basename(path)]
  const rotated = parseRotatedName(name)
  if (rotated === null || rotated.form === 'unfinished')
    return [{ dir, log: basename(path, '.log'), current: path, rotated: [] }]
  return [{ dir, log: rotated.log, current: null, rotated: [rotated] }]
}

function placesIn(dir: string): LogPlace[] {
  return LOGS.map((log) => ({ dir, log, current: join(dir, `${log}.log`), rotated: 'all' }))
}

async function workerDirectories(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory() && OF_A_WORKER.test(entry.name))
  const sorted = names
    .map(({ name }) => name)
    .sort((one, other) => one.length - other.length || (one < other ? -1 : 1))
  return sorted.map((name) => join(dir, name))
}

/** What was put aside of one log, oldest first; what is there in both forms is there once. @throws the system's error */
export async function rotatedFiles(dir: string, log: string): Promise<RotatedName[]> {
  const found = new Map<string, RotatedName>()
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const rotated = entry.isFile() ? parseRotatedName(entry.name) : null
    if (rotated?.log !== log || rotated.form === 'unfinished') continue
    if (found.get(rotated.plain)?.form !== 'plain') found.set(rotated.plain, rotated)
  }
  return [...found.values()].sort(byRotation)
}

/** Whether `handle` is of that file, which was put aside last; it may have been compressed since it was opened. */
export async function isOpenAs(handle: FileHandle, dir: string, { plain }: RotatedName): Promise<boolean> {
  const { dev, ino, nlink } = await handle.stat()
  return nlink === 0 || (await identityOf(join(dir, plain))) === `${dev} ${ino}`
}

/** `null` where there is nothing. @throws the system's error */
export async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path)
    return `${dev} ${ino}`
  } catch (error) {
    return nothingThere(error)
  }
}

export async function identity(handle: FileHandle): Promise<string> {
  const { dev, ino } = await handle.stat()
  return `${dev} ${ino}`
}

export interface OpenFile {
  readonly handle: FileHandle
  readonly path: string
  readonly isCompressed: boolean
}

/**
 * Opens it in the form that it was found in, or else in the other: it may have been compressed meanwhile. The caller closes it.
 * @returns `null` when it has become too old to be kept
 * @throws the system's error
 */
export async function openRotated(dir: string, { plain, form }: RotatedName): Promise<OpenFile | null> {
  const names = [plain, plain + COMPRESSED]
  for (const name of form === 'plain' ? names : names.reverse()) {
    const path = join(dir, name)
    const handle = await openIfThere(path)
    if (handle !== null) return { handle, path, isCompressed: name !== plain }
  }
  return null
}

/** `null` where there is nothing. The caller closes it. @throws the system's error */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    // Where somebody has put a pipe, nobody waits for its writer.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return nothingThere(error)
  }
}

function nothingThere(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
  throw error
}
