/** What a node remembers of names while nobody can be asked: those that may be its own, each once, and of nobody else. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Bucket, Unreachable } from '../../../../src/relay/backplane/nats/bucket.js'
import { NatsNames, type NatsNamesOptions } from '../../../../src/relay/backplane/nats/nats-names.js'

/** Longer than until what is doubted is tried again. */
const RETRY_MS = 600

/** A node's names over a bucket that answers as the test says. */
async function namesOver(bucket: Partial<Bucket>, bus: { isUp: boolean }): Promise<NatsNames> {
  const store = Promise.resolve({ names: bucket }) as unknown as NatsNamesOptions['store']
  const leases = { incarnation: '1', isFresh: true, isDead: () => Promise.resolve(false) }
  const names = new NatsNames({ bus: bus as NatsNamesOptions['bus'], store, leases, node: 'a' })
  await nextTurn()
  return names
}

test('of who came and went while NATS was gone nothing is remembered, and what was claimed before is given back afterwards', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const bus = { isUp: true }
  const removed: number[] = []
  const bucket: Partial<Bucket> = {
    create: () => Promise.resolve(7),
    read: () => Promise.reject(new Unreachable()),
    remove: (revision) => {
      if (!bus.isUp) return Promise.reject(new Unreachable())
      removed.push(revision)
      return Promise.resolve(true)
    },
  }
  const names = await namesOver(bucket, bus)
  t.after(() => names.stop())
  assert.equal(await names.claim('Amy'), 'granted')
  bus.isUp = false
  for (let visitor = 0; visitor < 1000; visitor++) names.release(`visitor ${visitor}`)
  await names.settled()
  assert.equal(names.size, 1)
  names.release('Amy')
  await names.settled()
  assert.equal(names.size, 1)
  bus.isUp = true
  bucket.read = () => Promise.resolve({ value: 'a 1', revision: 7 })
  t.mock.timers.tick(RETRY_MS)
  await names.settled()
  assert.deepEqual([names.size, removed], [0, [7]])
})

test('while NATS does not answer, a name whose turn has not come waits once, however often others fail', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const asked = new Map<string, number>()
  const failing: (() => void)[] = []
  const names = await namesOver(
    {
      create: () => Promise.reject(new Unreachable()),
      read: (key) => {
        asked.set(key, (asked.get(key) ?? 0) + 1)
        return new Promise((_, reject) => failing.push(() => reject(new Unreachable())))
      },
    },
    { isUp: true },
  )
  t.after(() => names.stop())
  // More than are asked for at once.
  const doubted = Array.from({ length: 520 }, (_, number) => `name ${number}`)
  for (const name of doubted) assert.equal(await names.claim(name), 'unreachable')
  t.mock.timers.tick(RETRY_MS)
  for (let round = 0; round < 4; round++) {
    await nextTurn()
    failing.shift()?.()
    await nextTurn()
    t.mock.timers.tick(RETRY_MS)
  }
  while (failing.length > 0) {
    for (const fail of failing.splice(0)) fail()
    await nextTurn()
  }
  assert.equal(asked.size, doubted.length)
  // Those that failed are tried again, each time that it is tried again.
  assert.ok(Math.max(...asked.values()) <= 2, `${Math.max(...asked.values())} times`)
  assert.equal(names.size, doubted.length)
})
