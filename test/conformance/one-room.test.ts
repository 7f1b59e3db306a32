/** What holds over all dialects at once, in one relay and over the nodes of a cluster: names, and the order of messages. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'
import { CLAIMS } from '../fixtures/claims.js'
import { noNats } from '../fixtures/nats-server.js'
import { startThreeNodes } from '../fixtures/three-nodes.js'
import { until } from '../fixtures/until.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import type { Voice } from '../fixtures/voices/voice.js'

const ROUNDS = 5
const CLAIMS_A_DIALECT = 20

type Start = (t: TestContext) => Promise<Place>

interface Place {
  /** Closed after the test. */
  connect(dialect: string): Promise<RawPeer>
  /** Who has come is known everywhere. */
  settled(): Promise<void>
}

const oneRelay: Start = async (t) => {
  const all = await startAllDialects()
  t.after(() => all.relay.stop())
  return { connect: closingAfter(t, all), settled: async () => {} }
}

const threeNodes: Start = async (t) => {
  const cluster = await startThreeNodes(t)
  return { connect: closingAfter(t, cluster), settled: cluster.settled }
}

function closingAfter(t: TestContext, all: Pick<AllDialects, 'connect'>): Place['connect'] {
  return async (dialect) => {
    const peer = await all.connect(dialect)
    t.after(() => peer.close())
    return peer
  }
}

// In one relay it is row 12 of docs/faults.md: test/faults/name-race.test.ts.
test(
  'three nodes: N1 N3 of many who claim one name at once in all dialects exactly one gets it, and it is free afterwards',
  { skip: noNats() ?? false },
  (t) => oneGetsIt(t, threeNodes),
)

for (const [where, start, skip] of [
  ['one relay', oneRelay, false],
  ['three nodes', threeNodes, noNats() ?? false],
] as const) {
  test(
    `${where}: M5 everybody gets what each sender says in order, to the room and directly`,
    { skip },
    (t) => inOrder(t, start),
  )
}

async function oneGetsIt(t: TestContext, start: Start): Promise<void> {
  const { connect } = await start(t)
  for (let round = 0; round < ROUNDS; round++) {
    const name = 'Sought'
    const claimants = await Promise.all(
      Object.entries(CLAIMS).flatMap(([dialect, claim]) =>
        Array.from({ length: CLAIMS_A_DIALECT }, async () => ({ claim, peer: await connect(dialect) })),
      ),
    )
    for (const { claim, peer } of claimants) peer.write(claim.ask(name))
    const winners: RawPeer[] = []
    for (const { claim, peer } of claimants) {
      const came = () => peer.received.toString('latin1')
      await peer.until(() => claim.accepted.test(came()) || claim.refused.test(came()), 'an answer')
      if (claim.accepted.test(came())) winners.push(peer)
    }
    assert.equal(winners.length, 1)
    for (const { peer } of claimants) peer.close()
    // The relay learns of it from the network.
    await delay(100)
  }
}

/** In one relay all see the messages of a room in one order as well; what two say at one moment at two nodes has none. */
async function inOrder(t: TestContext, start: Start): Promise<void> {
  const { connect, settled } = await start(t)
  const kinds = [framedVoice, chatroomVoice, jsonIrcVoice, chatmasterVoice]
  const voices: Voice[] = []
  for (const [index, kind] of kinds.entries()) {
    const voice = kind.make(await connect(kind.dialect), `voice${index}`)
    await voice.join()
    voices.push(voice)
  }
  const listeners: Voice[] = []
  for (const [index, kind] of kinds.entries()) {
    const listener = kind.make(await connect(kind.dialect), `listener${index}`)
    await listener.join()
    listeners.push(listener)
  }
  await settled()
  for (const voice of [...voices, ...listeners]) await voice.heard()
  await Promise.all(
    voices.map(async (voice, who) => {
      for (let count = 0; count < 50; count++) {
        assert.equal(await voice.say?.(`~${who}.${count}a~`), 'taken')
        for (let to = 0; to < listeners.length; to++) {
          assert.equal(await voice.direct(`listener${to}`, `~${who}.${count}b~`), 'taken')
        }
      }
    }),
  )
  const orders = []
  for (const listener of listeners) {
    const texts: string[] = []
    await until(async () => {
      for (const [, text = ''] of JSON.stringify(await listener.heard()).matchAll(/~([^~]+)~/g))
        texts.push(text)
      return texts.length >= voices.length * 100
    })
    for (const who of voices.keys()) {
      const own = texts.filter((text) => text.startsWith(`${who}.`)).map((text) => text.slice(2))
      const said = Array.from({ length: 50 }, (_, count) => [`${count}a`, `${count}b`]).flat()
      assert.deepEqual(own, said, 'one sender, room and direct')
    }
    orders.push(texts.filter((text) => text.endsWith('a')))
  }
  if (start === oneRelay) for (const order of orders) assert.deepEqual(order, orders[0], 'the room')
}
