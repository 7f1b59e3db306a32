/** What became of a reload that was taken, for people. */

import type { Changed, LastReload } from '../relay/observe/address-file.js'
import { quoted } from '../relay/streams/printable.js'

/** @returns lines without their ends: what is in use now, and what takes a new start */
export function reloadLines({
  live,
  waiting,
  workers,
}: Pick<LastReload, 'live' | 'waiting' | 'workers'>): string[] {
  const by =
    workers === undefined ? '' : ` by ${workers.length === 1 ? 'worker' : 'workers'} ${workers.join(', ')}`
  const taken =
    live.length === 0 ? [`taken${by}: no setting is another`] : [`taken${by}:`, ...live.map(changeLine)]
  return waiting.length === 0 ? taken : [...taken, 'takes a new start:', ...waiting.map(changeLine)]
}

function changeLine({ key, before, after }: Changed): string {
  return `  ${key}: ${quoted(before)} -> ${quoted(after)}`
}
