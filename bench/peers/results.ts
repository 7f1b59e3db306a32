/**
 * Everything that a run has measured so far, as it is kept in `build/`: an interrupted run is taken up again from
 * there, and the page is written from it.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Provenance, provenance } from '../load/report/provenance.js'
import type { Costs } from './cost-table.js'
import type { Plan } from './plan.js'
import type { IdleMeasured, Measured, Pinning } from './visit.js'

export interface Turn {
  peer: string
  /** From 1. */
  round: number
  measured: Measured[]
  /** Why it came to no end; null when it did. */
  failure: string | null
  /** False while it is under way. */
  isWhole: boolean
}

export interface PeerInfo {
  name: string
  version: string
  description: string
}

export interface Results {
  origin: Provenance
  isQuick: boolean
  plan: Plan
  pinning: Pinning
  peers: PeerInfo[]
  missing: { name: string; reason: string }[]
  turns: Turn[]
  idle: { peer: string; measured: IdleMeasured | null; failure: string | null }[]
  /** What a delivery costs, by layer; null while it has not been measured. */
  costs: Costs | null
}

export const RESULTS_PATH = fileURLToPath(new URL('../../build/bench-peers.json', import.meta.url))

export function newResults(
  given: Pick<Results, 'isQuick' | 'plan' | 'pinning' | 'peers' | 'missing'>,
): Results {
  return { origin: provenance(), ...given, turns: [], idle: [], costs: null }
}

export function saveResults(results: Results): void {
  mkdirSync(dirname(RESULTS_PATH), { recursive: true })
  writeFileSync(RESULTS_PATH, `${JSON.stringify(results, null, 1)}\n`)
}

/** @throws Error when there is nothing to take up */
export function loadResults(): Results {
  try {
    return JSON.parse(readFileSync(RESULTS_PATH, 'utf8'))
  } catch {
    throw new Error('there is no earlier run in build/bench-peers.json')
  }
}
