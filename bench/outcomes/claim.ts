/** What an outcome says: something that was measured, and what it must be. */

import { count } from '../load/report/words.js'

export interface Claim {
  readonly what: string
  readonly measured: string
  readonly expected: string
  readonly holds: boolean
}

/** Something that has to be proved, with the runs that prove it. */
export interface Outcome {
  readonly name: string
  readonly description: string
  /** @param say takes a line about each run */
  prove(rounds: number, say: (line: string) => void): Promise<Claim[]>
}

export function atLeast(what: string, measured: number, least: number): Claim {
  return { what, measured: figure(measured), expected: `at least ${figure(least)}`, holds: measured >= least }
}

export function atMost(what: string, measured: number, most: number): Claim {
  return { what, measured: figure(measured), expected: `at most ${figure(most)}`, holds: measured <= most }
}

export function exactly(what: string, measured: number, expected: number): Claim {
  return { what, measured: figure(measured), expected: figure(expected), holds: measured === expected }
}

/** A figure that explains another one, and that nothing is expected of. */
export function explains(what: string, measured: number): Claim {
  return { what, measured: figure(measured), expected: '', holds: true }
}

function figure(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? count(value) : value.toFixed(2)
}
