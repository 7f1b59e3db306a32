/** Programs that come from the system: whether they are there, which version, and with all the files they may open. */

import { spawnSync } from 'node:child_process'
import type { Availability } from './peer.js'

/** Debian keeps daemons where only root looks. */
const SEARCH_PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`

/**
 * @param versionArgument what makes it say its version
 * @param debianPackage where to get it
 */
export function probeProgram(program: string, versionArgument: string, debianPackage: string): Availability {
  const { error, stdout, stderr } = spawnSync(program, [versionArgument], {
    encoding: 'utf8',
    env: { ...process.env, PATH: SEARCH_PATH },
  })
  if (error !== undefined) return { missing: `there is no ${program} (apt-get install ${debianPackage})` }
  const version = /\d+(\.\d+)+/.exec(stdout + stderr)?.[0]
  return { version: version ?? 'unknown' }
}

/** A command that runs with as many file descriptors as the system lets it have: a connection is one. */
export function withAllFiles(command: readonly string[]): string[] {
  const shell = `PATH='${SEARCH_PATH}'; ulimit -n "$(ulimit -Hn)"; exec "$@"`
  return ['sh', '-c', shell, 'sh', ...command]
}
