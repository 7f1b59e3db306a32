/** How results are shown: tables for a reader, JSON for a program. */

import { writeFileSync } from 'node:fs'
import { arch, cpus, release } from 'node:os'
import type { LoadResult } from './measure.js'
import type { Account, Loop } from './requests.js'

/** Left-aligned first column, the others to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? ''
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

export function loadTable(results: readonly LoadResult[]): string {
  const header = ['loop', 'msg/s', 'deliveries/s', 'p50 µs', 'p90', 'p99', 'p99.9', 'max']
  const more = ['server µs/dlv', 'server CPU', 'RSS MiB', 'load µs/dlv', 'load busy', 'dlv/chunk']
  const rows = results.map((result) => {
    const { latencyUs, server, generator } = result
    return [
      loopName(result.loop),
      count(result.messagesPerSecond),
      count(result.deliveriesPerSecond),
      ...[latencyUs.p50, latencyUs.p90, latencyUs.p99, latencyUs.p999, latencyUs.max].map(count),
      server === null ? '–' : server.cpuUsPerDelivery.toFixed(3),
      server === null ? '–' : percent(server.cpuShare),
      server === null ? '–' : (server.rssBytes / 2 ** 20).toFixed(1),
      generator.cpuUsPerDelivery.toFixed(3),
      percent(generator.busyShare),
      result.deliveriesPerChunk.toFixed(1),
    ]
  })
  const notes = results.flatMap((result) => [
    ...accountWords(result.account).map((words) => `${loopName(result.loop)}: ${words}`),
    ...result.notes.map((note) => `${loopName(result.loop)}: ${note}`),
  ])
  return [table([...header, ...more], rows), ...notes].join('\n')
}

/** What went wrong with the deliveries, in words; or that nothing did. */
export function accountWords(account: Account): string[] {
  const { lost, duplicated, reordered, foreign, failures } = account
  const lines = Object.entries(failures).map(([reason, clients]) => `${clients} clients failed: ${reason}`)
  if (lost + duplicated + reordered + foreign === 0) {
    return [...lines, 'every delivery in order, none missing, none twice']
  }
  const counts = `lost ${lost}, duplicated ${duplicated}, reordered ${reordered}, foreign ${foreign}`
  return [...lines, `DELIVERIES WRONG: ${counts}`]
}

export function isClean({ lost, duplicated, reordered, foreign, failures }: Account): boolean {
  return lost + duplicated + reordered + foreign === 0 && Object.keys(failures).length === 0
}

export function loopName(loop: Loop): string {
  if (loop.kind === 'closed') return `${loop.inFlight} in flight`
  return `${loop.perSecond}/s ${loop.arrivals}`
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}

/** Writes what was asked for and what came out, with the machine that it came from. */
export function writeJson(path: string, contents: object): void {
  const [cpu] = cpus()
  const machine = {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    architecture: arch(),
    node: process.version,
  }
  writeFileSync(
    path,
    `${JSON.stringify({ time: new Date().toISOString(), machine, ...contents }, null, 2)}\n`,
  )
}
