/**
 * Whether there is an order of what several did at once in which the model tells everybody what they were told. All such orders are looked for, step by
 * step, and one is left as soon as somebody was not told what it has them told. What nobody can see the order of stays open: the outcome is every world
 * that they may be in now.
 */

import type { Action, ClientId, Mark } from './actions.js'
import { compact } from './client.js'
import type { Cursor, Expected, Order } from './cursor.js'
import type { Out, World } from './reference-model.js'
import type { Tongue } from './tongue.js'

/** How a connection ends at its client's side: not; behind what it asked for; or so that any of that may be lost. */
export type Ending = 'stays' | 'ends' | 'breaks'

/** What one client did, in its order. */
export interface Part {
  readonly client: ClientId
  readonly actions: readonly Action[]
  readonly ending: Ending
}

/** A world that they may be in. */
export interface Candidate {
  readonly world: World
  /** What those were told who have not read it, or may not have. */
  readonly unread: ReadonlyMap<ClientId, readonly Expected[]>
  /** Who was cut off (M6). */
  readonly cut: ReadonlySet<ClientId>
}

export interface Scene {
  readonly order: Order
  readonly tongues: ReadonlyMap<ClientId, Tongue>
  readonly parts: readonly Part[]
  /** What everybody asks afterwards; nothing of it changes anything. */
  readonly asks: ReadonlyMap<ClientId, readonly Action[]>
  /** Of those who have read everything, or are gone. */
  readonly cursors: ReadonlyMap<ClientId, Cursor>
  /** Who was sent too much, has not read it, and may be cut off at any moment (M6). */
  readonly mayBeCut: readonly ClientId[]
  /** The messages with ids, of these that were taken in this order (M1); `null` for an order that the ids deny. */
  readonly inOrder: (taken: readonly Mark[]) => readonly Mark[] | null
  /** The last question: whether a world is one that they may be in. */
  readonly isPossible: (candidate: Candidate) => boolean
}

interface Node extends Candidate {
  readonly cursors: ReadonlyMap<ClientId, Cursor>
  /** How much of each part is done; one more than its actions when it has ended. */
  readonly at: readonly number[]
}

/** Nobody can look at more orders than these. */
const MOST_NODES = 400_000

export class Explanation {
  readonly #scene: Scene
  readonly #found = new Map<string, Candidate>()
  readonly #visited = new Set<string>()
  #nodes = 0
  /** The order that went furthest, and what was wrong with it. */
  #furthest = -1
  #why = 'nothing'

  private constructor(scene: Scene) {
    this.#scene = scene
  }

  /** @returns the worlds that they may be in, none when there is no explanation; and then why not */
  static of(before: readonly Candidate[], scene: Scene): { candidates: Candidate[]; why: string } {
    const search = new Explanation(scene)
    for (const candidate of before) search.#begin(candidate)
    return { candidates: [...search.#found.values()], why: search.#why }
  }

  #begin(candidate: Candidate): void {
    const unread = new Map(candidate.unread)
    const at = this.#scene.parts.map(() => 0)
    let nodes: Node[] = [{ ...candidate, unread, cursors: this.#scene.cursors, at }]
    for (const [client, expected] of candidate.unread) {
      if (!this.#scene.cursors.has(client)) continue
      unread.delete(client)
      nodes = nodes.flatMap((node) => this.#read(node, client, expected))
    }
    for (const node of nodes) this.#look(node)
  }

  /** One that has not read reads: the ways in which it may have been told all that. */
  #read(node: Node, client: ClientId, expected: readonly Expected[]): Node[] {
    const cursor = node.cursors.get(client) as Cursor
    const isOneOrder = this.#scene.order === 'relay'
    const after = isOneOrder
      ? [this.#behind(node, cursor, client, expected)].filter((one) => one !== null)
      : this.#interleaved(node, cursor, client, expected)
    return after.map((one) => ({ ...node, cursors: new Map(node.cursors).set(client, one) }))
  }

  /** Only the order of each session is promised, and who is told the same by two of them may have been told so by either one first. */
  #interleaved(node: Node, cursor: Cursor, client: ClientId, expected: readonly Expected[]): Cursor[] {
    let ways = [{ cursor, left: bySession(expected) }]
    for (let done = 0; done < expected.length; done++) {
      const next = new Map<string, (typeof ways)[number]>()
      for (const way of ways) {
        const places = way.left.map(([first]) => placeIn(way.cursor, first as Expected))
        const nearest = Math.min(...places)
        for (const [index, session] of way.left.entries()) {
          if (places[index] !== nearest) continue
          const after = this.#behind(node, way.cursor, client, session.slice(0, 1))
          if (after === null) continue
          const left = way.left.with(index, session.slice(1)).filter(({ length }) => length > 0)
          next.set(`${after.key()} ${left.map(({ length }) => length)}`, { cursor: after, left })
        }
      }
      ways = [...next.values()]
    }
    return ways.map((way) => way.cursor)
  }

  #look(node: Node): void {
    if (++this.#nodes > MOST_NODES) throw new Error(`too many orders: ${MOST_NODES}`)
    if (this.#scene.parts.length > 1 || this.#scene.mayBeCut.length > 0) {
      const key = keyOf(node)
      if (this.#visited.has(key)) return
      this.#visited.add(key)
    }
    let isOver = true
    for (const [index, { client, actions, ending }] of this.#scene.parts.entries()) {
      const done = node.at[index] as number
      if (done > actions.length || (done === actions.length && ending === 'stays')) continue
      isOver = false
      const at = node.at.with(index, done + 1)
      if (done < actions.length) this.#acted({ ...node, at }, client, actions[done] as Action)
      if (done === actions.length || ending === 'breaks')
        this.#ended({ ...node, at: node.at.with(index, actions.length + 1) }, client)
    }
    if (isOver) this.#ask(node)
    else for (const client of this.#cuttable(node)) this.#cutOff(node, client)
  }

  #acted(node: Node, client: ClientId, action: Action): void {
    const world = node.world.copy()
    this.#tongue(client).act(world, client, action)
    const inOrder = this.#scene.inOrder(world.taken)
    if (inOrder === null) {
      this.#failed(node, `M1: ids are not in the order of ${world.taken}`)
      return
    }
    world.taken = inOrder
    const next = this.#heard({ ...node, world }, world.out)
    if (next !== null) this.#look(next)
  }

  #ended(node: Node, client: ClientId): void {
    const world = node.world.copy()
    world.end(client)
    const next = this.#heard({ ...node, world }, world.out)
    if (next !== null) this.#look(next)
  }

  #cutOff(node: Node, client: ClientId): void {
    const next = this.#afterCut(node, client)
    if (next !== null) this.#look(next)
  }

  #afterCut(node: Node, client: ClientId): Node | null {
    const world = node.world.copy()
    world.end(client)
    return this.#heard({ ...node, world, cut: new Set(node.cut).add(client) }, world.out)
  }

  #cuttable({ world, cut }: Candidate): ClientId[] {
    return this.#scene.mayBeCut.filter((client) => !cut.has(client) && world.sessionOf(client) !== null)
  }

  /**
   * Everybody asks, and meanwhile some may be cut off. As no question changes anything, each client's questions are looked at on their own,
   * between those cuts.
   */
  #ask(node: Node): void {
    const steps: Node[] = [node]
    this.#answered(steps)
    for (const first of this.#cuttable(node)) {
      const once = this.#afterCut({ ...node, cursors: new Map() }, first)
      if (once === null) continue
      this.#answered([...steps, once])
      for (const second of this.#cuttable(once)) {
        const twice = this.#afterCut(once, second)
        if (twice !== null) this.#answered([...steps, once, twice])
      }
    }
  }

  /** @param steps how it was before the first cut, between the cuts, and after the last */
  #answered(steps: readonly Node[]): void {
    const cursors = new Map<ClientId, Cursor>()
    for (const [client, cursor] of (steps[0] as Node).cursors) {
      const done = this.#answeredOne(steps, client, cursor, 0, 0)
      if (done === null) return
      cursors.set(client, done)
    }
    const { world, unread, cut } = steps.at(-1) as Node
    const candidate = { world, unread, cut }
    if (!this.#scene.isPossible(candidate))
      this.#failed(steps[0] as Node, 'others are gone than those who were cut off')
    else this.#found.set(keyOf({ ...candidate, cursors: new Map(), at: [] }), candidate)
  }

  #answeredOne(
    steps: readonly Node[],
    client: ClientId,
    cursor: Cursor,
    step: number,
    asked: number,
  ): Cursor | null {
    const asks = this.#scene.asks.get(client) ?? []
    if (asked === asks.length && step === steps.length - 1) {
      if (cursor.isDone) return cursor
      this.#failed(
        steps[0] as Node,
        `${client} was told what nobody did:\n  ${cursor.unexplained.join('\n  ')}`,
      )
      return null
    }
    if (asked < asks.length) {
      const world = (steps[step] as Node).world.copy()
      this.#tongue(client).act(world, client, asks[asked] as Action)
      const next = this.#behind(steps[0] as Node, cursor, client, this.#expected(world.out, client))
      const done = next === null ? null : this.#answeredOne(steps, client, next, step, asked + 1)
      if (done !== null) return done
    }
    if (step === steps.length - 1) return null
    const told = this.#expected((steps[step + 1] as Node).world.out, client)
    const next = this.#behind(steps[0] as Node, cursor, client, told)
    return next === null ? null : this.#answeredOne(steps, client, next, step + 1, asked)
  }

  #heard(node: Node, out: readonly Out[]): Node | null {
    const cursors = new Map(node.cursors)
    const unread = new Map(node.unread)
    for (const client of new Set(out.map(({ to }) => to))) {
      const expected = this.#expected(out, client)
      const cursor = cursors.get(client)
      if (cursor !== undefined) {
        const next = this.#behind(node, cursor, client, expected)
        if (next === null) return null
        cursors.set(client, next)
      } else if (!this.#scene.cursors.has(client))
        unread.set(client, this.#kept([...(unread.get(client) ?? []), ...expected]))
    }
    return { ...node, cursors, unread }
  }

  /** Between nodes only the order of each session is promised: then all orders that differ in nothing else are one. */
  #kept(expected: readonly Expected[]): readonly Expected[] {
    if (this.#scene.order === 'relay') return expected
    return expected.toSorted((one, other) => Number(one.by > other.by) - Number(one.by < other.by))
  }

  #behind(node: Node, cursor: Cursor, client: ClientId, expected: readonly Expected[]): Cursor | null {
    let at = cursor
    for (const one of expected) {
      const next = at.behind(one)
      if (next === null) {
        this.#failed(
          node,
          `${client} must be told, because of ${one.by},\n  ${one.unit}\nand was told\n  ${at.unexplained.join('\n  ')}`,
        )
        return null
      }
      at = next
    }
    return at
  }

  #expected(out: readonly Out[], client: ClientId): Expected[] {
    const { shown } = this.#tongue(client)
    return out
      .filter(({ to }) => to === client)
      .flatMap(({ by, room, what }) => {
        const units = 'kind' in what ? shown(what) : what
        return units.map((unit) => ({ unit: compact(unit), by, room }))
      })
  }

  #tongue(client: ClientId): Tongue {
    return this.#scene.tongues.get(client) as Tongue
  }

  #failed(node: Node, why: string): void {
    let far = node.at.reduce((sum, done) => sum + done, 0)
    for (const cursor of node.cursors.values()) far += cursor.explained
    if (far <= this.#furthest) return
    this.#furthest = far
    this.#why = why
  }
}

/** What each session did, in its order. */
function bySession(expected: readonly Expected[]): (readonly Expected[])[] {
  const sessions = new Map<ClientId, Expected[]>()
  for (const one of expected) {
    const before = sessions.get(one.by)
    if (before === undefined) sessions.set(one.by, [one])
    else before.push(one)
  }
  return [...sessions.values()]
}

/** What has not come is behind everything. */
function placeIn(cursor: Cursor, expected: Expected): number {
  const place = cursor.placeOf(expected)
  return place < 0 ? Number.POSITIVE_INFINITY : place
}

function keyOf({ world, unread, cut, cursors, at }: Node): string {
  let heard = ''
  for (const [client, cursor] of cursors) heard += `${client} ${cursor.key()} `
  let waiting = ''
  // What one is told grows at its end alone.
  for (const [client, expected] of unread) waiting += `${client} ${expected.map(({ unit }) => unit).join()} `
  return `${at} ${world.taken} ${[...cut]} ${heard}${waiting}${world.key()}`
}
