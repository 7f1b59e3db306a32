/** Whether there is the memory that the relay may come to need, and what the kernel does about it. */

import type { Config } from '../../relay/config/settings.js'
import { LEAST_BYTES, memoryWarning } from '../../relay/observe/memory-limit.js'
import { type Finding, inMib, ok, problem, setSysctl, warning } from '../finding.js'
import type { Machine } from '../machine.js'

const LEAST_RETAINED_BYTES = 1024 * 1024
const NEVER_MORE_THAN_THERE_IS = '2'

export function memory(machine: Machine, { retainedLimitBytes }: Config): Finding {
  const { limitBytes, totalBytes } = machine.memory
  const limit = Math.min(limitBytes || Number.POSITIVE_INFINITY, totalBytes)
  const needed = LEAST_BYTES + retainedLimitBytes
  const words = memoryWarning(limit, retainedLimitBytes)
  if (words !== null) {
    const more = machine.inContainer
      ? `start the container with --memory ${Math.ceil(needed / 1024 ** 2)}m or more`
      : `give it ${inMib(needed)} (systemd: MemoryMax=), or a larger machine`
    const less = Math.max(LEAST_RETAINED_BYTES, limit - LEAST_BYTES)
    if (limit < LEAST_BYTES) return problem('memory', words, more)
    return warning('memory', words, more, `or keep less for slow readers: retainedLimitBytes: ${less}`)
  }
  const available = field(machine, 'MemAvailable')
  if (available !== null && available < LEAST_BYTES) {
    const use = 'see who uses it: ps aux --sort=-rss | head'
    return warning('memory', `${inMib(limit)}, of which only ${inMib(available)} are left now`, use)
  }
  return ok('memory', `${inMib(limit)}; the relay comes to ${inMib(needed)} at most`)
}

export function overcommit(machine: Machine): Finding | null {
  const mode = machine.read('/proc/sys/vm/overcommit_memory')?.trim()
  if (mode !== NEVER_MORE_THAN_THERE_IS) return null
  return warning(
    'overcommit',
    'the kernel promises no more memory than there is: Node asks for much that it never uses, and may not start',
    // Of the machine as a whole, also for a container.
    ...setSysctl('vm.overcommit_memory', 0, false),
  )
}

export function swap(machine: Machine): Finding | null {
  const [total, free] = [field(machine, 'SwapTotal'), field(machine, 'SwapFree')]
  if (total === null || free === null || total === 0) return null
  const used = total - free
  if (used < total / 2) return ok('swap', `${inMib(used)} of ${inMib(total)} in use`)
  return warning(
    'swap',
    `${inMib(used)} of ${inMib(total)} in use: whatever of the relay is there is answered late`,
    'see who needs memory: ps aux --sort=-rss | head',
    'keep the relay out of it: systemd MemorySwapMax=0, a container --memory-swap equal to --memory',
  )
}

/** Bytes, of a line such as `MemAvailable:   123 kB`. */
function field(machine: Machine, name: string): number | null {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(machine.read('/proc/meminfo') ?? '')?.[1]
  return kib === undefined ? null : Number(kib) * 1024
}
