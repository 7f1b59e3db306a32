/** On what file system a path is, as Linux tells it. */

export interface Mount {
  /** Where it is mounted. */
  readonly point: string
  /** Such as `ext4`, `tmpfs`, `overlay` or `nfs4`. */
  readonly type: string
}

/** `36 35 98:0 /root /point options tag:1 - type source …`, with `\040` for a space. */
const LINE = /^\d+ \d+ \S+ \S+ (\S+) .*? - (\S+) /

/** @param mountinfo the text of /proc/self/mountinfo @returns the innermost; of several in one place, the last one */
export function mountOf(path: string, mountinfo: string): Mount | null {
  let found: Mount | null = null
  for (const line of mountinfo.split('\n')) {
    const [, escaped, type] = LINE.exec(line) ?? []
    if (escaped === undefined || type === undefined) continue
    const point = escaped.replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    const within = path === point || path.startsWith(point === '/' ? '/' : `${point}/`)
    if (within && (found === null || point.length >= found.point.length)) found = { point, type }
  }
  return found
}
