/** That guessing is bounded: how much is checked at once, and how much each address may get wrong. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Verifications } from '../../../src/relay/access/verifications.js'
import { WrongAttempts } from '../../../src/relay/access/wrong-attempts.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Work that ends when the test says so. */
function work() {
  const ends: (() => void)[] = []
  const begun: string[] = []
  const done: string[] = []
  const verifications = new Verifications<string>({ atOnce: 2, mostWaiting: 3 })
  const add = (name: string) =>
    verifications.add(
      () => {
        begun.push(name)
        return new Promise((resolve) => ends.push(() => resolve(name)))
      },
      (result) => done.push(result),
    )
  const end = async () => {
    ends.shift()?.()
    await settled()
  }
  return { verifications, add, end, begun, done }
}

test('a few are checked at once, the others in the order in which they came, and no more than may wait', async () => {
  const { verifications, add, end, begun, done } = work()
  for (const name of ['a', 'b', 'c', 'd', 'e']) assert.notEqual(add(name), null, name)
  assert.equal(add('f'), null)
  assert.deepEqual([begun.join(''), verifications.waiting], ['ab', 3])
  await end()
  assert.deepEqual([begun.join(''), done.join(''), verifications.waiting], ['abc', 'a', 2])
  assert.notEqual(add('g'), null)
  for (let times = 0; times < 5; times++) await end()
  assert.deepEqual([begun.join(''), done.join(''), verifications.waiting], ['abcdeg', 'abcdeg', 0])
})

test('whoever gives up is told nothing, and what they waited with is not begun', async () => {
  const { verifications, add, end, begun, done } = work()
  const giveUp = ['a', 'b', 'c', 'd'].map((name) => add(name))
  giveUp[0]?.()
  giveUp[2]?.()
  assert.equal(verifications.waiting, 1)
  for (let times = 0; times < 4; times++) await end()
  assert.deepEqual([begun.join(''), done.join('')], ['abd', 'bd'])
})

test('from an address that has got too much wrong nothing is looked at until it is forgiven, in step with the time', () => {
  let nowMs = 0
  const wrong = new WrongAttempts(6, () => nowMs)
  for (let times = 0; times < 6; times++) {
    assert.ok(wrong.mayTry('192.0.2.1'))
    wrong.add('192.0.2.1')
  }
  assert.equal(wrong.mayTry('192.0.2.1'), false)
  assert.ok(wrong.mayTry('192.0.2.2'))
  nowMs = 9_999
  assert.equal(wrong.mayTry('192.0.2.1'), false)
  nowMs = 10_000
  assert.ok(wrong.mayTry('192.0.2.1'))
  // Many who were under way at once are all counted, and waited for.
  for (let times = 0; times < 7; times++) wrong.add('192.0.2.1')
  nowMs = 79_999
  assert.equal(wrong.mayTry('192.0.2.1'), false)
  nowMs = 80_000
  assert.ok(wrong.mayTry('192.0.2.1'))
  wrong.perMinute = 1
  assert.equal(wrong.mayTry('192.0.2.1'), false)
})

test('what is remembered of addresses is bounded: the one that was heard of longest ago is forgotten first', () => {
  const wrong = new WrongAttempts(1, () => 0)
  for (let index = 0; index < 10_000; index++) wrong.add(`10.0.${index >> 8}.${index & 255}`)
  wrong.add('10.0.0.0')
  wrong.add('192.0.2.1')
  assert.equal(wrong.mayTry('10.0.0.0'), false)
  assert.ok(wrong.mayTry('10.0.0.1'))
  assert.equal(wrong.mayTry('10.0.0.2'), false)
})

test('all addresses of one IPv6 network are one, however they are written', () => {
  for (const [guessing, same, other] of [
    ['::1', '::2', '0:0:0:1::1'],
    ['2001:db8::1', '2001:db8::9:8:7:6', '2001:db8:0:1::1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9', '2001:db8:1:3::9'],
    ['2600::5:1:2:3:4', '2600:0:0:5::9', '2600::6:1:2:3:4'],
  ] as const) {
    const wrong = new WrongAttempts(1, () => 0)
    wrong.add(guessing)
    assert.deepEqual([wrong.mayTry(same), wrong.mayTry(other)], [false, true], guessing)
  }
})
