/**
 * What rooms have said, for those who come in later. Owns what newcomers are shown: the last messages of a room, from
 * memory where somebody has just been shown them, otherwise from the store; and that what was said while a room was private is
 * kept for as long as it is private, and nowhere but in memory.
 */

import { Batch } from '../fanout/batch.js'
import { type ChunkPool, type Slice, sharedSlice } from '../fanout/chunk.js'
import type { Encoding } from '../fanout/encoding.js'
import type { EditedEvent, HubEvent, MessageEvent, Recipient } from '../hub/events.js'
import type { Hub } from '../hub/hub.js'
import type { Session } from '../hub/session.js'
import type { HistoryWriter } from './history-writer.js'
import { RoomView, type Shown, type ViewLimits } from './room-view.js'
import type { HistoryStore } from './store.js'

/** No newcomer is shown more than this of a room: half of what makes a reader slow. */
const MAX_SHOWN_BYTES = 128 * 1024
/** What all views take in memory; who was not asked for longest goes, and is read from the store again. */
const MAX_VIEWS_BYTES = 32 * 1024 * 1024

/** The rooms and people that there are. */
export type World<R extends Recipient> = Pick<Hub<R>, 'rooms' | 'session' | 'messages'>

export interface RoomHistoryOptions<R extends Recipient> {
  readonly store: HistoryStore
  readonly writer: HistoryWriter
  readonly world: World<R>
  readonly pool: ChunkPool
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** What the relay itself says is for those who are there. */
  readonly voiceDialect: string
  /** The store could not be read, or a message has no form in some encoding: it is not shown. */
  readonly failed: (error: unknown) => void
  /** For tests. */
  readonly maxViewsBytes?: number
}

export class RoomHistory<R extends Recipient> {
  readonly #options: RoomHistoryOptions<R>
  readonly #store: HistoryStore
  readonly #writer: HistoryWriter
  readonly #world: World<R>
  readonly #maxViewsBytes: number
  /** By room; who was asked for, or spoke, last is last. */
  readonly #views = new Map<string, RoomView<R>>()
  #viewsBytes = 0

  constructor(options: RoomHistoryOptions<R>) {
    this.#options = options
    this.#store = options.store
    this.#writer = options.writer
    this.#world = options.world
    this.#maxViewsBytes = options.maxViewsBytes ?? MAX_VIEWS_BYTES
  }

  /** What the hub says happened. */
  observe(event: HubEvent): void {
    if (event.kind === 'message') this.#said(event, true)
    else if (event.kind === 'edited') this.#edited(event, true)
    else if (event.kind === 'left') this.#left(event.room)
    else if (event.kind === 'visibility' && !event.isPrivate) this.#forgetPrivate(event.room)
  }

  /** What people of other nodes said in a room that somebody of this one is in: their own node keeps it. */
  heard(event: MessageEvent | EditedEvent): void {
    if (event.kind === 'message') this.#said(event, false)
    else this.#edited(event, false)
  }

  /**
   * Has what was said in a room at hand, for `shown` to be asked in the same turn.
   * @param then called once: before this returns, where it is at hand already
   * @returns whether it was
   */
  load(room: string, then: () => void): boolean {
    const view = this.#view(room)
    // What others say is not heard here while nobody of this node is there.
    if (this.#store.isShared && !this.#isHeard(room)) view.isLoaded = false
    if (view.isLoaded) {
      then()
      return true
    }
    view.waiting.push(then)
    if (view.waiting.length === 1) void this.#load(room, view)
    return false
  }

  /**
   * What somebody who has just entered the room is shown, in their encoding: what was said before, leaving out whom they
   * have blocked (C11). `null` for nothing.
   */
  shown(session: Session<R>, room: string, encoding: Encoding): Slice | null {
    const view = this.#views.get(room)
    if (view === undefined) return null
    if (this.#world.rooms.get(room)?.isPrivate !== true) this.#change(view, () => view.forgetPrivate())
    this.#change(view, () => view.forgetBefore(this.#options.now() - this.#store.limits.ageMs))
    const { blocks } = this.#world.messages
    const heard = blocks.hasNone(session)
      ? null
      : view.shown.filter(({ message, sender }) => !blocks.isDeafTo(session, message.name, sender))
    if (heard !== null && heard.length < view.shown.length) return this.#encoded(heard, encoding)
    let slice = view.slices.get(encoding)
    if (slice === undefined) {
      slice = this.#encoded(view.shown, encoding)
      view.slices.set(encoding, slice)
    }
    return slice
  }

  get #limits(): ViewLimits {
    return { messages: this.#store.limits.messages, bytes: MAX_SHOWN_BYTES }
  }

  /** R2: the last one out takes along what was for members alone. */
  #left(name: string): void {
    const room = this.#world.rooms.get(name)
    if (room === undefined || room.members.size === 0) this.#forgetPrivate(name)
    const view = this.#views.get(name)
    if (view === undefined || !this.#store.isShared || this.#isHeard(name) || view.waiting.length > 0) return
    this.#views.delete(name)
    this.#viewsBytes -= view.bytes
  }

  #isHeard(name: string): boolean {
    return (this.#world.rooms.get(name)?.here ?? 0) > 0
  }

  #said(message: MessageEvent, isOwn: boolean): void {
    if (message.dialect === this.#options.voiceDialect) return
    const isPrivate = this.#world.rooms.get(message.room)?.isPrivate === true
    if (!isPrivate && isOwn) this.#writer.push({ kind: 'said', message })
    const sender = this.#world.session(message.name) ?? null
    const view = this.#view(message.room)
    // It was made public where it is not heard of.
    if (!isPrivate) this.#change(view, () => view.forgetPrivate())
    this.#change(view, () => view.add({ message, sender, isPrivate }, this.#limits))
    this.#evict(view)
  }

  #edited({ room, id, text }: EditedEvent, isOwn: boolean): void {
    if (room === null) return
    const view = this.#views.get(room)
    let before: Shown<R> | null = null
    if (view !== undefined) {
      this.#change(view, () => {
        before = view.edit(id, text)
      })
    }
    if (isOwn && (before as Shown<R> | null)?.isPrivate !== true) {
      const message = (before as Shown<R> | null)?.message ?? null
      this.#writer.push({ kind: 'edited', room, id, text, message })
    }
  }

  #forgetPrivate(room: string): void {
    const view = this.#views.get(room)
    if (view !== undefined) this.#change(view, () => view.forgetPrivate())
  }

  async #load(room: string, view: RoomView<R>): Promise<void> {
    let stored: MessageEvent[] = []
    try {
      stored = await this.#store.last(room, this.#store.limits.messages)
    } catch (error) {
      this.#options.failed(error)
    }
    this.#change(view, () => view.take(stored, this.#limits))
    for (const then of view.waiting.splice(0)) then()
    this.#evict(view)
  }

  /** That of the room, which is the one asked for last from now on. */
  #view(room: string): RoomView<R> {
    let view = this.#views.get(room)
    if (view === undefined) {
      view = new RoomView<R>()
      this.#viewsBytes += view.bytes
    } else this.#views.delete(room)
    this.#views.set(room, view)
    return view
  }

  #change(view: RoomView<R>, change: () => void): void {
    const before = view.bytes
    change()
    this.#viewsBytes += view.bytes - before
  }

  /** What the store does not have yet stays, unless it is far too much: then the disk is full, and memory is not to follow. */
  #evict(current: RoomView<R>): void {
    if (this.#viewsBytes <= this.#maxViewsBytes) return
    const waitingId = this.#writer.firstWaitingId
    for (const [room, view] of this.#views) {
      if (this.#viewsBytes <= this.#maxViewsBytes) return
      if (view === current || view.waiting.length > 0) continue
      const newest = view.shown.at(-1)
      const isStored = waitingId === null || newest === undefined || newest.message.id < waitingId
      if (!isStored && this.#viewsBytes <= 2 * this.#maxViewsBytes) continue
      this.#views.delete(room)
      this.#viewsBytes -= view.bytes
    }
  }

  #encoded(shown: readonly Shown<R>[], encoding: Encoding): Slice | null {
    const batch = new Batch(this.#options.pool)
    for (const { message } of shown) {
      const before = batch.bytes
      try {
        encoding.encode(message, batch)
      } catch (error) {
        batch.rollBack(before)
        this.#options.failed(error)
      }
    }
    if (batch.bytes === 0) return null
    const bytes = Buffer.from(batch.slice(0, batch.bytes, 1).bytes)
    batch.finish()
    batch.settle()
    return sharedSlice(bytes)
  }
}
