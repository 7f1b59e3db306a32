/** M6 over nodes: a room that is congested at one of them is slow at the others whose people are in it. */

import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { Order } from '../../../src/relay/backplane/orders.js'
import { SharedCongestion } from '../../../src/relay/backplane/shared-congestion.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import { RoomFanout } from '../../../src/relay/fanout/room-fanout.js'
import { FakeEncoding, message, type Person, World } from '../fanout/world.js'

const LIMITS = { softLimitBytes: 1000, hardLimitBytes: 4000, minDrainBytesPerSecond: 1000 }
const plain = new FakeEncoding('plain')

/** Nodes with people in one room, who are told each other's orders at once. */
function nodes(count: number) {
  const world = new World(LIMITS)
  const orders: { from: string; to: string; order: Order }[] = []
  const ids = Array.from({ length: count }, (_, index) => `n${index}`)
  const link = { isUp: true }
  const all = ids.map((id) => {
    const shared: SharedCongestion = new SharedCongestion({
      now: () => world.nowMs,
      room: (name) => (name === 'tea' ? room : undefined),
      backplane: {
        nodesIn: (name) => (name === 'tea' ? ids.filter((other) => other !== id) : []),
        order: (order, to) => {
          orders.push({ from: id, to: to as string, order })
          const target = all.find((node) => node.id === to)
          if (link.isUp && order.kind === 'congested') target?.shared.told(id, order.rooms)
        },
      },
    })
    const room = new RoomFanout(world.outboxes, shared.listenerOf('tea'))
    const people = ['Amy', 'Bob'].map((name) => world.person(`${name}-${id}`, plain))
    for (const { recipient } of people) room.add(recipient)
    return { id, shared, room, people: people as [Person, Person] }
  })
  return { world, all, orders, link }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('M6 who sends from another node is slowed down as long as somebody here cannot keep up', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { world, all, orders } = nodes(2)
  const [here, there] = all as [(typeof all)[0], (typeof all)[0]]
  const [sender] = here.people
  const [reader, local] = there.people
  const say = (bytes: number) => {
    here.room.tell(message(sender, 'x'.repeat(bytes)), sender.recipient)
    there.room.tell(message(sender, 'x'.repeat(bytes)), null)
    world.flusher.flush()
  }
  say(5000)
  assert.deepEqual(sender.sink.pauses, new Set())
  reader.sink.full = true
  for (let count = 0; count < 5; count++) say(1000)
  assert.ok(there.room.isCongestedHere)
  await turn()
  assert.deepEqual(orders, [{ from: 'n1', to: 'n0', order: { kind: 'congested', rooms: ['tea'] } }])
  assert.ok(here.room.congested && !here.room.isCongestedHere)
  say(3000)
  assert.deepEqual(sender.sink.pauses, new Set([PAUSE.room]))
  assert.deepEqual(local.sink.pauses, new Set(), 'who reads is not held up')
  assert.equal(orders.length, 1, 'what is congested elsewhere is not told on')
  reader.sink.full = false
  while (reader.sink.outstandingBytes > 0) reader.sink.take()
  await turn()
  assert.deepEqual(orders.at(-1)?.order, { kind: 'congested', rooms: [] })
  assert.deepEqual(sender.sink.pauses, new Set())
  assert.equal(world.pressure.stats.congestedRooms, 0)
  for (const { shared } of all) shared.tick()
  assert.equal(orders.length, 2, 'nothing is repeated')
  world.pressure.stop()
})

test('M6 three nodes share the minimum rate among them', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { world, all } = nodes(3)
  const [here, there] = all as [(typeof all)[0], (typeof all)[0]]
  for (const { shared } of all.slice(1)) shared.told('n0', ['tea'])
  here.shared.told('n1', ['tea'])
  const paused = async (room: RoomFanout, person: Person) => {
    room.tell(message(person, 'x'.repeat(3000)), person.recipient)
    world.flusher.flush()
    let ms = 0
    for (; person.sink.pauses.has(PAUSE.room); ms += 100) world.wait(100)
    return ms
  }
  const ms = await paused(there.room, there.people[0])
  assert.ok(ms > 5500 && ms < 7000, `2 KB beyond the first one at a third of 1000 bytes a second: ${ms} ms`)
  for (const { shared } of all) shared.stop()
  world.pressure.stop()
})

test('M6 what is congested is repeated while it is, and not believed of who is silent', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { world, all, orders, link } = nodes(2)
  const [here, there] = all as [(typeof all)[0], (typeof all)[0]]
  there.shared.changed('tea', true)
  there.shared.changed('den', true)
  await turn()
  assert.ok(here.room.congested)
  for (let second = 0; second < 10; second++) {
    world.nowMs += 1000
    mock.timers.tick(1000)
  }
  assert.equal(orders.length, 11)
  assert.ok(here.room.congested)
  link.isUp = false
  for (let second = 0; second < 4; second++) {
    assert.ok(second >= 3 || here.room.congested, `${second} s`)
    world.nowMs += 1000
    mock.timers.tick(1000)
  }
  assert.ok(!here.room.congested)
  here.shared.told('n1', ['nowhere'])
  here.shared.told('n1', [])
  for (const { shared } of all) shared.stop()
  world.pressure.stop()
})
