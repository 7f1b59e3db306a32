/**
 * Each target for a moment: everything in its corpus, in every way in which it can come, and inputs that nobody has seen. `FUZZ_SEED`
 * and `FUZZ_RUNS` repeat a run or make it longer; `npm run fuzz` goes on for as long as it is told, and looks at what runs.
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FUZZ_SEED, fuzzRuns } from '../fixtures/fuzz-seed.js'
import { Campaign, Finding } from './engine/campaign.js'
import { readCorpus } from './engine/corpus.js'
import type { Target } from './engine/target.js'
import { TARGETS } from './targets.js'

for (const target of TARGETS.values()) {
  suite(`row 25 ${target.name}`, () => {
    test('nothing of what is kept does what it once did', async () => {
      const kept = readCorpus(target.name)
      assert.ok(kept.length > 0, 'there is no corpus')
      const subject = await target.start()
      for (const { name, input } of kept) {
        for (let way = 0; way < target.ways; way++) {
          try {
            await subject.run(input, way)
          } catch (error) {
            throw new Error(`${name}, way ${way}: ${(error as Error).message}`, { cause: error })
          }
        }
      }
      await subject.stop()
    })

    test('random bytes, and right ones that are changed, do no harm', async (t) => {
      const runs = fuzzRuns(target.usualRuns)
      t.diagnostic(`FUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${runs}`)
      await fuzz(target, runs)
    })
  })
}

async function fuzz(target: Target, runs: number): Promise<void> {
  const campaign = new Campaign({
    target,
    seed: FUZZ_SEED,
    corpus: readCorpus(target.name).map(({ input }) => input),
  })
  try {
    await campaign.begin()
    await campaign.run('random', runs)
    await campaign.run('mutated', runs)
  } catch (error) {
    if (!(error instanceof Finding)) throw error
    const hex = error.input.toString('hex')
    throw new Error(`way ${error.way} of ${hex.slice(0, 4000)}: ${error.message}`, { cause: error.cause })
  } finally {
    await campaign.stop()
  }
}
