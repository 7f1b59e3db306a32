/**
 * Which embedded store is to keep the messages of rooms: contenders against each other.
 *
 *     npm run bench:history -- [lmdb|classic-level|libsql|node-sqlite3-wasm …]
 *
 * Each runs in a process of its own, so that none pays for the memory of another.
 */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { table } from '../load/report/table.js'
import { CONTENDERS } from './contenders.js'
import type { Measured } from './measure.js'

const TIMEOUT_MS = 600_000

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CONTENDERS)
const rows: string[][] = []
for (const name of wanted) {
  const args = ['--import', 'tsx', fileURLToPath(new URL('./measure.ts', import.meta.url)), name]
  const { stdout, status } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  })
  if (status !== 0) {
    console.error(`${name}: could not be measured in ${TIMEOUT_MS / 60_000} minutes, or at all`)
    process.exitCode = 1
    continue
  }
  rows.push(rowOf(name, JSON.parse(stdout.toString()) as Measured))
}
console.log(
  table(
    [
      'store',
      'appends/s',
      'turn blocked, p99',
      'longest',
      'last 50 of a room',
      'open with 100 MB',
      'on disk',
      'memory grown',
      'lost by kill -9',
      'read meanwhile',
    ],
    rows,
  ),
)

function rowOf(name: string, measured: Measured): string[] {
  return [
    name,
    Math.round(measured.appendsPerSecond).toLocaleString('en'),
    `${measured.blockedP99Ms.toFixed(1)} ms`,
    `${measured.blockedMostMs.toFixed(0)} ms`,
    `${measured.lastMicroseconds.toFixed(0)} µs`,
    `${measured.openMs.toFixed(1)} ms`,
    `${(measured.diskBytes / 1e6).toFixed(0)} MB`,
    `${(measured.grownBytes / 1e6).toFixed(0)} MB`,
    measured.lost === null ? 'does not open' : `${measured.lost}`,
    measured.isReadableMeanwhile ? 'yes' : 'no',
  ]
}
