/** M6 over nodes: who says much to somebody alone who is behind at another node has to wait at their own. */

import assert from 'node:assert/strict'
import { mock, type TestContext, test } from 'node:test'
import type { Order } from '../../../src/relay/backplane/orders.js'
import { SlowPeople } from '../../../src/relay/backplane/slow-people.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import { FakeEncoding, World } from '../fanout/world.js'

const plain = new FakeEncoding('plain')

function node(t: TestContext) {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const world = new World({ minDrainBytesPerSecond: 1000 })
  const orders: Order[] = []
  const other = { id: 'far', sessions: 1, silentMs: 0 }
  const slow = new SlowPeople({
    pressure: world.pressure,
    backplane: { order: (order) => orders.push(order), nodes: () => [other] },
  })
  t.after(() => {
    slow.stop()
    world.pressure.stop()
  })
  const pass = (ms: number) => {
    for (let at = 0; at < ms; at += 100) {
      world.wait(100)
      mock.timers.tick(100)
    }
  }
  return { world, orders, slow, pass, amy: world.person('Amy', plain) }
}

test('M6 whoever says much to somebody who is behind elsewhere waits, and whoever says little does not', (t) => {
  const { slow, amy, pass, world } = node(t)
  slow.said(amy.sink, 'Bob', 5000)
  assert.deepEqual(amy.sink.pauses, new Set())
  slow.told('far', ['Bob', 'Cyd'])
  slow.said(amy.sink, 'Bob', 100)
  slow.said(amy.sink, 'Dan', 5000)
  assert.deepEqual(amy.sink.pauses, new Set())
  slow.said(amy.sink, 'Bob', 1924)
  assert.deepEqual(amy.sink.pauses, new Set([PAUSE.direct]))
  // 875 bytes beyond the first lines, at half of 1000 bytes a second: there are two nodes.
  pass(1500)
  assert.deepEqual(amy.sink.pauses, new Set([PAUSE.direct]))
  slow.told('far', ['Bob'])
  pass(400)
  assert.deepEqual(amy.sink.pauses, new Set())
  slow.said(amy.sink, 'Bob', 10_000)
  slow.told('far', [])
  assert.deepEqual(amy.sink.pauses, new Set(), 'Bob is not behind any more')
  assert.equal(world.pressure.stats.pauses.direct.active, 0)
})

test('M6 a node that is silent is not believed for long', (t) => {
  const { slow, amy, pass } = node(t)
  slow.told('far', ['Bob'])
  slow.told('farther', ['Bob'])
  slow.said(amy.sink, 'Bob', 100_000)
  for (let second = 0; second < 4; second++) {
    slow.told('far', ['Bob'])
    pass(1000)
  }
  assert.deepEqual(amy.sink.pauses, new Set([PAUSE.direct]), 'one of them goes on saying so')
  pass(4000)
  assert.deepEqual(amy.sink.pauses, new Set())
})

test('M6 who is behind is told at once, repeated while it is so, and told once more when it is not', (t) => {
  const { slow, orders, pass } = node(t)
  const [bob, cyd] = [{ slow: true }, { slow: true }]
  slow.behind('Bob', bob)
  slow.behind('Bob', bob)
  slow.behind('Cyd', cyd)
  assert.deepEqual(orders.splice(0), [
    { kind: 'slow', people: ['Bob'] },
    { kind: 'slow', people: ['Bob', 'Cyd'] },
  ])
  pass(2000)
  assert.equal(orders.splice(0).length, 2)
  bob.slow = cyd.slow = false
  pass(1000)
  assert.deepEqual(orders.splice(0), [{ kind: 'slow', people: [] }])
  pass(3000)
  assert.deepEqual(orders, [])
})
