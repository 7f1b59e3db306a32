/**
 * Several ways to do the same work, timed by mitata and weighed by allocation: a table each, with how many
 * times faster the first is than each other.
 */

import { bench, do_not_optimize, group, run } from 'mitata'
import { allocatedBytes } from './allocation.js'

export interface Contender {
  name: string
  /** Frames, deliveries or whatever is counted that one `run` does. */
  units: number
  /** Does the work once. @returns something that depends on it, so that it is not optimized away */
  run(): number | Promise<number>
}

export interface Contest {
  name: string
  contenders: Contender[]
}

export interface Standing {
  contest: string
  contender: string
  unitsPerSecond: number
  allocatedBytesPerUnit: number
  /** How many times as many a second the first contender does. */
  firstIsTimesFaster: number
}

/** Runs all contests. Takes about two seconds a contender. */
export async function runContests(contests: readonly Contest[]): Promise<Standing[]> {
  for (const { name, contenders } of contests) {
    group(name, () => {
      for (const contender of contenders) bench(contender.name, measured(contender))
    })
  }
  const { benchmarks } = await run()
  const medianNs = benchmarks.map(({ runs }) => runs[0]?.stats?.p50 ?? Number.NaN)
  let index = 0
  return contests.flatMap(({ name, contenders }) => {
    const rates = contenders.map(({ units }) => (units * 1e9) / (medianNs[index++] as number))
    return contenders.map((contender, place) => ({
      contest: name,
      contender: contender.name,
      unitsPerSecond: rates[place] as number,
      // Of one that takes turns, only the first is seen.
      allocatedBytesPerUnit: allocatedBytes(() => contender.run()) / contender.units,
      firstIsTimesFaster: (rates[0] as number) / (rates[place] as number),
    }))
  })
}

/** Waiting costs something too, so only those wait who have to. */
function measured(contender: Contender): () => unknown {
  if (typeof contender.run() === 'number') return () => do_not_optimize(contender.run())
  return async () => do_not_optimize(await contender.run())
}
