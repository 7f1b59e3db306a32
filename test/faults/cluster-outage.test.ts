/**
 * NATS dies while people of three nodes chat (faults row 21): everybody chats on at their own node, what does not reach the others is
 * counted, and afterwards all nodes agree. Then it comes and goes, stands still, and loses its disk.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import type { ClusterNode } from '../../src/relay/backplane/cluster/cluster-node.js'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'
import { assertAccounted, CountedPerson, type Station } from '../fixtures/counted-people.js'
import { type NatsServer, noNats, startNats } from '../fixtures/nats-server.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const EVERY_MS = 20
const OUTAGES_MS = [3_000, 25_000].slice(0, timesOf(1, 2))
/** Whoever is cut off for longer takes the others' people for gone. */
const CUT_OFF_MS = 10_000

describe('three nodes whose NATS fails', { skip: noNats() ?? false }, () => {
  const ends: (() => unknown)[] = []
  let nats: NatsServer
  let nodes: AllDialects[]
  let everybody: CountedPerson[] = []
  before(async () => {
    nats = await startNats({ after: (end) => void ends.push(end) })
    nodes = await Promise.all(
      ['a', 'b', 'c'].map((node) => startAllDialects({ nats: nats.url, node, ops: '127.0.0.1:0' })),
    )
    for (const { relay } of nodes) ends.push(() => relay.stop())
    await until(() => nodes.every(({ relay }) => relay.parts.backplane.nodes().length === 2))
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  afterEach(async () => {
    for (const person of everybody) person.end()
    everybody = []
    await until(() => nodes.every((node) => rosterOf(node) === ''))
  })

  const rosterOf = ({ relay }: AllDialects) =>
    Array.from(relay.parts.hub.sessions(), ({ name }) => name)
      .sort()
      .join()
  const clusterOf = ({ relay }: AllDialects) => relay.parts.backplane as unknown as ClusterNode<never>
  const join = async (node: AllDialects, name: string) => {
    const person = await CountedPerson.join(name, node.portOf('framed'))
    everybody.push(person)
    return person
  }
  const areTogether = (roster: string) => () =>
    nodes.every((node) => clusterOf(node).state === 'joined' && rosterOf(node) === roster)
  /** Two people at the first node, one at each of the others, who do not stop talking. */
  const chat = async (): Promise<Station[]> => {
    const [a, b, c] = nodes as [AllDialects, AllDialects, AllDialects]
    const people = [
      [await join(a, 'Ann'), await join(a, 'Abe')],
      [await join(b, 'Ben')],
      [await join(c, 'Cid')],
    ]
    await until(areTogether('Abe,Ann,Ben,Cid'))
    for (const person of everybody) person.talk(EVERY_MS)
    return nodes.map((node, index) => {
      const lostBefore = clusterOf(node).stats.lost
      const lost = () => clusterOf(node).stats.lost - lostBefore
      return { people: people[index] as [CountedPerson], lost }
    })
  }
  const readiness = async ({ relay }: AllDialects) =>
    (await (await fetch(`http://127.0.0.1:${relay.opsPort}/readyz`)).text()).trim()

  for (const outageMs of OUTAGES_MS) {
    it(`N1 M5 fault 21: NATS is killed for ${outageMs / 1000} s`, async () => {
      const [a, b, c] = nodes as [AllDialects, AllDialects, AllDialects]
      const stations = await chat()
      await delay(200)
      await nats.kill()
      await until(() => nodes.every((node) => clusterOf(node).state === 'cut-off'))
      assert.equal(await readiness(a), 'degraded')
      const [ann, abe] = everybody as [CountedPerson, CountedPerson]
      const heardBefore = ann.countOf(abe)
      const rivals = [await join(a, 'Xen'), await join(b, 'Xen')]
      await join(c, 'Yen')
      await delay(outageMs)
      assert.ok(ann.countOf(abe) > heardBefore, 'local chat goes on')
      assert.equal(rosterOf(c).includes('Ann'), outageMs < CUT_OFF_MS)
      await nats.start()
      await until(areTogether('Abe,Ann,Ben,Cid,Xen,Yen'), 30_000)
      assert.equal(await readiness(a), 'ready')
      await until(() => rivals.some(({ hasEnded }) => hasEnded))
      assert.equal(rivals.filter(({ hasEnded }) => hasEnded).length, 1)
      assert.equal(rivals.find(({ hasEnded }) => hasEnded)?.farewell, 'somebody else has your name')
      await assertAccounted(stations)
      await until(() => ann.notices.includes('Yen is joining the chat'))
      const awayAndBack = ['Cid is leaving the chat', 'Cid is joining the chat']
      const ofCid = ann.notices.filter((words) => words.startsWith('Cid ')).slice(1)
      assert.deepEqual(ofCid, outageMs < CUT_OFF_MS ? [] : awayAndBack)
    })
  }

  it('a stranger with access to NATS publishes garbage: it is counted, and nobody notices', async () => {
    const stations = await chat()
    const stranger = await connect({ servers: nats.url })
    const pieces: Uint8Array[] = []
    const watch = stranger.subscribe('parlance.>', {
      callback: (_error, { data }) => void pieces.push(Uint8Array.from(data)),
    })
    await until(() => pieces.length >= 50)
    watch.unsubscribe()
    const damagedBefore = clusterOf(nodes[0] as AllDialects).stats.damaged
    for (let turn = 0; turn < 1_500; turn++) {
      const piece = pieces[turn % pieces.length] as Uint8Array
      const bytes = turn % 2 === 0 ? randomBytes(turn % 200) : piece.subarray(0, turn % piece.length)
      for (const subject of ['all', 'node.a', 'room.general', 'room.='])
        stranger.publish(`parlance.${subject}`, bytes)
    }
    await stranger.close()
    await until(() => clusterOf(nodes[0] as AllDialects).stats.damaged > damagedBefore + 500)
    await assertAccounted(stations)
    for (const { lost } of stations) assert.equal(await lost(), 0)
    assert.ok(nodes.every((node) => rosterOf(node) === 'Abe,Ann,Ben,Cid'))
    await until(() => nodes.every(({ relay }) => relay.parts.backplane.nodes().length === 2))
  })

  it('NATS that comes and goes, stands still, and loses its disk: nobody is disconnected, and all agree afterwards', async () => {
    const stations = await chat()
    const roster = 'Abe,Ann,Ben,Cid'
    for (let times = 0; times < 3; times++) {
      await nats.kill()
      await delay(300)
      await nats.start()
      await delay(500)
    }
    await until(areTogether(roster), 30_000)
    nats.pause()
    await until(() => nodes.every((node) => clusterOf(node).state === 'cut-off'))
    nats.resume()
    await until(areTogether(roster), 30_000)
    await nats.kill()
    await nats.loseDisk()
    await nats.start()
    await until(areTogether(roster), 30_000)
    await assertAccounted(stations)
    assert.ok(everybody.every(({ hasEnded }) => !hasEnded))
    const again = new CountedPerson('Cid', (nodes[0] as AllDialects).portOf('framed'))
    await until(() => again.answer !== null)
    again.end()
    assert.equal(again.answer?.[3], 1, 'names are still had')
  })
})
