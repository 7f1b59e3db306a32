/**
 * Which rotated files of a log there are, and that no more are kept than wanted. Known by their names in the directory:
 * a list of them in a file of its own could be written by somebody else, and name any file.
 */

import { lstat, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Such as `chat-2026-11-27T12-00-00-000Z-1.log`. @param index counts those of one time */
export function rotatedName(log: string, time: Date, index: number): string {
  return `${log}-${time.toISOString().replace(/[:.]/g, '-')}-${index}.log`
}

/** Deletes the oldest beyond `keep`. Only files that are named as ours, and that are files. */
export async function deleteOldest(dir: string, log: string, keep: number): Promise<void> {
  const form = new RegExp(`^${log}-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-\\d{3}Z-\\d+\\.log$`)
  const ours = (await readdir(dir)).filter((name) => form.test(name))
  const files: { path: string; at: number }[] = []
  for (const name of ours) {
    const path = join(dir, name)
    const stats = await lstat(path)
    if (stats.isFile()) files.push({ path, at: stats.mtimeMs })
  }
  files.sort((a, b) => a.at - b.at || byName(a.path, b.path))
  for (const { path } of files.slice(0, Math.max(0, files.length - keep))) await unlink(path)
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
