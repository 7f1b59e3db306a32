/**
 * What is gone is let go: of everybody who came and went nothing is left on the heap, but for what has a bound, and what
 * that is. Counted by `v8.queryObjects`, which collects garbage first.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryObjects } from 'node:v8'
import { Recipient } from '../../src/relay/fanout/recipient.js'
import { Hub } from '../../src/relay/hub/hub.js'
import { Room, Session } from '../../src/relay/hub/session.js'
import { Connection } from '../../src/relay/net/connection.js'
import { direct, leave, list, message } from '../fixtures/framed-bytes.js'
import { startRelay } from '../fixtures/start-relay.js'

const VISITS = 2_000
/** The compiler keeps the last few that it has seen. */
const A_FEW = 20

class Ear {
  receive(): void {}
}

// biome-ignore lint/suspicious/noExplicitAny: any class at all
const countOf = (kind: abstract new (...args: any[]) => unknown) =>
  queryObjects(kind, { format: 'count' }) as unknown as number

/** Asked once for each kind, for asking takes half a second. Of what another test has made nothing is left. */
// biome-ignore lint/suspicious/noExplicitAny: any class at all
function assertAtMost(limit: number, kind: abstract new (...args: any[]) => unknown): void {
  const count = countOf(kind)
  assert.ok(count <= limit + A_FEW, `${count} of ${kind.name} where ${limit} may be`)
}

function quietHub(): Hub<Ear> {
  return new Hub<Ear>({
    audience: () => ({ add() {}, remove() {}, tell() {}, tellOnly() {}, collect() {} }),
    now: () => 0,
    defaultRoom: 'general',
    announceUpTo: 10,
    recent: { ageMs: 1000, entries: 100 },
    later: () => {},
    observe: () => {},
  })
}

function claim(hub: Hub<Ear>, name: string): Session<Ear> {
  const session = hub.claim(name, 'spoken', new Ear(), true)
  assert.ok(typeof session !== 'string')
  return session
}

/** What somebody does between coming and going, beside Amy, who stays in the room of her own. */
const KINDS: Record<string, (hub: Hub<Ear>, visitor: Session<Ear>, amy: Session<Ear>, n: number) => void> = {
  'joins, leaves and is renamed': (hub, visitor, _amy, n) => {
    hub.join(visitor, 'general')
    hub.join(visitor, 'tea')
    hub.rename(visitor, `renamed${n}`)
    hub.rooms.publicNames()
    hub.names()
    hub.rooms.board(hub.defaultRoom)
  },
  'makes a room in which others stay': (hub, visitor, amy, n) => {
    const former = amy.rooms.find(({ name }) => name.startsWith('made'))
    const room = hub.join(visitor, `made${n}`)
    assert.ok(room !== null)
    hub.setPrivate(visitor, room, true)
    hub.join(amy, room.name)
    if (former !== undefined) hub.leave(amy, former, 'left')
  },
  'is blocked by somebody who stays, and blocks them': (hub, visitor, amy) => {
    hub.messages.block(amy, visitor.name)
    hub.messages.block(visitor, amy.name)
  },
  'says something, edits it and acknowledges what others said': (hub, visitor, amy) => {
    hub.join(visitor, 'general')
    const id = hub.messages.say(visitor, hub.defaultRoom, 'Hi') as string
    hub.messages.edit(visitor, id, 'Ho')
    hub.messages.direct(visitor, [amy.name], 'psst')
    const other = hub.messages.say(amy, hub.defaultRoom, 'Hi') as string
    hub.messages.acknowledge(visitor, other)
  },
}

for (const [kind, visit] of Object.entries(KINDS)) {
  test(`R2 C12 C13 nothing is left of ${VISITS} who come and go: each ${kind}`, () => {
    const hub = quietHub()
    const amy = claim(hub, 'Amy')
    hub.join(amy, 'general')
    for (let n = 0; n < VISITS; n++) {
      const visitor = claim(hub, `v${n}`)
      visit(hub, visitor, amy, n)
      hub.end(visitor, 'left')
      hub.hold(`held${n}`, amy.recipient)
    }
    hub.release(amy.recipient)
    // Of what is remembered for edits and receipts, sessions stay until 100 more were said; never their connections.
    assertAtMost(1 + 100, Session)
    assertAtMost(1, Ear)
    // The default one, Amy's and the last that was made.
    assertAtMost(3, Room)
    assert.equal(hub.sessionCount, 1)
  })
}

test('who sent something to somebody slow and left is not kept until that one has read', async (t) => {
  const settings = { softLimitBytes: '65536', hardLimitBytes: '131072', graceMs: '60000' }
  const relay = await startRelay(t, { settings })
  const slow = await relay.join('Slow')
  slow.socket.pause()
  const flooder = await relay.join('Flooder')
  for (let count = 0; count < 300; count++) flooder.send(direct(`Slow ${'x'.repeat(60_000)}`))
  const senders = 300
  for (let n = 0; n < senders; n++) {
    const sender = await relay.join(`s${n}`)
    sender.send(direct(`Slow ${'y'.repeat(2000)}`), message('z'.repeat(2000)), list())
    sender.send(leave())
    await sender.ended()
    sender.destroy()
  }
  // A tick of the watch on those who are slow.
  await new Promise((resolve) => setTimeout(resolve, 500))
  // Slow's and Flooder's.
  assertAtMost(2, Connection)
  assertAtMost(2, Recipient)
  flooder.destroy()
  slow.destroy()
})
