/**
 * Sees when a server cuts off clients that do not read. They cannot see it themselves: who does not read does
 * not learn of the end either. So the kernel is asked about both ends (`/proc/net/tcp`; Linux only, and the
 * server's end only where it is on this machine).
 */

import { readFile } from 'node:fs/promises'
import { monotonicUs } from './clock.js'
import type { SlowClient } from './requests.js'

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
  readonly #waitingFor: Map<string, SlowClient>
  readonly #cutSeconds = { stopped: [] as number[], trickling: [] as number[] }
  #seen: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(clients: readonly SlowClient[]) {
    this.#clients = clients
    this.#waitingFor = new Map(clients.map((client) => [endOf(client.address, client.port), client]))
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
    const established = new Set(tables.flatMap(establishedEnds))
    const seconds = (monotonicUs() - this.#beganUs) / 1e6
    for (const [end, client] of this.#waitingFor) {
      // An end that was never there is none to watch: of a server elsewhere there is only the client's.
      const isCut = ['local', 'remote'].some(
        (side) => this.#seen.has(`${side} ${end}`) && !established.has(`${side} ${end}`),
      )
      if (!isCut) continue
      this.#waitingFor.delete(end)
      this.#cutSeconds[client.pace].push(seconds)
    }
    this.#seen = established
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#poll(), POLL_MS)
  }
}

/** @returns `local END` and `remote END` for each connection of the table that stands */
export function establishedEnds(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [, local, localPort, remote, remotePort, state] = ROW.exec(line) ?? []
    if (state !== ESTABLISHED || local === undefined || remote === undefined) return []
    return [`local ${local.slice(-8)}:${localPort}`, `remote ${remote.slice(-8)}:${remotePort}`]
  })
}

/** As the kernel writes it: the address's four bytes backwards, the last four of an IPv6 one, all in hex. */
export function endOf(address: string, port: number): string {
  const bytes = address.slice(address.lastIndexOf(':') + 1).split('.')
  const hex = bytes.toReversed().map((byte) => Number(byte).toString(16).padStart(2, '0'))
  return `${hex.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}
