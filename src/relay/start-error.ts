/** Something that the relay needs could not be had: an address, a file or a directory. */

import type { SettingKey } from './config/settings.js'

/** What the system says when an address cannot be had, and not a file. */
const ADDRESS_CALLS: ReadonlySet<string | undefined> = new Set(['listen', 'bind', 'getaddrinfo'])

/** Something that the relay needs could not be had. */
export class StartError extends Error {
  /** The system's, such as `EADDRINUSE`. */
  readonly code: string
  /** The setting that asked for it, and its value. */
  readonly key: SettingKey
  readonly target: string
  /** Whether it was an address; otherwise it was a file or a directory. */
  readonly isAddress: boolean
  /** The other setting of this relay that has the port already; `null` where it is none of its own. */
  readonly takenBy: string | null

  constructor(key: SettingKey, target: string, cause: NodeJS.ErrnoException, takenBy: string | null = null) {
    super(`${key}: ${target}: ${cause.message}`, { cause })
    this.name = 'StartError'
    this.code = cause.code ?? 'ERR_START'
    this.key = key
    this.target = target
    this.isAddress = ADDRESS_CALLS.has(cause.syscall)
    this.takenBy = takenBy
  }

  /** What people are told: which setting it is, and what is wrong there. */
  get words(): string {
    const where = `${this.key}: ${this.target}`
    if (this.code !== 'EADDRINUSE' || this.key === 'adminSocket')
      return `${where}: ${(this.cause as Error).message}`
    return this.takenBy === null
      ? `${where}: the port is in use by another program`
      : `${where}: the port is in use: ${this.takenBy}, which is given too, has the same one`
  }
}
