/** Whether logs can be written, on what, and for how long there is space. Nothing is made or written for it. */

import { realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../../relay/config/settings.js'
import { assertDirectoryWritable } from '../../relay/observe/writable-place.js'
import { type Finding, inMib, ok, problem, warning } from '../finding.js'
import type { Machine } from '../machine.js'
import { mountOf } from '../mounts.js'

const CHECK = 'log directory'
/** connections.log and chat.log. */
const LOGS = 2
/** With less than this, losses are a matter of hours. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024
const IN_MEMORY: ReadonlySet<string> = new Set(['tmpfs', 'ramfs'])
/** What a container sees where nothing is mounted. */
const OF_THE_CONTAINER: ReadonlySet<string> = new Set(['overlay', 'aufs', 'fuse-overlayfs'])

export function logDirectory(machine: Machine, config: Config): Finding {
  const { logDir } = config
  if (logDir === 'off') return ok(CHECK, 'off: nothing is recorded')
  const wanted = resolve(logDir)
  const there = nearest(wanted)
  try {
    assertDirectoryWritable(wanted)
  } catch (error) {
    const what = there === wanted ? wanted : `${wanted}, which would be made in ${there}`
    const words = `${what}: ${obstacleOf(error as NodeJS.ErrnoException)}`
    return problem(CHECK, words, ...howToHave(machine, wanted, there === wanted))
  }
  return spaceFor(machine, config, wanted, realpathSync(there))
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

function howToHave({ userId, inContainer }: Machine, directory: string, isThere: boolean): string[] {
  if (inContainer) return [mounting(directory), 'or set logDir']
  const user = userId ?? 'USER'
  const make = isThere ? `chown ${user} ${directory}` : `install -d -o ${user} ${directory}`
  return [`${make}   # as root`, 'or set logDir']
}

function mounting(directory: string): string {
  return `mount a volume there: --volume logs:${directory}`
}

function obstacleOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOTDIR') return 'there is a file'
  if (code === 'EROFS') return 'the file system is read-only'
  return code === 'EACCES' ? 'this user may not write there' : message
}

/** @param there what of `wanted` exists, without links */
function spaceFor(
  machine: Machine,
  { logMaxBytes, logKeepFiles }: Config,
  wanted: string,
  there: string,
): Finding {
  const type = mountOf(there, machine.read('/proc/self/mountinfo') ?? '')?.type ?? null
  const free = machine.freeBytes(there)
  const most = LOGS * (logKeepFiles + 1) * logMaxBytes
  const words = [
    wanted,
    type,
    free === null ? null : `${inMib(free)} free`,
    `logs come to ${inMib(most)} at most`,
  ]
    .filter((part) => part !== null)
    .join(', ')
  if (type !== null && IN_MEMORY.has(type)) {
    return warning(
      CHECK,
      `${words}: in memory, and gone with a restart`,
      'set logDir to a directory on a disk',
    )
  }
  if (type !== null && machine.inContainer && OF_THE_CONTAINER.has(type)) {
    return warning(CHECK, `${words}: gone with the container`, mounting(wanted))
  }
  if (free === null || free >= most) return ok(CHECK, words)
  const less = 'make room, or keep less: logKeepFiles, logMaxBytes'
  return free < LEAST_FREE_BYTES ? problem(CHECK, words, less) : warning(CHECK, words, less)
}
