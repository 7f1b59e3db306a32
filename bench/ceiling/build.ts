/** Builds the bare C relay of this folder. Owns where it lands; running it is the caller's. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('relay.c', import.meta.url))
const BUILD_DIRECTORY = fileURLToPath(new URL('../../build/', import.meta.url))
const EXECUTABLE = `${BUILD_DIRECTORY}ceiling-relay`

/**
 * Compiles `relay.c` into `build/`, unless what is there is newer.
 * @returns the path of the executable, or null where there is no C compiler
 * @throws Error with the compiler's words when there is one and it refuses
 */
export function buildCeilingRelay(): string | null {
  if (modifiedMs(EXECUTABLE) > modifiedMs(SOURCE)) return EXECUTABLE
  mkdirSync(BUILD_DIRECTORY, { recursive: true })
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-o', EXECUTABLE, SOURCE], { encoding: 'utf8' })
  if (error !== undefined) return null
  if (status !== 0) throw new Error(`cc could not build the ceiling relay: ${stderr}`)
  return EXECUTABLE
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
