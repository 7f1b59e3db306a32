/**
 * One of three nodes is parted from NATS: its packets are dropped, in both directions or in one, and nobody is told. Its people chat on, the others notice
 * nothing but that they have left, and afterwards everything that was said was heard or counted as lost.
 */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterNode } from '../../src/relay/backplane/cluster/cluster-node.js'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'
import { assertAccounted, CountedPerson, type Station } from '../fixtures/counted-people.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { type Dropped, NetworkSpace, noNetworkSpaces } from '../fixtures/network-spaces.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const EVERY_MS = 20
const PEOPLE_PORT = 9000
const OPS_PORT = 9001
const BOTH = ['to NATS', 'from NATS'] as const
const PARTITIONS: readonly (readonly [ways: readonly Dropped[], ms: number])[] = [
  [['from NATS'], 3_000],
  [['to NATS'], 15_000],
]
const MORE: typeof PARTITIONS = [
  [BOTH, 3_000],
  [['to NATS'], 3_000],
  [BOTH, 15_000],
  [['from NATS'], 15_000],
]
/** Others have declared it dead by then. */
const DEAD_MS = 10_000
const ROSTER = 'Ann,Ben,Cat,Cid'

describe('a node that is parted from NATS', { skip: noNats() ?? noNetworkSpaces() ?? false }, () => {
  const ends: (() => Promise<void>)[] = []
  let a: AllDialects
  let b: AllDialects
  let host: string
  let people: CountedPerson[]
  let stations: Station[]
  before(async () => {
    const suite = { after: (end: () => Promise<void>) => void ends.push(end) }
    space = new NetworkSpace(suite, 1)
    const nats = await startNats(suite, ['-js', '-a', '0.0.0.0'])
    host = space.nodeHost
    const [command, ...words] = space.prefix
    const listen = ['--listen', `framed://${host}:${PEOPLE_PORT}`, '--ops', `${host}:${OPS_PORT}`]
    const url = `nats://${space.natsHost}:${nats.port}`
    const args = ['serve', '--nats', url, '--node', 'c', ...listen, '--log-dir', 'off']
    const program = new RunningProgram(command, [...words, process.execPath, CLI, ...args])
    ends.push(() => program.end())
    a = await startAllDialects({ nats: nats.url, node: 'a' })
    b = await startAllDialects({ nats: nats.url, node: 'b' })
    ends.push(
      () => a.relay.stop(),
      () => b.relay.stop(),
    )
    await program.shows('to join:')
    await until(() => [a, b].every(({ relay }) => relay.parts.backplane.nodes().length === 2))
    const [ann, ben] = [
      await CountedPerson.join('Ann', a.portOf('framed')),
      await CountedPerson.join('Ben', b.portOf('framed')),
    ]
    const [cid, cat] = [
      await CountedPerson.join('Cid', PEOPLE_PORT, host),
      await CountedPerson.join('Cat', PEOPLE_PORT, host),
    ]
    people = [ann, ben, cid, cat]
    stations = [
      { people: [ann], lost: () => lostAt(a) },
      { people: [ben], lost: () => lostAt(b) },
      { people: [cid, cat], lost: lostThere },
    ]
    await until(() => rosterOf(a) === ROSTER && rosterOf(b) === ROSTER)
  })
  after(async () => {
    for (const person of people) person.end()
    for (const end of ends.reverse()) await end()
  })

  let space: NetworkSpace
  const rosterOf = ({ relay }: AllDialects) =>
    Array.from(relay.parts.hub.sessions(), ({ name }) => name)
      .sort()
      .join()
  const lostAt = ({ relay }: AllDialects) =>
    (relay.parts.backplane as unknown as ClusterNode<never>).stats.lost
  const asked = async (path: string) => (await fetch(`http://${host}:${OPS_PORT}${path}`)).text()
  const lostThere = async () =>
    (await asked('/metrics'))
      .split('\n')
      .filter((line) => line.startsWith('parlance_cluster_lost_total'))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)

  for (const [ways, ms] of [...PARTITIONS, ...MORE].slice(0, timesOf(2, 6))) {
    it(`N1 M5 packets ${ways.join(' and ')} are dropped for ${ms / 1000} s`, async () => {
      const [ann, ben, cid, cat] = people as [CountedPerson, CountedPerson, CountedPerson, CountedPerson]
      for (const person of people) {
        person.notices.length = 0
        person.talk(EVERY_MS)
      }
      await delay(200)
      const [pairBefore, localBefore] = [ann.countOf(ben), cid.countOf(cat)]
      const begun = performance.now()
      space.drop(...ways)
      await until(async () => (await asked('/readyz')).trim() === 'degraded')
      if (ms > DEAD_MS) await until(() => rosterOf(a) === 'Ann,Ben' && rosterOf(b) === 'Ann,Ben', DEAD_MS)
      await until(() => performance.now() - begun >= ms, ms)
      assert.ok(ann.countOf(ben) > pairBefore && cid.countOf(cat) > localBefore, 'both sides chat on')
      space.mend()
      const isReady = async () => (await asked('/readyz')).trim() === 'ready'
      await until(async () => rosterOf(a) === ROSTER && rosterOf(b) === ROSTER && (await isReady()), 30_000)
      await assertAccounted(stations)
      assert.equal(ann.countOf(ben), ben.sent, 'the others have heard each other all the time')
      assert.equal(ben.countOf(ann), ann.sent)
      const noticesOf = (name: string) => ann.notices.filter((words) => words.startsWith(`${name} `))
      const awayAndBack = ['Cid is leaving the chat', 'Cid is joining the chat']
      assert.deepEqual(noticesOf('Cid'), ms > DEAD_MS ? awayAndBack : [])
      assert.deepEqual(noticesOf('Ben'), [])
      assert.ok(people.every(({ hasEnded }) => !hasEnded))
    })
  }
})
