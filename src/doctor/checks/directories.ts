/** Whether logs and what is to survive a restart can be written, on what, and for how long there is space. Nothing is made or written for it. */

import { realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../../relay/config/settings.js'
import { assertDirectoryWritable } from '../../relay/observe/writable-place.js'
import { type Finding, inMib, ok, problem, warning } from '../finding.js'
import type { Machine } from '../machine.js'
import { mountOf } from '../mounts.js'

/** connections.log and chat.log. */
const LOGS = 2
/** With less than this, losses are a matter of hours. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024
const IN_MEMORY: ReadonlySet<string> = new Set(['tmpfs', 'ramfs'])
/** What a container sees where nothing is mounted. */
const OF_THE_CONTAINER: ReadonlySet<string> = new Set(['overlay', 'aufs', 'fuse-overlayfs'])

/** A directory that a setting names, and what is to be put there. */
interface Wanted {
  readonly check: string
  readonly setting: string
  readonly volume: string
  readonly directory: string
  readonly mostBytes: number
  /** What comes to that, in words. */
  readonly what: string
  /** How it can be less. */
  readonly less: string
}

export function logDirectory(machine: Machine, { logDir, logKeepFiles, logMaxBytes }: Config): Finding {
  const check = 'log directory'
  if (logDir === 'off') return ok(check, 'off: nothing is recorded')
  return directory(machine, {
    check,
    setting: 'logDir',
    volume: 'logs',
    directory: resolve(logDir),
    mostBytes: LOGS * (logKeepFiles + 1) * logMaxBytes,
    what: 'logs come',
    less: 'logKeepFiles, logMaxBytes',
  })
}

/** `null` where nothing is kept. */
export function dataDirectory(machine: Machine, { dataDir, history, historyBytes }: Config): Finding | null {
  const check = 'data directory'
  if (dataDir !== 'off') {
    return directory(machine, {
      check,
      setting: 'dataDir',
      volume: 'data',
      directory: resolve(dataDir),
      mostBytes: history === 0 ? 0 : historyBytes,
      what: 'history comes',
      less: 'historyBytes',
    })
  }
  if (history === 0) return null
  return problem(check, 'off, and history needs one', 'set dataDir to a directory on a disk')
}

function directory(machine: Machine, wanted: Wanted): Finding {
  const there = nearest(wanted.directory)
  try {
    assertDirectoryWritable(wanted.directory)
  } catch (error) {
    const isThere = there === wanted.directory
    const what = isThere ? wanted.directory : `${wanted.directory}, which would be made in ${there}`
    const words = `${what}: ${obstacleOf(error as NodeJS.ErrnoException)}`
    return problem(wanted.check, words, ...howToHave(machine, wanted, isThere))
  }
  return spaceFor(machine, wanted, realpathSync(there))
}

/** The path itself, or the first above it that can be seen. */
function nearest(path: string): string {
  let there = path
  while (!canBeSeen(there) && dirname(there) !== there) there = dirname(there)
  return there
}

function canBeSeen(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch {
    return false
  }
}

function howToHave({ userId, inContainer }: Machine, wanted: Wanted, isThere: boolean): string[] {
  const { directory, setting } = wanted
  if (inContainer) return [mounting(wanted), `or set ${setting}`]
  const user = userId ?? 'USER'
  const make = isThere ? `chown ${user} ${directory}` : `install -d -o ${user} ${directory}`
  return [`${make}   # as root`, `or set ${setting}`]
}

function mounting({ volume, directory }: Wanted): string {
  return `mount a volume there: --volume ${volume}:${directory}`
}

function obstacleOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOTDIR') return 'there is a file'
  if (code === 'EROFS') return 'the file system is read-only'
  return code === 'EACCES' ? 'this user may not write there' : message
}

/** @param there what of it exists, without links */
function spaceFor(machine: Machine, wanted: Wanted, there: string): Finding {
  const { check, setting, directory, mostBytes } = wanted
  const type = mountOf(there, machine.read('/proc/self/mountinfo') ?? '')?.type ?? null
  const free = machine.freeBytes(there)
  const words = [
    directory,
    type,
    free === null ? null : `${inMib(free)} free`,
    `${wanted.what} to ${inMib(mostBytes)} at most`,
  ]
    .filter((part) => part !== null)
    .join(', ')
  if (type !== null && IN_MEMORY.has(type)) {
    return warning(
      check,
      `${words}: in memory, and gone with a restart`,
      `set ${setting} to a directory on a disk`,
    )
  }
  if (type !== null && machine.inContainer && OF_THE_CONTAINER.has(type)) {
    return warning(check, `${words}: gone with the container`, mounting(wanted))
  }
  if (free === null || free >= mostBytes) return ok(check, words)
  const less = `make room, or keep less: ${wanted.less}`
  return free < LEAST_FREE_BYTES ? problem(check, words, less) : warning(check, words, less)
}
