/** Measures one store, and writes what it found to stdout as JSON. For `cli.ts`. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openContender } from './contenders.js'
import { isReadableMeanwhile, lostByKills } from './crash.js'
import { messageOf, roomOf } from './messages.js'

export interface Measured {
  readonly appendsPerSecond: number
  readonly blockedP99Ms: number
  readonly blockedMostMs: number
  readonly lastMicroseconds: number
  readonly openMs: number
  readonly diskBytes: number
  readonly grownBytes: number
  /** `null` where it cannot be opened after a kill. */
  readonly lost: number | null
  readonly kills: number
  readonly isReadableMeanwhile: boolean
}

/** About 100 MB of messages of 230 bytes. */
const MESSAGES = 430_000
const ROOMS = 10_000
/** What a busy relay says in 50 ms. */
const BATCH = 500
const LOOKS = 2000
const KILLS = 5

const name = process.argv[2] ?? ''
const scratch = mkdtempSync(join(tmpdir(), 'bench-history-'))
try {
  process.stdout.write(JSON.stringify(await measure()))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function measure(): Promise<Measured> {
  const directory = place('full')
  const memoryBefore = process.memoryUsage().rss
  const store = await openContender(name, directory)
  // What writing takes from the loop that it shares: the delay of a timer of 1 ms beyond that.
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  for (let next = 0; next < MESSAGES; next += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => messageOf(next + index, ROOMS))
    await store.append(batch)
    await nextTurn()
  }
  const seconds = (performance.now() - began) / 1000
  delay.disable()
  const grownBytes = process.memoryUsage().rss - memoryBefore
  await store.close()
  const diskBytes = sizeOf(directory)

  const opening = performance.now()
  const again = await openContender(name, directory)
  const openMs = performance.now() - opening
  const looking = performance.now()
  for (let look = 0; look < LOOKS; look++) {
    const last = await again.last(roomOf((look * 7919) % ROOMS), 50)
    if (last.length !== MESSAGES / ROOMS) throw new Error(`${name}: ${last.length} messages of a room`)
  }
  const lastMicroseconds = ((performance.now() - looking) * 1000) / LOOKS
  await again.close()

  return {
    appendsPerSecond: MESSAGES / seconds,
    blockedP99Ms: delay.percentile(99) / 1e6,
    blockedMostMs: delay.max / 1e6,
    lastMicroseconds,
    openMs,
    diskBytes,
    grownBytes,
    lost: await lostByKills(name, place('killed'), KILLS),
    kills: KILLS,
    isReadableMeanwhile: await isReadableMeanwhile(name, place('shared')),
  }
}

function place(name: string): string {
  const directory = join(scratch, name)
  mkdirSync(directory)
  return directory
}

/** What the disk gives for it: a file may have holes. */
function sizeOf(directory: string): number {
  return readdirSync(directory)
    .map((file) => statSync(join(directory, file)).blocks * 512)
    .reduce((total, bytes) => total + bytes, 0)
}
