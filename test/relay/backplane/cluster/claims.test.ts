/**
 * How a node asks for names: how many at once, for how long, and what whoever wants one is told. In a storm of people who come back
 * at once nobody is refused while the queue moves, and nobody waits for ever when it does not. The test answers.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClaimAnswer, Claims } from '../../../../src/relay/backplane/cluster/claims.js'
import { noStats } from '../../../../src/relay/backplane/cluster/stats.js'
import {
  CLAIM_AGAIN_MS,
  CLAIM_MS,
  FREED_WITHIN_MS,
  TICK_MS,
} from '../../../../src/relay/backplane/cluster/timing.js'
import { WorldClock } from '../../../fixtures/cluster-simulation/world-clock.js'

const laterOf = (timers: (() => void)[]) => (callback: () => void) => {
  timers.push(callback)
  return { cancel() {} }
}

/** Claims of a node whose registry answers when it is told to. */
function world() {
  let nowMs = 0
  const asked: { name: string; answer(outcome: 'granted' | 'taken' | 'unreachable'): void }[] = []
  const released: string[] = []
  const here = new Set<string>()
  const elsewhere = new Set<string>()
  const timers: (() => void)[] = []
  const answers = new Map<string, ClaimAnswer>()
  const stats = noStats()
  const claims = new Claims({
    registry: {
      claim: (name) => new Promise((resolve) => asked.push({ name, answer: resolve })),
      release: (name) => void released.push(name),
    },
    leases: { isFresh: true, incarnation: 'one' } as never,
    clock: { now: () => nowMs, later: laterOf(timers) },
    stats,
    afterTurn: (callback) => setImmediate(callback),
    isKnown: () => true,
    isTakenUp: (name) => here.has(name),
    isElsewhere: (name) => elsewhere.has(name),
  })
  return {
    asked,
    elsewhere,
    released,
    answers,
    stats,
    claim(name: string) {
      claims.claim(name, (answer) => {
        answers.set(name, answer)
        if (answer === 'granted') here.add(name)
      })
    },
    async tick(ms = TICK_MS) {
      nowMs += ms
      for (const callback of timers.splice(0)) callback()
      claims.expire()
      claims.ask()
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    },
  }
}

test('20,000 who come at once all get in, also where that takes minutes', async () => {
  const { asked, answers, stats, claim, tick } = world()
  for (let i = 0; i < 20_000; i++) claim(`name ${i}`)
  let mostAtOnce = 0
  for (let seconds = 0; answers.size < 20_000; seconds++) {
    assert.ok(seconds < 200)
    mostAtOnce = Math.max(mostAtOnce, asked.length)
    for (const { answer } of asked.splice(0, 200)) answer('granted')
    await tick(1000)
  }
  assert.deepEqual(new Set(answers.values()), new Set(['granted']))
  assert.equal(stats.claimsBusy, 0)
  assert.ok(mostAtOnce <= 256, `${mostAtOnce} at once`)
  // 200 a second: the last one has waited for 100 s.
  const mean = stats.claimMs / 20_000
  assert.ok(mean > 40_000 && mean < 60_000, `${mean} ms on average`)
})

test('where nothing is decided everybody hears so after 5 s, and whoever comes then, too', async () => {
  const { answers, asked, claim, tick } = world()
  for (let i = 0; i < 300; i++) claim(`name ${i}`)
  for (let ms = 0; ms < 4500; ms += TICK_MS) await tick()
  assert.equal(answers.size, 0)
  claim('late')
  await tick()
  assert.equal(answers.size, 300)
  assert.deepEqual(new Set(answers.values()), new Set(['busy']))
  for (let ms = 0; ms < 4500; ms += TICK_MS) await tick()
  assert.equal(answers.get('late'), 'busy')
  assert.equal(asked.length, 256)
})

test('a name of which nobody knows is asked for again, a few times, once a tick', async () => {
  const { answers, asked, released, claim, tick } = world()
  claim('Amy')
  claim('Bob')
  for (let i = 0; i < 5; i++) {
    for (const { name, answer } of asked.splice(0))
      answer(name === 'Amy' && i === 2 ? 'granted' : 'unreachable')
    await tick(0)
    await tick()
  }
  assert.deepEqual(
    [...answers],
    [
      ['Amy', 'granted'],
      ['Bob', 'busy'],
    ],
  )
  assert.deepEqual(released, ['Bob'])
  assert.equal(asked.length, 0)
})

test('a node that stood still does not hold it against anybody', async () => {
  const { answers, asked, claim, tick } = world()
  claim('Amy')
  await tick(30_000)
  assert.equal(answers.size, 0)
  asked[0]?.answer('granted')
  await tick()
  assert.equal(answers.get('Amy'), 'granted')
})

test('N1 a name that is granted while somebody of another node has it is had once they are gone', async () => {
  const { asked, elsewhere, answers, claim, tick } = world()
  elsewhere.add('Amy')
  claim('Amy')
  asked[0]?.answer('granted')
  await tick(25)
  assert.equal(answers.size, 0)
  elsewhere.delete('Amy')
  await tick(25)
  assert.equal(answers.get('Amy'), 'granted')
})

test('N1 a name that is granted because NATS has lost who has it stays theirs', async () => {
  const { asked, elsewhere, released, answers, claim, tick } = world()
  elsewhere.add('Amy')
  claim('Amy')
  asked[0]?.answer('granted')
  for (let times = 0; times < 10; times++) await tick(25)
  assert.equal(answers.get('Amy'), 'taken')
  assert.deepEqual(released, ['Amy'])
})

type Answer = 'granted' | 'taken' | 'unreachable'

class Asking {
  readonly clock = new WorldClock()
  readonly stats = noStats()
  readonly leases = {
    incarnation: 'i1',
    isFresh: true,
    others: () => [],
    start: async () => {},
    suspect: () => {},
    end: async () => {},
  }
  /** Names that were asked for, in order, until they are answered. */
  readonly asked: { readonly name: string; readonly answer: (answer: Answer) => void }[] = []
  readonly released: string[] = []
  /** Whoever has a name, as far as is known here; of this node where it says so. */
  readonly known = new Map<string, 'here' | 'elsewhere'>()
  readonly told: string[] = []
  readonly claims: Claims

  constructor() {
    const { clock, stats, leases, known } = this
    this.claims = new Claims({
      registry: {
        claim: (name) => new Promise((answer) => this.asked.push({ name, answer })),
        release: (name) => this.released.push(name),
      },
      leases,
      clock: clock.clockOf('n1'),
      stats,
      afterTurn: (callback) => clock.at(clock.nowMs, 'n1', callback),
      isTakenUp: (name) => known.get(name) === 'here',
      isKnown: (name) => known.has(name),
      isElsewhere: (name) => known.get(name) === 'elsewhere',
    })
  }

  claim(name: string, who = name): void {
    this.claims.claim(name, (answer) => {
      this.told.push(`${who} ${answer}`)
      if (answer === 'granted' && !this.known.has(name)) {
        this.known.set(name, 'here')
        assert.ok(this.claims.takeUp(name))
      }
    })
  }

  /** What was asked first. */
  async answer(answer: Answer): Promise<void> {
    this.asked.shift()?.answer(answer)
    await this.clock.pass(0)
    await null
    await this.clock.pass(0)
  }

  /** In which the node sees to its claims at each tick. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= TICK_MS) {
      await this.clock.pass(Math.min(left, TICK_MS))
      this.claims.expire()
      this.claims.ask()
    }
  }

  get names(): string[] {
    return this.asked.map(({ name }) => name)
  }
}

test('N1 a name is asked for once however many want it, and everybody is told, in order', async () => {
  const asking = new Asking()
  asking.claim('Amy', 'first')
  asking.claim('Amy', 'second')
  assert.deepEqual(asking.names, ['Amy'])
  await asking.answer('granted')
  assert.deepEqual(asking.told, ['first granted', 'second granted'])
  assert.deepEqual([asking.stats.claims, asking.released], [2, []])
})

test('a node that is not fresh asks for nothing until it is, or has waited for too long', async () => {
  const asking = new Asking()
  asking.leases.isFresh = false
  asking.claim('Amy')
  await asking.pass(CLAIM_MS - TICK_MS)
  asking.claim('Bob')
  assert.deepEqual([asking.asked, asking.told], [[], []])
  await asking.pass(TICK_MS)
  assert.deepEqual(asking.told, ['Amy busy'])
  asking.leases.isFresh = true
  asking.claims.ask()
  assert.deepEqual(asking.names, ['Bob'])
  assert.equal(asking.stats.claimsBusy, 1)
})

test('a claim that is not answered in time is refused, and the name is given back when it is granted after all', async () => {
  const asking = new Asking()
  asking.claim('Amy', 'first')
  asking.claim('Amy', 'second')
  await asking.pass(CLAIM_MS)
  assert.deepEqual(asking.told, ['first busy', 'second busy'])
  assert.equal(asking.stats.claimsBusy, 2)
  await asking.answer('granted')
  assert.deepEqual([asking.told.length, asking.released], [2, ['Amy']])
})

test('whoever wants a name whose claim has taken too long for others has time of their own', async () => {
  const asking = new Asking()
  asking.claim('Amy', 'first')
  await asking.pass(CLAIM_MS)
  asking.claim('Amy', 'second')
  asking.claims.expire()
  assert.deepEqual(asking.told, ['first busy'])
  await asking.answer('granted')
  assert.deepEqual(asking.told, ['first busy', 'second granted'])
  assert.deepEqual(asking.released, [])
})

test('whoever asks again while they are told that it takes too long is told once more', async () => {
  const asking = new Asking()
  asking.leases.isFresh = false
  asking.claims.claim('Amy', () => asking.claim('Amy', 'again'))
  await asking.pass(CLAIM_MS)
  asking.leases.isFresh = true
  asking.claims.ask()
  await asking.answer('granted')
  assert.deepEqual(asking.told, ['again granted'])
})

test('of too many that wait, the next is refused at once', () => {
  const asking = new Asking()
  asking.leases.isFresh = false
  for (let number = 0; number < 50_000; number++) asking.claims.claim(`p${number}`, () => {})
  asking.claim('Amy')
  assert.deepEqual([asking.told, asking.stats.claimsBusy], [['Amy busy'], 1])
})

test('N3 a name that is taken by nobody who is known is asked for again for 200 ms', async () => {
  const asking = new Asking()
  const { clock } = asking
  asking.claim('Amy')
  let asked = 0
  while (asking.told.length === 0) {
    asked++
    await asking.answer('taken')
    if (asking.told.length > 0) break
    assert.deepEqual(asking.names, [])
    await clock.pass(CLAIM_AGAIN_MS)
    assert.deepEqual(asking.names, ['Amy'])
  }
  assert.deepEqual(asking.told, ['Amy taken'])
  assert.equal(clock.nowMs, FREED_WITHIN_MS)
  assert.equal(asked, FREED_WITHIN_MS / CLAIM_AGAIN_MS + 1)
  assert.equal(asking.stats.claimsTaken, 1)
})

test('N3 it is granted once it is free', async () => {
  const asking = new Asking()
  asking.claim('Amy')
  await asking.answer('taken')
  await asking.clock.pass(CLAIM_AGAIN_MS)
  await asking.answer('granted')
  assert.deepEqual(asking.told, ['Amy granted'])
})

test('who has it is known meanwhile, and it is not asked for again', async () => {
  const asking = new Asking()
  asking.claim('Amy')
  await asking.answer('taken')
  asking.known.set('Amy', 'elsewhere')
  await asking.clock.pass(CLAIM_AGAIN_MS)
  assert.deepEqual([asking.told, asking.names], [['Amy taken'], []])
})

test('a name that is taken by somebody who is known is not asked for again', async () => {
  const asking = new Asking()
  asking.known.set('Amy', 'elsewhere')
  asking.claim('Amy')
  await asking.answer('taken')
  assert.deepEqual([asking.told, asking.names], [['Amy taken'], []])
})

test('cut off, everybody is told so, and what is answered afterwards counts for nobody', async () => {
  const asking = new Asking()
  asking.claim('Amy')
  asking.claim('Bob')
  await asking.answer('taken')
  // One waits to ask again, the other is asked.
  asking.claims.cutOff()
  assert.deepEqual(asking.told.toSorted(), ['Amy cut-off', 'Bob cut-off'])
  await asking.clock.pass(CLAIM_AGAIN_MS)
  await asking.answer('granted')
  assert.deepEqual([asking.told.length, asking.names, asking.released], [2, [], ['Amy', 'Bob']])
})

test('N1 what was granted to a former incarnation is asked for again', async () => {
  const asking = new Asking()
  asking.claim('Amy')
  asking.leases.incarnation = 'i2'
  await asking.answer('granted')
  assert.deepEqual([asking.told, asking.names], [[], ['Amy']])
  await asking.answer('granted')
  assert.deepEqual(asking.told, ['Amy granted'])
})
