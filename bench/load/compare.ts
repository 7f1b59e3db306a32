/**
 * This tree against another revision, in paired runs: prints medians and each pair's ratio, and fails when this
 * tree is slower by more than a threshold.
 *
 *     npm run bench:compare [revision]
 */

import { Command } from 'commander'
import type { CrowdLoadResult } from './crowd.js'
import { addLoadOptions, loadsDefault, positiveNumber } from './options.js'
import { asProgram, runPaired } from './paired-program.js'
import {
  addPairOptions,
  busyWords,
  medianOf,
  type PairOptions,
  type Pairs,
  perCpuSecond,
  perSecond,
  pinByDefault,
  ratiosOf,
  refuseUnpaired,
} from './pairs.js'
import { table } from './report/table.js'
import { count, loopName } from './report/words.js'
import { buildRevision, buildThisTree } from './revision.js'
import { median, type Verdict, verdictOn } from './verdict.js'

interface CompareOptions extends PairOptions {
  threshold: number
}

interface Measure {
  name: string
  of: (result: CrowdLoadResult) => number
  /** Deliveries at a fixed rate say nothing but that rate; their CPU does. */
  ofOpenLoops: boolean
}

const MEASURES: readonly Measure[] = [
  { name: 'deliveries/s', of: perSecond, ofOpenLoops: false },
  { name: 'deliveries/CPU s', of: perCpuSecond, ofOpenLoops: true },
]

interface Compared {
  row: string[]
  verdict: Verdict
}

function compare(pairs: Pairs, thresholdShare: number): Compared[] {
  const loads = pairs.first[0] ?? []
  return loads.flatMap(({ loop }, load) =>
    MEASURES.filter(({ ofOpenLoops }) => ofOpenLoops || loop.kind === 'closed').map(({ name, of }) => {
      const ratios = ratiosOf(pairs, load, of)
      const verdict = verdictOn(ratios, thresholdShare)
      const medians = [pairs.first, pairs.second].map((runs) => count(medianOf(runs, load, of)))
      const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`
      const row = [`${loopName(loop)}, ${name}`, ...medians, median(ratios).toFixed(3), spread, verdict]
      return { row: [...row, busyWords(pairs, load)], verdict }
    }),
  )
}

const program = addPairOptions(addLoadOptions(new Command('compare'), { seconds: 4 }))
  .description('this tree against another revision, in turn')
  .argument('[revision]', 'what git knows it by', 'HEAD')
  .option('--threshold <percent>', 'slower than this fails', positiveNumber, 5)
  .parse()
const options: CompareOptions = loadsDefault(program.opts<CompareOptions>(), [1, 16, 256])
pinByDefault(options)

function show(pairs: Pairs, labels: readonly string[]): void {
  const all = compare(pairs, options.threshold / 100)
  const header = ['', ...labels, 'ratio', 'pairs', `±${options.threshold}%`, 'load busy']
  console.log(
    table(
      header,
      all.map(({ row }) => row),
    ),
  )
  if (all.some(({ verdict }) => verdict === 'unclear')) {
    console.log('unclear: the pairs contradict each other; a quieter machine or more --runs would tell')
  }
  if (all.some(({ verdict }) => verdict === 'SLOWER')) process.exitCode = 1
}

await asProgram(async () => {
  refuseUnpaired(program)
  console.log('building …')
  const builds = [buildRevision(program.processedArgs[0] as string), buildThisTree()] as const
  const sideOf = ({ label, cliPath }: (typeof builds)[number]) => {
    return { label, server: { kind: 'parlance', arguments: options.serverArg, cliPath } as const }
  }
  const [other, own] = builds
  const sides = [sideOf(other), sideOf(own)] as const
  try {
    const labels = builds.map(({ label }) => label)
    await runPaired({ scenario: 'compare', sides, show: (pairs) => show(pairs, labels) }, options)
  } finally {
    for (const build of builds) build.remove()
  }
})
