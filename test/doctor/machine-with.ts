/** A machine on which nothing is wrong, but for what a test says. */

import type { Machine } from '../../src/doctor/machine.js'
import { loadConfig } from '../../src/relay/config/load.js'
import type { Config } from '../../src/relay/config/settings.js'

const MIB = 1024 * 1024
const FILES: Readonly<Record<string, string>> = {
  '/proc/sys/net/core/somaxconn': '4096\n',
  '/proc/sys/net/ipv4/tcp_retries2': '8\n',
  '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
  '/proc/sys/vm/overcommit_memory': '0\n',
  '/proc/meminfo': 'MemTotal: 4096000 kB\nMemAvailable: 2048000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
  '/proc/self/mountinfo': '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
  '/run/systemd/timesync/synchronized': '',
}

export interface MachineOverrides extends Partial<Omit<Machine, 'read'>> {
  /** By path; `null` for one that cannot be read. */
  readonly files?: Readonly<Record<string, string | null>>
}

export function machineWith({ files = {}, ...overrides }: MachineOverrides = {}): Machine {
  const all: Readonly<Record<string, string | null>> = { ...FILES, ...files }
  return {
    read: (path) => all[path] ?? null,
    run: () => null,
    freeBytes: () => 100_000 * MIB,
    has: () => true,
    fanout: () => ({ name: 'native', reason: null, createPorts: () => assertUnused() }),
    inContainer: false,
    userId: 1000,
    descriptors: { connections: 65_280, descriptors: 65_536 },
    memory: { limitBytes: 1024 * MIB, totalBytes: 4096 * MIB },
    node: { version: '24.5.0', isLongTerm: true, timeZoneData: '2026a' },
    nowMs: Date.parse('2026-11-29'),
    ...overrides,
  }
}

/** @param flags settings by key, as an operator would write them */
export function configWith(flags: Readonly<Record<string, string | string[]>> = {}): Config {
  return loadConfig({ environment: {}, flags })
}

function assertUnused(): never {
  throw new Error('nobody writes to rooms here')
}
