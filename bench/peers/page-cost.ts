/** The page's part about what a delivery costs, by layer. */

import type { Costs } from './cost-table.js'
import { costHeader, costRows, memoryWords } from './cost-words.js'
import { markdownTable } from './markdown.js'

export function costSection(costs: Costs | null): string[] {
  if (costs === null) return []
  const loads = [...new Set(costs.loads.map(({ load }) => load))]
  const profiled = costs.loads.every(({ shares }) => shares !== null)
  const how = profiled
    ? '`perf record -e cpu-clock` samples where the server is while the load runs, 1,999 times a second of its CPU ' +
      'time; functions that V8 compiled are named by `--perf-basic-prof-only-functions`. A sample counts for the ' +
      'function that was running, not for its callers. The samples’ shares are shares of the CPU time that ' +
      '`/proc/PID/stat` says a delivery took.'
    : 'User and system time are from `/proc/PID/stat`; `perf`, which tells more apart, does not work there.'
  const tables = loads.map((load) => {
    const ofLoad = costs.loads.filter((cost) => cost.load === load)
    return `${load}, µs per delivery:\n\n${markdownTable(costHeader(ofLoad), costRows(ofLoad))}`
  })
  return [
    '## What a delivery costs, by layer',
    'The relay natively over descriptors (what it does where that is built), over Node’s TCP handles (where Node lets ' +
      `it), over public sockets (otherwise, and for TLS), and the bare C relay. ${how}`,
    ...tables,
    ...(costs.memory.length === 0 ? [] : [memoryWords(costs.memory)]),
  ]
}
