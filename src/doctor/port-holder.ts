/**
 * Who listens on a TCP port of this machine, as Linux tells it: the socket by its port, the process by the socket. Only
 * root sees the sockets of others.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface PortHolder {
  readonly pid: number
  /** Its program and arguments. */
  readonly command: readonly string[]
  /** Whether it is a relay like this one. */
  readonly isRelay: boolean
}

/** `sl: local_address rem_address st … inode`, of a socket that listens. */
const LISTENING = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F:]+ 0A (?:\S+ +){5}(\d+) /
const RELAY = /(?:^|\/)(?:cli\.js|parlance)$/

/** @param proc for tests @returns `null` when nobody is found, or it may not be seen */
export function holderOf(port: number, proc = '/proc'): PortHolder | null {
  const sockets = new Set<string>()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of (readOrNull(`${proc}/net/${table}`) ?? '').split('\n')) {
      const [, hex = '', inode = ''] = LISTENING.exec(line) ?? []
      if (Number.parseInt(hex, 16) === port) sockets.add(`socket:[${inode}]`)
    }
  }
  if (sockets.size === 0) return null
  for (const name of readdirSync(proc)) {
    if (!/^\d+$/.test(name) || !holds(`${proc}/${name}/fd`, sockets)) continue
    const command = (readOrNull(`${proc}/${name}/cmdline`) ?? '').split('\0').slice(0, -1)
    const isRelay = command.some((word) => RELAY.test(word)) && command.includes('serve')
    return { pid: Number(name), command, isRelay }
  }
  return null
}

function holds(directory: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(directory).some((fd) => sockets.has(linkOrNull(`${directory}/${fd}`) ?? ''))
  } catch {
    // Somebody else's, or gone meanwhile.
    return false
  }
}

function linkOrNull(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
