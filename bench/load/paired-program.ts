/**
 * What the programs have in common that measure two servers in turn: the runs, what is printed around the table, the
 * file, and the exit code. Which servers, and what the table says, is theirs.
 */

import { surviveEndings } from './endings.js'
import { liveView } from './live-view.js'
import { notesOf, type PairOptions, type Pairs, runPairs } from './pairs.js'
import { requireWritable } from './preflight.js'
import { provenance } from './report/provenance.js'
import { writeJson } from './report/publish.js'
import { isClean } from './report/words.js'
import { fanout } from './scenarios/fanout.js'

export interface PairedProgram {
  /** Names it in the file. */
  scenario: string
  sides: Parameters<typeof runPairs>[0]
  /** Prints what came of it. */
  show(pairs: Pairs): void
}

/** Measures and prints. Loads that were not clean make the exit code 1. */
export async function runPaired(
  { scenario, sides, show }: PairedProgram,
  options: PairOptions,
): Promise<void> {
  requireWritable(options)
  const pairs = await runPairs(sides, options, liveView(process.stdout, options.quiet === true), console.log)
  console.log(`\n${fanout.cast(options).words}; medians of ${options.runs} pairs`)
  show(pairs)
  for (const note of notesOf(pairs)) console.log(note)
  if (options.json !== undefined) {
    writeJson(options.json, { ...provenance(), scenario, parameters: options, results: pairs })
  }
  const all = [...pairs.first, ...pairs.second].flat()
  if (!all.every(({ account }) => isClean(account))) process.exitCode = 1
}

/** Runs a program to its end; what goes wrong is one line and the exit code 1. */
export async function asProgram(work: () => Promise<void>): Promise<void> {
  surviveEndings()
  try {
    await work()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
