/** Orders from one node to others. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Damaged, Reader, Writer } from '../../../../src/relay/backplane/cluster/bytes.js'
import { readOrder, writeOrder } from '../../../../src/relay/backplane/cluster/order-bytes.js'
import type { Order } from '../../../../src/relay/backplane/orders.js'
import { SingleNode } from '../../../../src/relay/backplane/single.js'
import { CLOSE_REASONS, kickedFor } from '../../../../src/relay/hub/close-reason.js'
import { Engine } from '../../../fixtures/cluster-simulation/engine.js'
import { SimulatedNode } from '../../../fixtures/cluster-simulation/simulated-node.js'
import { WorldClock } from '../../../fixtures/cluster-simulation/world-clock.js'

const ORDERS: readonly Order[] = [
  { kind: 'expel', name: 'Bob', reason: kickedFor('be kind') },
  { kind: 'say', text: 'Grüße an alle' },
  { kind: 'ban', ban: { subject: '2001:db8::/48', untilMs: 1_700_000_000_123, reason: 'spam' } },
  { kind: 'ban', ban: { subject: 'name:Mallory', untilMs: null, reason: '' } },
  { kind: 'unban', subject: 'name:Mallory' },
  { kind: 'congested', rooms: ['general', 'tea'] },
  { kind: 'congested', rooms: [] },
  { kind: 'slow', people: ['Bob', 'Amy'] },
]

test('every order is read as it was written, and nothing that ends early is one', () => {
  for (const order of ORDERS) {
    const writer = new Writer()
    writeOrder(order, writer)
    const bytes = writer.take()
    const reader = new Reader(bytes)
    assert.deepEqual(readOrder(reader), order)
    assert.ok(reader.isAtEnd)
    for (let end = 0; end < bytes.length; end++) {
      assert.throws(() => readOrder(new Reader(bytes.subarray(0, end))), Damaged, `${order.kind} to ${end}`)
    }
  }
})

test('M3 N2 R3 what is no name, room, text or reason is no order', () => {
  const wrong: readonly Order[] = [
    { kind: 'expel', name: 'a b', reason: CLOSE_REASONS.kicked },
    { kind: 'expel', name: 'Bob', reason: { label: 'whatever', words: '' } },
    { kind: 'expel', name: 'Bob', reason: { label: 'kicked', words: '\x1b[2J' } },
    { kind: 'say', text: '\x07' },
    { kind: 'ban', ban: { subject: 'name:\n', untilMs: null, reason: '' } },
    { kind: 'congested', rooms: ['a room'] },
  ]
  for (const order of wrong) {
    const writer = new Writer()
    writeOrder(order, writer)
    assert.throws(() => readOrder(new Reader(writer.take())), Damaged, JSON.stringify(order))
  }
  assert.throws(() => readOrder(new Reader(Buffer.from([99]))), Damaged)
})

test('an order reaches one node, or all others, and who is in which room is known', async () => {
  const clock = new WorldClock()
  const engine = new Engine(clock)
  const nodes = ['n1', 'n2', 'n3'].map((id) => new SimulatedNode(engine, id, () => 1))
  const heard: string[] = []
  for (const { id, cluster } of nodes) {
    cluster.onOrder((order, from) => heard.push(`${id} hears ${order.kind} from ${from}`))
    assert.ok(cluster.state !== 'alone')
  }
  const [one, two] = nodes as [SimulatedNode, SimulatedNode]
  one.cluster.order({ kind: 'say', text: 'too early' }, null)
  for (const node of nodes) void node.start()
  await clock.pass(3000)
  one.cluster.order({ kind: 'say', text: 'Hi' }, null)
  two.cluster.order({ kind: 'unban', subject: 'name:Bob' }, 'n1')
  two.login('Bob', 'tea')
  await clock.pass(50)
  assert.deepEqual(heard.sort(), ['n1 hears unban from n2', 'n2 hears say from n1', 'n3 hears say from n1'])
  assert.deepEqual([...one.cluster.nodesIn('tea')], ['n2'])
  assert.deepEqual([...two.cluster.nodesIn('tea')], [])
  for (const { cluster } of nodes) void cluster.stop()
  await clock.pass(5000)
})

test('a node that is alone has nobody to do anything', () => {
  const alone = new SingleNode()
  alone.order()
  alone.onOrder()
  assert.deepEqual([...alone.nodesIn()], [])
})
