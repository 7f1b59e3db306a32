/**
 * `npm run fuzz -- TARGET…`: fuzzes targets one after the other, and ends with 1 at the first thing that is wrong, which it makes as
 * small as can be, puts into the corpus, and says how to run again.
 *
 *     --runs N    so many random inputs, and as many that are changed ones (10,000)
 *     --seed S    the same inputs again
 *     --keep      puts into the corpus what showed something new
 *     --replay F  runs one file in every way, and nothing else
 *     --blind     does not note what runs: faster, and only what comes back says what is new
 */

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Campaign, Finding, faultOf, type Kind, minimalFinding } from './engine/campaign.js'
import { keep, readCorpus } from './engine/corpus.js'
import { Coverage } from './engine/coverage.js'
import type { Target } from './engine/target.js'
import { worthKeeping } from './engine/worth-keeping.js'

const PROGRESS_EVERY_MS = 10_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
    replay: { type: 'string' },
    blind: { type: 'boolean', default: false },
  },
})

const runs = Number(values.runs)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(seed)) {
  console.error('expected whole numbers for --runs and --seed')
  process.exit(64)
}

// Before anything is loaded that is to be covered.
const coverage = values.blind || values.replay !== undefined ? null : Coverage.start()
const { TARGETS } = await import('./targets.js')
const targets = positionals.length === 0 ? [...TARGETS.values()] : positionals.map(targetOf)
for (const target of targets) {
  if (values.replay === undefined) await fuzz(target)
  else await replay(target, values.replay)
}
process.exit()

function targetOf(name: string): Target {
  const target = TARGETS.get(name)
  if (target !== undefined) return target
  console.error(`${name}: expected one of ${[...TARGETS.keys()].join(', ')}`)
  process.exit(64)
}

async function fuzz(target: Target): Promise<void> {
  const { name } = target
  const corpus = readCorpus(name).map(({ input }) => input)
  const covered = coverage?.of(target.covers)
  const campaign = new Campaign({ target, seed, corpus, coverage: covered, progress })
  process.removeAllListeners('uncaughtException')
  process.once('uncaughtException', (error) => {
    // While it is made smaller, the same comes again.
    process.on('uncaughtException', () => {})
    void end(target, new Finding(campaign.running ?? Buffer.alloc(0), 0, error))
  })
  console.log(`${name}: --seed ${seed} --runs ${runs}`)
  const begun = performance.now()
  let saidMs = begun
  try {
    await campaign.begin()
    await campaign.run('random', runs)
    await campaign.run('mutated', runs)
    await campaign.stop()
  } catch (error) {
    if (error instanceof Finding) return end(target, error)
    throw error
  }
  const seconds = (performance.now() - begun) / 1000
  const files = values.keep ? await keepAll(target, campaign, covered) : corpus.length
  const share = covered?.share
  const ran =
    share === undefined ? '' : `, ${((100 * share.run) / Math.max(share.of, 1)).toFixed(1)} % of its code run`
  console.log(
    `${name}: ${runs} random and ${runs} changed inputs in ${seconds.toFixed(1)} s, nothing wrong; ` +
      `${campaign.found.length} new ones among ${campaign.parents} parents, ${files} files${ran}`,
  )

  function progress(kind: Kind, done: number): void {
    if (performance.now() - saidMs < PROGRESS_EVERY_MS) return
    saidMs = performance.now()
    const { heapUsed } = process.memoryUsage()
    console.log(
      `${name}: ${done} ${kind}, ${campaign.parents} parents, heap ${Math.round(heapUsed / 2 ** 20)} MiB`,
    )
  }
}

async function keepAll(target: Target, { found }: Campaign, covered: Coverage | undefined): Promise<number> {
  for (const { input, words } of await worthKeeping(target, found, covered)) keep(target.name, words, input)
  return readCorpus(target.name).length
}

async function end(target: Target, finding: Finding): Promise<never> {
  console.error((finding.cause as Error)?.stack ?? finding.message)
  const again = await faultOf(target, finding.input, finding.way)
  const input = again === null ? finding.input : await minimalFinding(target, finding)
  const path = relative('.', keep(target.name, `wrong-${finding.message}`, input))
  if (again === null)
    console.error('The input alone does not show it: what came before has to do with it, or the time.')
  console.error(`${target.name}: ${JSON.stringify(input.toString('latin1').slice(0, 400))}`)
  console.error(`again: npm run fuzz -- ${target.name} --replay ${path}, or --seed ${seed} --runs ${runs}`)
  console.log(`${target.name}: FAILED: ${finding.message.split('\n')[0]}`)
  process.exit(1)
}

async function replay(target: Target, path: string): Promise<void> {
  const input = readFileSync(path)
  let wrong = 0
  for (let way = 0; way < target.ways; way++) {
    const fault = await faultOf(target, input, way)
    if (fault === null) continue
    wrong++
    console.error(`way ${way}: ${fault.stack}`)
  }
  console.log(`${target.name}: ${path}: wrong in ${wrong} of ${target.ways} ways`)
  if (wrong > 0) process.exit(1)
}
