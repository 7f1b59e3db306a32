/** All that a soak has found, as plain data: what the page and the table are made of, kept in `build/soak.json`. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Percentiles } from '../load/percentiles.js'
import type { Provenance } from '../load/report/provenance.js'
import type { CheckedCounts, Presence } from './checker.js'
import type { Held } from './held.js'
import type { SoakPlan } from './plan.js'
import type { Sample } from './samples.js'

const BUILD = fileURLToPath(new URL('../../build/', import.meta.url))
const PATH = `${BUILD}soak.json`

type Counts = Readonly<Record<string, number>>

export interface SoakResults {
  readonly origin: Provenance
  readonly plan: SoakPlan
  readonly seed: number
  /** Of the time that was measured, without the warm-up. */
  readonly seconds: number
  /** The healthy crowd, after the warm-up. */
  readonly checked: CheckedCounts
  readonly storms: CheckedCounts
  /** The same of the warm-up, all in one. */
  readonly warmUpWrong: number
  readonly latencyUs: Percentiles
  /** By somebody who speaks framed: whom they were told of, warm-up included. */
  readonly presence: readonly Presence[]
  /** What they had to be told of, by the chat log. */
  readonly expectedPresence: Presence
  /** What this bench did, warm-up included. */
  readonly did: {
    readonly connected: number
    readonly accepted: number
    readonly message: number
    readonly direct: number
    readonly edited: number
    readonly renamed: number
    readonly blocked: number
    readonly reloadsTaken: number
    readonly reloadsRefused: number
    readonly answered: number
    readonly operated: number
    readonly ends: Counts
    readonly rejected: Counts
    readonly visits: Counts
  }
  readonly troubles: readonly string[]
  readonly troubleCount: number
  /** What the relay counted: its metrics at the end. */
  readonly counted: {
    readonly opened: number
    readonly deliveries: number
    readonly disconnects: Counts
    readonly rejected: Counts
    readonly events: Counts
    readonly reloads: Counts
    readonly faults: number
    readonly logLinesLost: number
    readonly acceptErrors: number
    readonly pauses: number
    readonly congestions: number
  }
  /** What it recorded. */
  readonly recorded: {
    readonly counts: Counts
    readonly rotatedFiles: number
    readonly bytes: number
    readonly broken: number
  }
  readonly before: Held
  readonly after: Held
  readonly samples: readonly Sample[]
  readonly sampleFailures: number
  /** Of a core, over the measured time. */
  readonly cpuShare: { readonly relay: number; readonly bench: number }
  readonly exitCode: number | null
}

export function saveResults(results: SoakResults): string {
  mkdirSync(BUILD, { recursive: true })
  writeFileSync(PATH, `${JSON.stringify(results)}\n`)
  return 'build/soak.json'
}

/** @throws the system's error when there are none */
export function loadResults(): SoakResults {
  return JSON.parse(readFileSync(PATH, 'utf8')) as SoakResults
}
