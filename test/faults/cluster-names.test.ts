/**
 * Names over three nodes, one of which has another time of day: hundreds who want one name at once, in every dialect (faults row 12); names that
 * come and go at all nodes; every printable byte. Nobody ever has a name twice, and at the end all are free.
 */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'
import { CLAIMS } from '../fixtures/claims.js'
import { CountedPerson } from '../fixtures/counted-people.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { until } from '../fixtures/until.js'

const CLAIMS_A_DIALECT = 100
const CHURN_MS = 2_000
const CHURNED_NAMES = 200
const CHURNING = 45
const HOURS_APART = 2
/** Only the time of day: no timer goes by it. */
const CLOCK_AHEAD = `data:text/javascript,const now = Date.now; Date.now = () => now() + ${HOURS_APART * 3_600_000}`

describe('names over three nodes', { skip: noNats() ?? false }, () => {
  const ends: (() => unknown)[] = []
  let nodes: AllDialects[]
  let aheadPort: number
  let connection: NatsConnection
  before(async () => {
    const nats = await startNats({ after: (end) => void ends.push(end) })
    aheadPort = await freePort()
    const args = [
      'serve',
      '--nats',
      nats.url,
      '--node',
      'ahead',
      '--listen',
      `framed://127.0.0.1:${aheadPort}`,
    ]
    const program = new RunningProgram(process.execPath, [
      ...['--import', CLOCK_AHEAD, CLI],
      ...[...args, '--ops', 'off', '--log-dir', 'off'],
    ])
    ends.push(() => program.end())
    nodes = await Promise.all(['a', 'b', 'c'].map((node) => startAllDialects({ nats: nats.url, node })))
    for (const { relay } of nodes) ends.push(() => relay.stop())
    await program.shows('to join:')
    connection = await connect({ servers: nats.url })
    ends.push(() => connection.close())
    await until(() => nodes.every(({ relay }) => relay.parts.backplane.nodes().length === 3))
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  const peopleAt = ({ relay }: AllDialects) => [...relay.parts.hub.sessions()].length
  const keys = async () =>
    (await (await jetstreamManager(connection)).streams.info('KV_parlance_names')).state.messages
  const allFree = () => until(async () => nodes.every((node) => peopleAt(node) === 0) && (await keys()) === 0)
  const portOf = (index: number) => {
    const turn = index % (nodes.length + 1)
    return nodes[turn]?.portOf('framed') ?? aheadPort
  }
  const ask = async (name: string, index: number) => {
    const person = new CountedPerson(name, portOf(index))
    await until(() => person.answer !== null || person.hasEnded)
    return person
  }
  const isAccepted = ({ answer }: CountedPerson) => answer?.[3] === 0

  it('N1 N3 fault 12: of 500 who want one name at once, over all dialects and nodes, exactly one has it', async () => {
    const claimants = await Promise.all(
      Object.entries(CLAIMS).flatMap(([dialect, claim]) =>
        Array.from({ length: CLAIMS_A_DIALECT }, async (_, index) => {
          const node = nodes[index % nodes.length] as AllDialects
          return { claim, peer: await node.connect(dialect) }
        }),
      ),
    )
    for (const { claim, peer } of claimants) peer.write(claim.ask('Sought'))
    let winners = 0
    for (const { claim, peer } of claimants) {
      const came = () => peer.received.toString('latin1')
      await peer.until(() => claim.accepted.test(came()) || claim.refused.test(came()), 'an answer', 20_000)
      if (claim.accepted.test(came())) winners++
    }
    assert.equal(winners, 1)
    assert.equal(await keys(), 1)
    for (const { peer } of claimants) peer.close()
    await allFree()
  })

  it('N1 N3 names that come and go at all nodes are never had twice, and are free at the end', async () => {
    const had = new Set<string>()
    const end = performance.now() + CHURN_MS
    let accepted = 0
    const churn = async (index: number) => {
      while (performance.now() < end) {
        const name = `churned${Math.floor(Math.random() * CHURNED_NAMES)}`
        const person = await ask(name, index)
        if (isAccepted(person)) {
          accepted++
          assert.ok(!had.has(name), `${name} is had twice`)
          had.add(name)
          await delay(Math.random() * 50)
          had.delete(name)
        }
        person.end()
      }
    }
    await Promise.all(Array.from({ length: CHURNING }, (_, index) => churn(index)))
    assert.ok(accepted > CHURNING, `${accepted}`)
    await allFree()
  })

  it('N1 a name of any printable byte, and those that mean something elsewhere, are had once', async () => {
    const bytes = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
    const names = [...bytes, '__proto__', 'constructor', '*.>', '$KV', '..', '=abc']
    const owners = await Promise.all(names.map((name, index) => ask(name, index)))
    assert.deepEqual(
      owners.filter((owner) => !isAccepted(owner)).map(({ name }) => name),
      [],
    )
    await until(() => nodes.every((node) => peopleAt(node) === names.length))
    const others = await Promise.all(names.map((name, index) => ask(name, index + 1)))
    assert.deepEqual(
      others.filter(isAccepted).map(({ name }) => name),
      [],
    )
    for (const person of [...owners, ...others]) person.end()
    await allFree()
  })

  it('M1 M5 N1 between a node whose clock is two hours ahead and another all is in order', async () => {
    const [here, there] = [await ask('Here', 0), await ask('There', nodes.length)]
    assert.ok(isAccepted(here) && isAccepted(there))
    await until(() => nodes.every((node) => peopleAt(node) === 2))
    for (let times = 0; times < 100; times++) {
      here.say()
      there.say()
    }
    await until(() => here.countOf(there) === 100 && there.countOf(here) === 100)
    here.assertOrder()
    there.assertOrder()
    for (const person of [here, there]) person.end()
    await allFree()
  })
})
