/** What checks look at of the machine and of this process, so that each can be tried with another one. Changes nothing. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { totalmem } from 'node:os'
import { type ConnectionLimit, connectionLimit } from '../relay/net/connection-limit.js'
import { chooseFanout, type FanoutChoice, type FanoutWay } from '../relay/net/direct-ways.js'
import { handlesSupported } from '../relay/net/tcp-handle.js'

export interface Machine {
  /** The text of a file, `null` where it cannot be read. */
  read(path: string): string | null
  /** What a program prints, `null` where it is not there or fails. */
  run(command: string, args: readonly string[]): string | null
  /** Bytes that an ordinary user may still write on the file system of a path, `null` where that cannot be known. */
  freeBytes(path: string): number | null
  /** Whether a package can be loaded by the relay. */
  has(packageName: string): boolean
  /** The way in which rooms would be written to, or why there is none. */
  fanout(choice: FanoutChoice): FanoutWay | string
  readonly inContainer: boolean
  /** 0 is root; `null` where there are no such numbers. */
  readonly userId: number | null
  readonly descriptors: ConnectionLimit
  /** The limit of the control group, as `process.constrainedMemory` gives it, and what the machine has. */
  readonly memory: { readonly limitBytes: number | undefined; readonly totalBytes: number }
  readonly node: NodeRelease
  /** Milliseconds since 1970, as the clock shows it. */
  readonly nowMs: number
}

export interface NodeRelease {
  /** Such as `22.4.1`. */
  readonly version: string
  /** Whether it is a release with long-term support. */
  readonly isLongTerm: boolean
  /** The edition of its time zone data, such as `2026a`; `undefined` without any. */
  readonly timeZoneData: string | undefined
}

const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv']
const CONTAINER_VARIABLES = ['KUBERNETES_SERVICE_HOST', 'container']
const RUN_MS = 2_000

/** The one that this process is on. */
export function thisMachine(environment: NodeJS.ProcessEnv): Machine {
  return {
    read,
    run,
    freeBytes,
    has,
    fanout: (choice) => chooseFanout(choice, handlesSupported),
    inContainer:
      CONTAINER_FILES.some((path) => existsSync(path)) ||
      CONTAINER_VARIABLES.some((name) => environment[name] !== undefined),
    userId: process.getuid?.() ?? null,
    descriptors: connectionLimit(),
    memory: { limitBytes: process.constrainedMemory(), totalBytes: totalmem() },
    node: {
      version: process.versions.node,
      isLongTerm: process.release.lts !== undefined,
      timeZoneData: process.versions.tz,
    },
    nowMs: Date.now(),
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function run(command: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: RUN_MS })
  return status === 0 ? stdout : null
}

function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch {
    return null
  }
}

function has(packageName: string): boolean {
  try {
    createRequire(import.meta.url)(packageName)
    return true
  } catch {
    return false
  }
}
