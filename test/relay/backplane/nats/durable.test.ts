/** What is said while NATS or the way to it is gone arrives afterwards, once and in order. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { HarnessNode, type NodeOptions } from '../../../fixtures/cluster-harness.js'
import { type NatsServer, noNats, startNats } from '../../../fixtures/nats-server.js'
import { until } from '../../../fixtures/until.js'

const numbered = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => String(first + index))

describe('with durable', { skip: noNats() ?? false }, () => {
  let nats: NatsServer
  const ends: (() => Promise<void>)[] = []
  let clusters = 0
  before(async () => {
    nats = await startNats({ after: (end) => ends.push(end) })
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  const nodes = async (
    t: { after(end: () => Promise<void>): void },
    options: Partial<NodeOptions> = {},
  ): Promise<[HarnessNode, HarnessNode]> => {
    const prefix = `durable${++clusters}`
    const [a, b] = await Promise.all(
      ['a', 'b'].map((id) => HarnessNode.start(t, nats, { prefix, id, ...options })),
    )
    return [a as HarnessNode, b as HarnessNode]
  }
  /** Amy at `a` and Bob at `b`, who know of each other. */
  const couple = async (a: HarnessNode, b: HarnessNode) => {
    await Promise.all([a.login('Amy'), b.login('Bob')])
    await until(() => a.knows('Bob') && b.knows('Amy'))
  }
  /** Both say so many numbers, over so long. */
  const talk = async (a: HarnessNode, b: HarnessNode, first: number, count: number, overMs: number) => {
    for (const text of numbered(first, count)) {
      a.say('Amy', text)
      b.say('Bob', text)
      await delay(overMs / count)
    }
  }
  const allHeard = async (a: HarnessNode, b: HarnessNode, count: number) => {
    await until(
      () => b.heard('Bob', 'Amy').length >= count && a.heard('Amy', 'Bob').length >= count,
      20_000,
    ).catch(() => {})
    assert.deepEqual(b.heard('Bob', 'Amy'), numbered(0, count))
    assert.deepEqual(a.heard('Amy', 'Bob'), numbered(0, count))
    for (const node of [a, b]) assert.deepEqual([node.id, node.lost], [node.id, []])
  }

  it('M5 M6 what both sides say while one link is cut for 3 s arrives on the other, once and in order', async (t) => {
    const [a, b] = await nodes(t)
    await couple(a, b)
    await talk(a, b, 0, 20, 100)
    a.hose.cut()
    await talk(a, b, 20, 60, 3000)
    a.hose.clear()
    await talk(a, b, 80, 20, 300)
    await allHeard(a, b, 100)
    await until(() => a.durable.unsent.batches === 0)
    assert.ok(a.durable.stats.spooled > 0)
  })

  it('M5 M6 so does what is said for 12 s, when the node was declared dead meanwhile', async (t) => {
    const [a, b] = await nodes(t)
    await couple(a, b)
    a.hose.cut()
    await talk(a, b, 0, 60, 12_000)
    a.hose.clear()
    await talk(a, b, 60, 40, 1000)
    await allHeard(a, b, 100)
    assert.ok(a.said.includes('fenced'), a.said.join())
  })

  it('M5 M6 so does what is said while NATS is killed, with its server started again', async (t) => {
    const [a, b] = await nodes(t)
    await couple(a, b)
    await nats.kill()
    await talk(a, b, 0, 20, 500)
    await nats.start()
    await talk(a, b, 20, 20, 200)
    await allHeard(a, b, 40)
  })

  it('direct messages of a cut-off node arrive as well, and those to its people', async (t) => {
    const [a, b] = await nodes(t)
    await couple(a, b)
    a.hose.cut()
    await until(() => !a.nats.bus.isUp)
    for (const text of numbered(0, 20)) {
      a.tell('Amy', 'Bob', text)
      b.tell('Bob', 'Amy', text)
    }
    a.hose.clear()
    await allHeard(a, b, 20)
  })

  it('what waits for NATS is bounded: whoever says more than that waits, and it is said', async (t) => {
    const [a, b] = await nodes(t, { maxUnsentBytes: 20_000 })
    await couple(a, b)
    a.hose.cut()
    await until(() => !a.nats.bus.isUp)
    for (let number = 0; !a.durable.isFull; number++) {
      a.say('Amy', String(number))
      await delay(0)
      assert.ok(number < 1000)
    }
    assert.ok(a.durable.unsent.bytes < 21_000)
    a.say('Amy', 'more')
    assert.deepEqual(
      a.said.filter((word) => word === 'full' || word === 'Amy waits'),
      ['full', 'Amy waits'],
    )
    a.hose.clear()
    await until(() => a.said.includes('relieved') && b.heard('Bob', 'Amy').at(-1) === 'more')
    assert.equal(a.durable.stats.full, 1)
  })

  it('what the stream has no room for is counted as lost, and the rest arrives in order', async (t) => {
    const [a, b] = await nodes(t, { streamBytes: 16_384, patienceMs: 1000 })
    await couple(a, b)
    b.say('Bob', '0')
    await until(() => a.heard('Amy', 'Bob').length === 1)
    a.hose.cut()
    await until(() => !a.nats.bus.isUp)
    for (let number = 1; number <= 200; number++) {
      b.say('Bob', `${number} ${'.'.repeat(100)}`)
      await delay(0)
    }
    await until(() => b.durable.unsent.batches === 0)
    a.hose.clear()
    await until(() => a.lost.length > 0)
    const heard = a.heard('Amy', 'Bob').map((text) => Number.parseInt(text, 10))
    assert.deepEqual(
      heard,
      [...heard].sort((one, other) => one - other),
    )
    assert.deepEqual([heard.at(-1), a.lost.map(({ node, room }) => [node, room])], [200, [['b', 'general']]])
    assert.equal(heard.length + (a.lost[0]?.messages ?? 0), 201)
    assert.ok(heard.length > 20)
  })
})
