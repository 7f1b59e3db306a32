/**
 * Sees when a server cuts off clients that do not read. They cannot see it themselves: who does not read does
 * not learn of the end either. So the kernel is asked about both ends (`/proc/net/tcp`; Linux only, and the
 * server's end only where it is on this machine).
 */

import { readFile } from 'node:fs/promises'
import { monotonicUs } from './clock.js'
import type { End, SlowClient } from './requests.js'

const POLL_MS = 500
const ESTABLISHED = '01'
const ROW = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /

export interface CutOffs {
  clients: number
  cut: number
  /** From when they began to read slowly; null when none was cut. */
  firstSeconds: number | null
  medianSeconds: number | null
  lastSeconds: number | null
}

export class CutOffWatch {
  readonly #beganUs = monotonicUs()
  readonly #clients: readonly SlowClient[]
  readonly #waitingFor: Set<SlowClient>
  readonly #cutSeconds = { stopped: [] as number[], trickling: [] as number[] }
  /** How often it has looked. */
  looks = 0
  #seen: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(clients: readonly SlowClient[]) {
    this.#clients = clients
    this.#waitingFor = new Set(clients)
    void this.#poll()
  }

  /** How many have been cut off so far. */
  get cut(): number {
    return this.#clients.length - this.#waitingFor.size
  }

  stop(): void {
    // A poll may be under way, and would set the timer again.
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  outcome(pace: SlowClient['pace']): CutOffs {
    const seconds = this.#cutSeconds[pace].toSorted((a, b) => a - b)
    return {
      clients: this.#clients.filter((client) => client.pace === pace).length,
      cut: seconds.length,
      firstSeconds: seconds[0] ?? null,
      medianSeconds: seconds[seconds.length >> 1] ?? null,
      lastSeconds: seconds.at(-1) ?? null,
    }
  }

  async #poll(): Promise<void> {
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'latin1').catch(() => '')),
    )
    const established = new Set(tables.flatMap((table) => [...establishedIn(table)]))
    const seconds = (monotonicUs() - this.#beganUs) / 1e6
    for (const client of this.#waitingFor) {
      // A side that was never there is none to watch: of a server elsewhere there is only the client's.
      const sides = [connectionOf(client.client, client.server), connectionOf(client.server, client.client)]
      if (!sides.some((side) => this.#seen.has(side) && !established.has(side))) continue
      this.#waitingFor.delete(client)
      this.#cutSeconds[client.pace].push(seconds)
    }
    this.#seen = established
    this.looks++
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#poll(), POLL_MS)
  }
}

/** @returns `connectionOf` each connection of the table that stands, as the one whose socket it is sees it */
export function establishedIn(table: string): Set<string> {
  const established = new Set<string>()
  for (const line of table.split('\n')) {
    const [, local, localPort, remote, remotePort, state] = ROW.exec(line) ?? []
    if (state !== ESTABLISHED || local === undefined || remote === undefined) continue
    established.add(`${local.slice(-8)}:${localPort} ${remote.slice(-8)}:${remotePort}`)
  }
  return established
}

/**
 * As the kernel writes it. One end alone is not enough: from the same port somebody may speak to another server, whose connection stands
 * when this one has long been cut off.
 */
export function connectionOf(local: End, remote: End): string {
  return `${endOf(local)} ${endOf(remote)}`
}

/** The address's four bytes backwards, the last four of an IPv6 one, all in hex. */
function endOf({ address, port }: End): string {
  const bytes = address.slice(address.lastIndexOf(':') + 1).split('.')
  const hex = bytes.toReversed().map((byte) => Number(byte).toString(16).padStart(2, '0'))
  return `${hex.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}
