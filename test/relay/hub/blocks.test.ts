/** C11 from inside: what blocks there are, by name and by session, and that none outlives what it belongs to. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Blocks } from '../../../src/relay/hub/blocks.js'
import { Session } from '../../../src/relay/hub/session.js'
import { Ear } from './model.js'

const named = (name: string) => new Session(name, 'chatty', new Ear(), false)

test('C11 a thousand blocks may begin, one more is too many, and those that are there can be repeated', () => {
  const blocks = new Blocks<Ear>()
  const amy = named('Amy')
  const people = Array.from({ length: 1001 }, (_, index) => named(`p${index}`))
  const outcomes = people.map((person) => blocks.add(amy, person.name, person))
  assert.deepEqual(outcomes, [...Array(1000).fill('begun'), 'full'])
  assert.equal(blocks.add(amy, 'p0', people[0] as Session<Ear>), 'repeated')
  assert.equal(blocks.blockersOf(people[1000] as Session<Ear>), null)
})

test('C11 somebody who is blocked by several names is blocked until the last one is undone', () => {
  const blocks = new Blocks<Ear>()
  const [amy, mallory] = [named('Amy'), named('Mallory')]
  blocks.add(amy, mallory.name, mallory)
  mallory.name = 'Mal'
  blocks.add(amy, mallory.name, mallory)
  mallory.name = 'Lory'
  assert.deepEqual([...(blocks.blockersOf(mallory) ?? [])], [amy])
  assert.equal(blocks.delete(amy, 'Mallory', undefined), true)
  assert.deepEqual([...(blocks.blockersOf(mallory) ?? [])], [amy])
  assert.equal(blocks.delete(amy, 'Mal', undefined), true)
  assert.equal(blocks.blockersOf(mallory), null)
  assert.equal(blocks.delete(amy, 'Mal', undefined), false)
})

test('C11 who is blocked by name by one and as a session by another is blocked by both', () => {
  const blocks = new Blocks<Ear>()
  const [amy, bob, mallory] = [named('Amy'), named('Bob'), named('Mallory')]
  blocks.add(amy, mallory.name, mallory)
  mallory.name = 'Mal'
  const other = named('Mallory')
  blocks.add(bob, mallory.name, mallory)
  assert.deepEqual(new Set(blocks.blockersOf(mallory)), new Set([amy, bob]))
  assert.deepEqual(new Set(blocks.blockersOf(other)), new Set([amy]))
})

test('C11 a session that ends takes the blocks that it made, and leaves those of its name', () => {
  const blocks = new Blocks<Ear>()
  const [amy, bob, mallory] = [named('Amy'), named('Bob'), named('Mallory')]
  blocks.add(amy, mallory.name, mallory)
  blocks.add(mallory, bob.name, bob)
  blocks.add(bob, amy.name, amy)
  blocks.ended(mallory)
  assert.equal(blocks.blockersOf(bob), null)
  assert.deepEqual([...(blocks.blockersOf(named('Mallory')) ?? [])], [amy])
  mallory.name = 'Mal'
  assert.equal(blocks.blockersOf(mallory), null, 'the session that has ended is nobody’s any more')
  assert.deepEqual([...(blocks.blockersOf(amy) ?? [])], [bob], 'others are as they were')
  blocks.ended(amy)
  assert.equal(blocks.blockersOf(named('Mallory')), null)
})
