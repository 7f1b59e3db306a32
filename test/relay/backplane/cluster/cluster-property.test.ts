/**
 * Three nodes whose people come, go, are renamed, talk and change rooms at random, while links are cut, nodes stand still and bytes
 * get lost: afterwards everybody agrees on who is where, and what was said has arrived, once and in order, or is counted as lost.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPacket } from '../../../../src/relay/backplane/cluster/packets.js'
import type { Session } from '../../../../src/relay/hub/session.js'
import { Engine } from '../../../fixtures/cluster-simulation/engine.js'
import { type Login, SimulatedNode } from '../../../fixtures/cluster-simulation/simulated-node.js'
import { WorldClock } from '../../../fixtures/cluster-simulation/world-clock.js'
import { FUZZ_SEED, fuzzRuns } from '../../../fixtures/fuzz-seed.js'
import { Random } from '../../../fixtures/random.js'
import type { Ear } from '../../hub/model.js'

const NODES = ['n1', 'n2', 'n3']
const NAMES = ['Amy', 'Bob', 'Cid', 'Dora', '__proto__', 'Eve', 'Fay', 'Gus']
const ROOMS = ['general', 'tea', 'constructor', 'a.b>*']
const STATUSES = ['online', 'offline', 'do-not-disturb'] as const
/** In `general` for as long as everything lasts, one of each node: so nothing of what is said there is nobody's business. */
const keeper = (node: string) => `keeper-${node}`

interface Troubles {
  readonly cuts: boolean
  readonly pauses: boolean
  /** Only what people did, or also what nodes say to each other about it: then not every loss can be known. */
  readonly losses: 'none' | 'batches' | 'anything'
}

class World {
  readonly clock = new WorldClock()
  readonly engine = new Engine(this.clock)
  readonly nodes: SimulatedNode[]
  readonly keepers = new Map<SimulatedNode, Login>()
  readonly logins: { readonly node: SimulatedNode; readonly login: Login }[] = []
  readonly random: Random
  /** How much each incarnation of each node has said in `general`. */
  readonly saidInGeneral = new Map<string, number>()
  #words = 0

  constructor(random: Random) {
    this.random = random
    const delays = () => random.pick([0, 1, 1, 2, 40])
    this.nodes = NODES.map((id) => new SimulatedNode(this.engine, id, delays, random.pick([null, 5])))
    this.engine.onPublish = (_subject, bytes) => this.#follow(bytes)
  }

  async begin(): Promise<void> {
    for (const node of this.nodes) void node.start()
    await this.clock.pass(4000)
    for (const node of this.nodes) this.keepers.set(node, node.login(keeper(node.id), 'general'))
    await this.clock.pass(4000)
    for (const [{ id }, { session, refusal }] of this.keepers) assert.ok(session, `${id}: ${refusal}`)
  }

  step({ cuts, pauses, losses }: Troubles): void {
    const { random, clock } = this
    const node = random.pick(this.nodes)
    const trouble = random.below(30)
    if (trouble === 0 && cuts) node.link.cut()
    if ((trouble === 1 || trouble === 2) && cuts) node.link.mend()
    if (trouble === 3 && pauses) clock.pause(node.id)
    if ((trouble === 4 || trouble === 5) && pauses) clock.resume(node.id)
    if (trouble === 6 && losses !== 'none') {
      node.link.loses = (bytes) =>
        (losses === 'anything' || readPacket(bytes).body.kind === 'batch') && random.below(3) === 0
    }
    if (trouble === 7) node.link.loses = () => false
    if (clock.isPaused(node.id)) return
    this.#act(node)
  }

  #act(node: SimulatedNode): void {
    const { random } = this
    const { hub } = node
    const people = [...hub.sessions()].filter((one) => one.node === null && !one.name.startsWith('keeper'))
    const session = people.length === 0 ? undefined : random.pick(people)
    switch (random.below(12)) {
      case 0:
      case 1:
        this.logins.push({ node, login: node.login(random.pick(NAMES), random.pick(ROOMS)) })
        return
      case 2:
        if (session !== undefined) hub.end(session, 'left')
        return
      case 3:
        if (session !== undefined) node.rename(session, random.pick(NAMES))
        return
      case 4:
        if (session !== undefined) hub.join(session, random.pick(ROOMS))
        return
      case 5:
        if (session !== undefined && session.rooms.length > 0)
          hub.leave(session, random.pick(session.rooms), 'left')
        return
      case 6:
        if (session !== undefined) hub.setStatus(session, random.pick(STATUSES))
        return
      case 7:
        if (session !== undefined && session.rooms.length > 0) {
          hub.setPrivate(session, random.pick(session.rooms), random.below(2) === 0)
        }
        return
      case 8:
        if (session !== undefined) hub.messages.direct(session, [random.pick(NAMES)], this.#text(session))
        return
      default: {
        const isTheirs = session !== undefined && session.rooms.length > 0 && random.below(3) > 0
        const speaker = isTheirs ? session : this.#keeperOf(node)
        for (let words = random.between(1, 3); words > 0; words--) {
          hub.messages.say(speaker, random.pick(speaker.rooms), this.#text(speaker))
        }
      }
    }
  }

  #keeperOf(node: SimulatedNode): Session<Ear> {
    return this.keepers.get(node)?.session as Session<Ear>
  }

  /** Numbered, so that what comes twice or too late is seen. */
  #text(session: Session<Ear>): string {
    return `${this.nodes.find(({ hub }) => hub.session(session.name) === session)?.id} ${++this.#words}`
  }

  async heal(): Promise<void> {
    for (const node of this.nodes) {
      node.link.mend()
      node.link.loses = () => false
      this.clock.resume(node.id)
    }
    await this.clock.pass(40_000)
  }

  /** Each incarnation's numbers of `general`, as its batches and heads have them. */
  #follow(bytes: Uint8Array): void {
    const { node, incarnation, body } = readPacket(bytes)
    const heads = body.kind === 'heads' ? body.heads.filter(({ subject }) => subject === 'room.general') : []
    const key = `${node} ${incarnation}`
    // It begins behind the numbers of rooms that were forgotten before it was first spoken in.
    for (const { next, began } of heads) {
      this.saidInGeneral.set(key, Math.max(next - began, this.saidInGeneral.get(key) ?? 0))
    }
  }

  checkAgreement(): void {
    const [first, ...others] = this.nodes as [SimulatedNode, ...SimulatedNode[]]
    for (const node of this.nodes) assert.equal(node.cluster.state, 'joined', node.id)
    for (const other of others) assert.deepEqual(other.view(), first.view(), `${other.id} and ${first.id}`)
    for (const { hub, id } of this.nodes) {
      for (const { name, node } of hub.sessions()) {
        assert.equal(this.engine.names.get(name)?.node, node ?? id, `${name} at ${id}`)
      }
    }
    for (const [name, { node, incarnation }] of this.engine.names) {
      // Of a dead one it is free.
      if (this.engine.leases.get(node)?.incarnation !== incarnation) continue
      assert.ok(first.hub.isHere(name), `${name} is nobody's`)
    }
  }

  checkOrder(): void {
    for (const { ear } of [...this.keepers.values(), ...this.logins.map(({ login }) => login)]) {
      const last = new Map<string, number>()
      for (const event of ear.heard) {
        if (event.kind !== 'message' && event.kind !== 'direct') continue
        const [node, number] = event.text.split(' ') as [string, string]
        // One session, as far as an ear can tell.
        const who = `${node} ${event.name}`
        const before = last.get(who) ?? 0
        assert.ok(Number(number) > before, `${who}: ${number} behind ${before}`)
        last.set(who, Number(number))
      }
    }
  }

  /** What was said in `general` by a node's people has come to the keepers of the others, or is counted there. */
  checkCounts(): void {
    for (const from of this.nodes) {
      let said = 0
      for (const [key, next] of this.saidInGeneral) if (key.startsWith(`${from.id} `)) said += next
      for (const to of this.nodes) {
        if (to === from) continue
        const ear = this.keepers.get(to)?.ear as Ear
        const arrived = ear.heard.filter(
          (event) =>
            event.kind === 'message' && event.room === 'general' && event.text.startsWith(`${from.id} `),
        ).length
        const lost = to.lostOf(from.id, 'general')
        assert.equal(
          arrived + lost,
          said,
          `${from.id} to ${to.id}: ${arrived} arrived, ${lost} lost of ${said}`,
        )
      }
    }
  }
}

async function run(steps: number, troubles: Troubles): Promise<void> {
  const seeds = new Random(FUZZ_SEED)
  await runWorld(FUZZ_SEED, steps, troubles)
  for (let more = fuzzRuns(4); more > 1; more--) await runWorld(seeds.below(2 ** 31), steps, troubles)
}

async function runWorld(seed: number, steps: number, troubles: Troubles): Promise<void> {
  const random = new Random(seed)
  const world = new World(random)
  try {
    await world.begin()
    for (let step = 0; step < steps; step++) {
      world.step(troubles)
      await world.clock.pass(random.pick([0, 0, 0, 1, 5, 50, 700]))
    }
    await world.heal()
    world.checkAgreement()
    world.checkOrder()
    if (troubles.losses !== 'anything') world.checkCounts()
  } catch (error) {
    throw new Error(`FUZZ_SEED=${seed}: ${(error as Error).message}`, { cause: error })
  }
}

test('N1 M5 M6 without trouble everybody agrees, and everything has arrived', async () => {
  await run(250, { cuts: false, pauses: false, losses: 'none' })
})

test('N1 M5 M6 after links were cut everybody agrees, and what has not arrived is counted', async () => {
  await run(350, { cuts: true, pauses: false, losses: 'batches' })
})

test('N1 M5 M6 the same while nodes stand still and are taken for dead', async () => {
  await run(350, { cuts: true, pauses: true, losses: 'batches' })
})

test('N1 M5 everybody agrees, whatever gets lost', async () => {
  await run(350, { cuts: true, pauses: true, losses: 'anything' })
})
