/**
 * Congestion over nodes: while a room is congested at one of them, those whose people speak in it slow them down as if it were
 * congested there, so that no flood gets healthy readers of another node cut off (M6). Owns what was told and heard of it: the
 * whole list of rooms each time, at once when it changes and repeated every second. Whoever is silent is not believed for long.
 */

import type { CongestionListener } from '../fanout/congestion.js'
import type { Backplane } from './backplane.js'

/** A room, as far as this goes. */
export interface CongestedRoom {
  isCongestedElsewhere: boolean
}

export interface SharedCongestionOptions {
  readonly backplane: Pick<Backplane, 'order' | 'nodesIn'>
  /** The room of that name, if there is one. */
  readonly room: (name: string) => CongestedRoom | undefined
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
}

const REPEAT_MS = 1000
const FORGET_MS = 3000
/** Bytes that an engine carries in one piece are limited, and a node with more congested rooms than this has other worries. */
const MAX_ROOMS = 4096

export class SharedCongestion {
  readonly #options: SharedCongestionOptions
  /** Rooms that are congested at this node. */
  readonly #here = new Set<string>()
  /** What other nodes have said last. */
  readonly #elsewhere = new Map<string, { readonly rooms: ReadonlySet<string>; readonly atMs: number }>()
  /** Nodes that know of a room. */
  #told = new Set<string>()
  #isToTell = false
  #timer: NodeJS.Timeout | null = null

  constructor(options: SharedCongestionOptions) {
    this.#options = options
  }

  /** What the room's fan-out is given. */
  listenerOf(room: string): CongestionListener {
    return new Listener(this, this.#options.backplane, room)
  }

  /** The room is congested at this node, or not any more. */
  changed(room: string, isCongested: boolean): void {
    if (isCongested) this.#here.add(room)
    else this.#here.delete(room)
    if (this.#isToTell) return
    this.#isToTell = true
    setImmediate(() => this.#tell())
  }

  /** Another node has said which rooms are congested there. */
  told(node: string, rooms: readonly string[]): void {
    const before = this.#elsewhere.get(node)
    if (rooms.length === 0) this.#elsewhere.delete(node)
    else this.#elsewhere.set(node, { rooms: new Set(rooms), atMs: this.#options.now() })
    this.#apply(before?.rooms ?? [])
    // Also those that were known: they may have come to their end meanwhile, and begun anew.
    this.#apply(rooms)
    this.#repeat()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Once a second while there is anything. */
  readonly tick = (): void => {
    const since = this.#options.now() - FORGET_MS
    for (const [node, { rooms, atMs }] of this.#elsewhere) {
      if (atMs > since) continue
      this.#elsewhere.delete(node)
      this.#apply(rooms)
    }
    this.#tell()
    if (this.#here.size === 0 && this.#elsewhere.size === 0) this.stop()
  }

  #tell(): void {
    this.#isToTell = false
    const { backplane } = this.#options
    const byNode = new Map<string, string[]>()
    for (const room of this.#here) {
      for (const node of backplane.nodesIn(room)) {
        const rooms = byNode.get(node)
        if (rooms === undefined) byNode.set(node, [room])
        else if (rooms.length < MAX_ROOMS) rooms.push(room)
      }
    }
    for (const node of this.#told) if (!byNode.has(node)) byNode.set(node, [])
    this.#told.clear()
    for (const [node, rooms] of byNode) {
      backplane.order({ kind: 'congested', rooms }, node)
      if (rooms.length > 0) this.#told.add(node)
    }
    this.#repeat()
  }

  #repeat(): void {
    if (this.#here.size > 0 || this.#elsewhere.size > 0) {
      this.#timer ??= setInterval(this.tick, REPEAT_MS).unref()
    }
  }

  #apply(rooms: Iterable<string>): void {
    for (const name of rooms) {
      const room = this.#options.room(name)
      if (room !== undefined) room.isCongestedElsewhere = this.#isElsewhere(name)
    }
  }

  #isElsewhere(room: string): boolean {
    for (const { rooms } of this.#elsewhere.values()) if (rooms.has(room)) return true
    return false
  }
}

class Listener implements CongestionListener {
  readonly #shared: SharedCongestion
  readonly #backplane: Pick<Backplane, 'nodesIn'>
  readonly #room: string

  constructor(shared: SharedCongestion, backplane: Pick<Backplane, 'nodesIn'>, room: string) {
    this.#shared = shared
    this.#backplane = backplane
    this.#room = room
  }

  get nodes(): number {
    let nodes = 1
    for (const _node of this.#backplane.nodesIn(this.#room)) nodes++
    return nodes
  }

  changed(isCongested: boolean): void {
    this.#shared.changed(this.#room, isCongested)
  }
}
