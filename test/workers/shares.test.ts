/** That the machine has no more connections than it may, and that nobody is refused for long while there is room. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Sharer, Shares } from '../../src/workers/shares.js'
import { FUZZ_SEED, fuzzRuns } from '../fixtures/fuzz-seed.js'

/** A worker that takes whoever comes, as long as it may. */
class Taker implements Sharer {
  readonly number: number
  connections = 0
  isReady = true
  #limit: number
  /** Happens before it answers. */
  meanwhile: () => void = () => {}

  constructor(number: number, limit: number) {
    this.number = number
    this.#limit = limit
  }

  arrive(count: number): void {
    this.connections = Math.max(this.connections, Math.min(this.#limit, this.connections + count))
  }

  leave(count: number): void {
    this.connections = Math.max(0, this.connections - count)
  }

  async limit(most: number): Promise<number> {
    this.meanwhile()
    this.#limit = Math.max(most, this.connections)
    return this.#limit
  }
}

function takersOf(shares: Shares, count: number): Taker[] {
  return Array.from(
    { length: count },
    (_, index) => new Taker(index + 1, shares.limitOf(index + 1) as number),
  )
}

const total = (takers: readonly Taker[]) => takers.reduce((sum, { connections }) => sum + connections, 0)

test('who is full gets what others do not need', async () => {
  const shares = new Shares(2)
  shares.begin(100)
  const takers = takersOf(shares, 2)
  const [one, other] = takers as [Taker, Taker]
  for (let round = 0; round < 8; round++) {
    one.arrive(100)
    await shares.share(takers)
  }
  assert.ok(one.connections >= 99, `${one.connections} of 100`)
  other.arrive(100)
  assert.ok(total(takers) <= 100)
})

test('without a number there is nothing to share', async () => {
  const shares = new Shares(2)
  shares.begin('auto')
  assert.equal(shares.limitOf(1), null)
  await shares.share([])
})

test('whoever comes and goes and whoever crashes, there are never more than there may be', async () => {
  const step = fc.record({
    who: fc.nat(3),
    kind: fc.constantFrom('arrive', 'leave', 'crash', 'share'),
    count: fc.nat(60),
  })
  const property = fc.asyncProperty(
    fc.integer({ min: 4, max: 100 }),
    fc.array(step, { maxLength: 60 }),
    async (whole, steps) => {
      const shares = new Shares(4)
      shares.begin(whole)
      const takers = takersOf(shares, 4)
      for (const { who, kind, count } of steps) {
        const taker = takers[who] as Taker
        // What supervisors hear of is a while ago: somebody always comes meanwhile.
        const crowd = () => {
          for (const each of takers) each.arrive(count)
          assert.ok(total(takers) <= whole)
        }
        if (kind === 'arrive') taker.arrive(count)
        if (kind === 'leave') taker.leave(count)
        if (kind === 'crash') takers[who] = new Taker(who + 1, shares.limitOf(who + 1) as number)
        if (kind === 'share') {
          for (const each of takers) each.meanwhile = crowd
          await shares.share(takers)
          for (const each of takers) each.meanwhile = () => {}
        }
        assert.ok(total(takers) <= whole)
      }
    },
  )
  await fc.assert(property, { seed: FUZZ_SEED, numRuns: fuzzRuns(200) })
})
