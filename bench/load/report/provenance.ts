/** Where numbers come from: all that it takes to repeat a run, as far as a program can know it. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface Provenance {
  time: string
  /** As it would be typed at the top of the repository. */
  command: string[]
  versions: { parlance: string; revision: string | null; node: string; libuv: string | undefined }
  machine: {
    cpu: string
    cores: number
    memoryBytes: number
    platform: string
    kernel: string
    architecture: string
  }
}

export function provenance(): Provenance {
  const all = cpus()
  const [, script = '', ...rest] = process.argv
  return {
    time: new Date().toISOString(),
    command: ['node', '--import', 'tsx', relative(ROOT, script), ...rest],
    versions: {
      parlance: JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')).version,
      revision: revision(),
      node: process.version,
      libuv: process.versions.uv,
    },
    machine: {
      cpu: all[0]?.model ?? 'unknown',
      cores: all.length,
      memoryBytes: totalmem(),
      platform: platform(),
      kernel: release(),
      architecture: arch(),
    },
  }
}

/** @returns null where this is no git checkout */
function revision(): string | null {
  try {
    const git = ['describe', '--always', '--dirty', '--abbrev=12']
    return execFileSync('git', git, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
