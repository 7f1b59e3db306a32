/** Who is made to wait, for how long, and who is sent away: with a clock and connections of the test's own. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AllowanceRules, Allowances, type Spender } from '../../../src/relay/net/allowances.js'

class FakeSpender implements Spender {
  spending = null
  waits = false
  isGone = false
  readonly remoteAddress: string

  constructor(remoteAddress = '192.0.2.1') {
    this.remoteAddress = remoteAddress
  }

  pause(): void {
    this.waits = true
  }

  resume(): void {
    this.waits = false
  }

  flooded(): void {
    this.isGone = true
  }
}

const FLOOD_MS = 10_000

function world(t: TestContext, rules: Partial<AllowanceRules>) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let nowMs = 5000
  const allowances = new Allowances(() => nowMs)
  const use = (more: Partial<AllowanceRules>) =>
    allowances.use({ connection: null, address: null, floodMs: FLOOD_MS, ...more })
  use(rules)
  const pass = (ms: number, each = () => {}) => {
    for (let passed = 0; passed < ms; passed += 10) {
      nowMs += 10
      t.mock.timers.tick(10)
      each()
    }
  }
  /** Asks for as much as it may. @returns how much that was */
  const ask = (spender: Spender & { waits: boolean }, most = 1000) => {
    let count = 0
    while (!spender.waits && count < most) {
      allowances.spend(spender)
      count++
    }
    return count
  }
  return { allowances, use, pass, ask }
}

test('the burst goes at once, one more is carried out too, and then it is the rate, whatever the rate is', (t) => {
  for (const perSecond of [1, 5, 20, 300]) {
    const { pass, ask } = world(t, { connection: { perSecond, burst: 10 * perSecond } })
    const spender = new FakeSpender()
    assert.equal(ask(spender, 100_000), 10 * perSecond + 1)
    assert.ok(spender.waits)
    let count = 0
    pass(9000, () => {
      count += ask(spender)
    })
    assert.ok(Math.abs(count - 9 * perSecond) <= perSecond / 4 + 2, `${count} at ${perSecond}/s`)
    assert.ok(!spender.isGone)
    t.mock.timers.reset()
  }
})

test('whoever never lets up is sent away after the time for that; whoever lets up, or keeps within, is not', (t) => {
  const { pass, ask } = world(t, { connection: { perSecond: 10, burst: 100 } })
  const [flooding, bursting, steady] = [new FakeSpender(), new FakeSpender(), new FakeSpender()]
  let ticks = 0
  pass(4 * FLOOD_MS, () => {
    ticks++
    if (!flooding.isGone) ask(flooding)
    // Two hundred every 25 s.
    if (ticks % 2500 < 1000) ask(bursting, 1)
    if (ticks % 10 === 0) ask(steady, 1)
  })
  assert.ok(flooding.isGone)
  assert.ok(!bursting.isGone)
  assert.ok(!steady.isGone)
})

test('the connections of one address share its allowance, however many they are; another address has its own', (t) => {
  const { pass, ask } = world(t, { address: { perSecond: 50, burst: 500 } })
  const crowd = Array.from({ length: 100 }, () => new FakeSpender())
  const other = new FakeSpender('192.0.2.2')
  let count = 0
  const all = () => {
    for (const spender of crowd) count += ask(spender, 20)
  }
  all()
  assert.ok(count <= 600, `${count} at once`)
  count = 0
  pass(9000, all)
  assert.ok(count <= 9 * 50 + 100, `${count} in 9 s`)
  assert.ok(count >= 300, `${count} in 9 s`)
  assert.equal(ask(other, 500), 500)
  assert.ok(!other.waits)
})

test('other rules let everybody go on; whoever has ended is not read from again', (t) => {
  const { allowances, use, pass, ask } = world(t, { connection: { perSecond: 1, burst: 1 } })
  const [one, gone] = [new FakeSpender(), new FakeSpender()]
  ask(one)
  ask(gone)
  allowances.forget(gone)
  use({})
  assert.ok(!allowances.isOn)
  assert.ok(!one.waits)
  pass(5000)
  assert.ok(gone.waits)
})
