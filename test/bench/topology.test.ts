/** Who must hear whom: that every process works it out alike, and that slow readers are nobody's audience. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Topology, type TopologyPlan } from '../../bench/load/topology.js'

const PLAN: TopologyPlan = {
  clients: 10,
  rooms: 1,
  roomSenders: 2,
  directSenders: 0,
  stopped: 0,
  trickling: 0,
  echoesOwn: false,
}

test('everyone in the room hears a sender, but for the sender', () => {
  const topology = new Topology(PLAN)
  assert.deepEqual([...topology.receiversOfEach({ first: 0, clients: 10 })], [9, 9])
  assert.equal(topology.expects(0, 0), false)
  assert.equal(topology.expects(0, 1), true)
  const echoing = new Topology({ ...PLAN, echoesOwn: true })
  assert.deepEqual([...echoing.receiversOfEach({ first: 0, clients: 10 })], [10, 10])
})

test('a sender is heard in its own room only', () => {
  const topology = new Topology({ ...PLAN, clients: 12, rooms: 3, roomSenders: 3 })
  for (let client = 0; client < 12; client++) {
    for (let sender = 0; sender < 3; sender++) {
      assert.equal(topology.expects(client, sender), client % 3 === sender && client !== sender)
    }
  }
})

test('the shares of the processes add up to everyone', () => {
  const topology = new Topology({
    ...PLAN,
    clients: 101,
    rooms: 4,
    roomSenders: 8,
    directSenders: 5,
    stopped: 7,
  })
  const whole = topology.receiversOfEach({ first: 0, clients: 101 })
  const parts = [
    topology.receiversOfEach({ first: 0, clients: 40 }),
    topology.receiversOfEach({ first: 40, clients: 61 }),
  ]
  for (let sender = 0; sender < topology.senders; sender++) {
    assert.equal((parts[0]?.[sender] ?? 0) + (parts[1]?.[sender] ?? 0), whole[sender])
  }
})

test('exactly as many are slow as were asked for, none of them speaks, and nobody waits for them', () => {
  for (const [stopped, trickling] of [
    [3, 2],
    [0, 8],
    [8, 0],
    [1, 1],
  ] as const) {
    const topology = new Topology({ ...PLAN, directSenders: 2, stopped, trickling })
    const paces = Array.from({ length: 10 }, (_, client) => topology.paceOf(client))
    assert.equal(paces.filter((pace) => pace === 'stopped').length, stopped)
    assert.equal(paces.filter((pace) => pace === 'trickling').length, trickling)
    assert.deepEqual(paces.slice(0, 2), ['healthy', 'healthy'])
    assert.equal(topology.healthyClients, 10 - stopped - trickling)
    for (const [client, pace] of paces.entries()) {
      if (pace !== 'healthy') assert.equal(topology.expects(client, 0), false)
    }
    for (const sender of [2, 3]) {
      const partner = topology.partnerOf(sender) as number
      assert.equal(topology.paceOf(partner), 'healthy')
      assert.notEqual(partner, topology.clientOf(sender))
      assert.equal([...topology.receiversOfEach({ first: 0, clients: 10 })][sender], 1)
    }
  }
})

test('a plan that does not go together is refused', () => {
  assert.throws(() => new Topology({ ...PLAN, roomSenders: 11 }), RangeError)
  assert.throws(() => new Topology({ ...PLAN, rooms: 11 }), RangeError)
  assert.throws(() => new Topology({ ...PLAN, stopped: 5, trickling: 4 }), RangeError)
})
