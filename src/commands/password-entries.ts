/**
 * Changes the file of passwords: one line set or taken out, everything else as it was, remarks too. The file is replaced in one step, so
 * that a relay which reads it at that moment has the one or the other.
 */

import {
  chmodSync,
  chownSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { nameOnLine, passwordLine } from '../relay/access/password-file.js'

/** Only whoever runs the relay needs to read it. */
const NEW_FILE_MODE = 0o600

/** @returns the lines, without the last line end @throws the system's error */
export function readLines(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** @returns the lines with that of `name` replaced, or behind the others */
export function withEntry(lines: readonly string[], name: string, hash: string): string[] {
  const at = lines.findIndex((line) => nameOnLine(line) === name)
  return at === -1 ? [...lines, passwordLine(name, hash)] : lines.with(at, passwordLine(name, hash))
}

export function withoutEntry(lines: readonly string[], name: string): string[] {
  return lines.filter((line) => nameOnLine(line) !== name)
}

/** Keeps owner, group and mode of a file that is there. @throws the system's error; the file is as it was then */
export function writeLines(path: string, lines: readonly string[]): void {
  const before = statSync(path, { throwIfNoEntry: false })
  const target = before === undefined ? path : realpathSync(path)
  const next = `${target}.${process.pid}.new`
  try {
    writeFileSync(next, lines.map((line) => `${line}\n`).join(''), {
      mode: NEW_FILE_MODE,
      flag: 'wx',
      flush: true,
    })
    if (before !== undefined) {
      chmodSync(next, before.mode & 0o7777)
      const isOwn = before.uid === process.getuid?.() && before.gid === process.getgid?.()
      if (!isOwn) chownSync(next, before.uid, before.gid)
    }
    renameSync(next, target)
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}
