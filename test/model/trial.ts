/**
 * One run of the model beside a relay: clients of all dialects who do things one after the other or at once, and after each time the question whether
 * there is an order that explains all that everybody was told (explain.ts). Owns the clients, and the worlds that they may be in.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Action, ClientId } from './actions.js'
import { GENERAL } from './actions.js'
import { Client } from './client.js'
import { Cursor } from './cursor.js'
import { type Candidate, type Ending, Explanation, type Part, type Scene } from './explain.js'
import { MessageIds } from './message-ids.js'
import type { Place } from './place.js'
import { World } from './reference-model.js'
import type { Tongue } from './tongue.js'

/** How long what has happened may take to be known. */
const SETTLE_MS = 20_000

/** Of a whole test. */
export interface Tally {
  commands: number
  requests: number
  /** Units of dialects that were compared. */
  told: number
  cuts: number
  /** Who did not read and went by themselves: nobody can tell whether they were cut off before. */
  perhapsCut: number
}

/** What one client is to do. */
export interface Doing {
  readonly client: Client
  readonly actions: readonly Action[]
  readonly ending: Ending
}

export class Trial {
  readonly place: Place
  readonly clients: Client[] = []
  readonly ids = new MessageIds()
  readonly #tally: Tally
  /** One more client, who asks who is there and is nobody. */
  readonly #witness: Client
  readonly #tongues = new Map<ClientId, Tongue>()
  #candidates: readonly Candidate[] = [{ world: new World(), unread: new Map(), cut: new Set() }]
  #connected = 0

  private constructor(place: Place, witness: Client, tally: Tally) {
    this.place = place
    this.#witness = witness
    this.#tally = tally
    this.#tongues.set(witness.id, witness.tongue)
  }

  /** @param tongue of somebody who can ask for all names without having one */
  static async start(place: Place, tongue: Tongue, tally: Tally): Promise<Trial> {
    const ids = new MessageIds()
    const witness = new Client('witness', tongue, await place.connect(tongue.dialect, false, 0), ids)
    return new Trial(place, witness, tally)
  }

  /** One of those that may be so; all are the same in what a client knows of itself. */
  get world(): World {
    return (this.#candidates[0] as Candidate).world
  }

  /** A new connection of somebody who is nobody yet. */
  async connect(tongue: Tongue, isCarried: boolean): Promise<Client> {
    const which = this.#connected++
    const peer = await this.place.connect(tongue.dialect, isCarried, which)
    const client = new Client(`${which}`, tongue, peer, this.ids)
    this.clients.push(client)
    this.#tongues.set(client.id, tongue)
    await client.greeted()
    return client
  }

  /**
   * These do this at once, each in their order; then it is asked and explained.
   * @param meanwhile goes on beside it
   */
  async burst(doings: readonly Doing[], meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const mayBeCut = this.place.cuts ? this.clients.filter((one) => one.isSwamped).map(({ id }) => id) : []
    const parts = doings.map((doing) => this.#begin(doing))
    const leaving = doings.filter(({ client, ending }) => ending === 'stays' && client.hasLeft)
    const staying = doings.filter(({ client, ending }) => ending === 'stays' && !client.hasLeft)
    leaving.push(...doings.filter(({ client, ending }) => ending === 'ends' && !client.isStalled))
    await Promise.all([
      meanwhile(),
      ...staying.map(({ client }) => client.answered()),
      ...leaving.map(({ client }) => client.ended()),
    ])
    if (doings.some(({ ending }) => ending !== 'stays')) await this.#namesAreFree(parts, mayBeCut)
    await this.place.settled()
    const asks = await this.#ask()
    await this.#explain(parts, asks, mayBeCut)
  }

  /** Everybody reads again and completes what they have begun, and goes; afterwards nobody and nothing is left (R2, N3). */
  async finish(): Promise<void> {
    await this.burst([], async () => {
      for (const client of this.clients) client.goOn()
    })
    for (const client of this.clients.filter(({ half }) => half !== null))
      await this.burst([{ client, actions: [], ending: 'stays' }])
    for (const client of this.clients) client.end()
    await this.#until(async () => (await this.#namesHere()) === '', 'all names to be free')
    for (const client of this.clients) client.close()
    this.#witness.close()
  }

  /** Whatever has happened. */
  abandon(): void {
    for (const client of [...this.clients, this.#witness]) client.peer.reset()
  }

  #begin({ client, actions, ending }: Doing): Part {
    // Who goes in the middle of a request has not made it.
    const begun = ending === 'stays' ? client.half : null
    const all = begun === null ? [...actions] : [begun.action, ...actions]
    const leaves = all.at(-1)?.do === 'leave' && client.tongue.dialect !== 'sendto'
    if (ending === 'stays' && !leaves) all.push(this.#lastWord(client))
    if (all.length > 0) client.send(all)
    if (leaves) client.hasLeft = true
    if (ending === 'ends') client.end()
    if (ending === 'breaks') client.reset()
    this.#tally.requests += all.length
    return { client: client.id, actions: all, ending }
  }

  /** Its answer says that all the others were carried out. */
  #lastWord({ tongue }: Client): Action {
    const look: Action = { do: 'names' }
    // In one relay it has to fit between what others do meanwhile. Nodes of a cluster hear of that a moment later.
    return this.place.order === 'relay' && tongue.answersTo(look) > 0 ? look : { do: 'probe' }
  }

  /** N3: whoever has gone has left, and their names are free. */
  async #namesAreFree(parts: readonly Part[], mayBeCut: readonly ClientId[]): Promise<void> {
    const end = performance.now() + SETTLE_MS
    while (performance.now() < end) {
      const names = await this.#namesHere()
      const isPossible = ({ world }: Candidate) => world.names().join('\n') === names
      const cursors = this.#cursors(() => true)
      const scene = { ...this.#scene(parts, mayBeCut), asks: new Map(), cursors, isPossible }
      if (Explanation.of(this.#candidates, scene).candidates.length > 0) return
      await delay(1)
    }
    // What is wrong comes out when it cannot be explained.
  }

  async #namesHere(): Promise<string> {
    this.#witness.send([{ do: 'names' }])
    await this.#witness.answered()
    const [list = ''] = this.#witness.units
    this.#witness.forget()
    return list.slice(list.indexOf(': ') + 2)
  }

  /** Everybody who reads asks what they can, and gets the answers. */
  async #ask(): Promise<Map<ClientId, Action[]>> {
    const asks = new Map<ClientId, Action[]>()
    const asking = [
      ...this.clients.filter((client) => isReading(client) && !client.hasLeft && !client.peer.ended),
      this.#witness,
    ]
    for (const client of asking) {
      const [room = GENERAL] = this.world.sessionOf(client.id)?.rooms ?? []
      const wanted: Action[] = [{ do: 'names' }, { do: 'rooms' }, { do: 'members', room }, { do: 'probe' }]
      const actions = wanted.filter(client.tongue.can)
      asks.set(client.id, actions)
      client.send(actions)
    }
    await Promise.all(asking.map((client) => client.answered()))
    return asks
  }

  async #explain(
    parts: readonly Part[],
    asks: Map<ClientId, Action[]>,
    mayBeCut: readonly ClientId[],
  ): Promise<void> {
    const end = performance.now() + SETTLE_MS
    const told = [...this.clients, this.#witness].filter(isReading)
    for (const { world } of this.#candidates) world.taken = []
    for (;;) {
      const ended = new Set(told.filter(({ peer, hasLeft }) => peer.ended && !hasLeft).map(({ id }) => id))
      const isPossible = ({ cut }: Candidate) =>
        told.every(({ id, hasLeft }) => hasLeft || cut.has(id) === ended.has(id))
      const broken = new Set(parts.filter(({ ending }) => ending !== 'stays').map(({ client }) => client))
      const cursors = this.#cursors(({ id }) => ended.has(id) || broken.has(id))
      const scene = { ...this.#scene(parts, mayBeCut), asks, cursors, isPossible }
      const { candidates, why } = Explanation.of(this.#candidates, scene)
      if (candidates.length > 0) return this.#explained(candidates, told, ended.size)
      // In one relay everything has come in front of the last answer.
      if (this.place.order === 'relay' || performance.now() > end)
        throw new Error(this.#unexplained(parts, why))
      await delay(2)
    }
  }

  #explained(candidates: readonly Candidate[], told: readonly Client[], cuts: number): void {
    this.#candidates = candidates
    this.#tally.cuts += cuts
    for (const client of told) {
      this.#tally.told += client.units.length
      client.forget()
      if (!client.hasLeft && !client.peer.ended) continue
      if (client.hasLeft && client.isStalled) this.#tally.perhapsCut++
      client.close()
      this.clients.splice(this.clients.indexOf(client), 1)
    }
  }

  #cursors(mayEnd: (client: Client) => boolean): Map<ClientId, Cursor> {
    const all = [...this.clients, this.#witness].filter(isReading)
    return new Map(
      all.map((client) => [client.id, new Cursor([...client.units], this.place.order, mayEnd(client))]),
    )
  }

  #scene(
    parts: readonly Part[],
    mayBeCut: readonly ClientId[],
  ): Pick<Scene, 'order' | 'tongues' | 'parts' | 'mayBeCut' | 'inOrder'> {
    const { order } = this.place
    // Ids of several nodes say nothing of what was first.
    const inOrder: Scene['inOrder'] = (taken) => (order === 'relay' ? this.ids.inOrder(taken) : [])
    return { order, tongues: this.#tongues, parts, mayBeCut, inOrder }
  }

  #unexplained(parts: readonly Part[], why: string): string {
    const lines = parts.map(({ client, actions, ending }) => {
      const one = this.clients.find(({ id }) => id === client)
      return `${one}: ${actions.slice(0, 12).map(shown).join(', ')}${ending === 'stays' ? '' : `, ${ending}`}`
    })
    return `no order of this explains what all were told:\n${lines.join('\n')}\nThe one that goes furthest fails: ${why}`
  }

  async #until(isSo: () => Promise<boolean>, what: string): Promise<void> {
    const end = performance.now() + SETTLE_MS
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`waited in vain for ${what}`)
      await delay(1)
    }
  }
}

/** Whether all that it is told is known: it reads, and can be asked, or is gone. */
function isReading({ isStalled, half, hasLeft }: Client): boolean {
  return hasLeft || (!isStalled && half === null)
}

function shown(action: Action): string {
  const text = JSON.stringify(action)
  return text.length > 200 ? `${text.slice(0, 80)}…` : text
}
