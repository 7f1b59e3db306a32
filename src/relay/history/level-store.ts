/**
 * History on this machine's disk: LevelDB, in one directory that one process has at a time. Owns what is written there.
 *
 *   m room id      the message, as JSON         read from the end of a room for newcomers
 *   t id           at cost room                 all rooms in the order of time: for searching, and for what has to go
 *   totals         messages cost                written with each batch
 *
 * A batch is written as a whole. It is in the kernel's hands when it is reported, so that it outlives the process; what a
 * machine that loses its power takes with it is the last seconds, and never what was there before.
 */

import { type BatchOperation, ClassicLevel } from 'classic-level'
import type { MessageEvent } from '../hub/events.js'
import { timeOf } from '../hub/message-ids.js'
import {
  type Change,
  costOf,
  type HistoryLimits,
  type HistoryStore,
  type HistoryTotals,
  type SearchPage,
  type SearchQuery,
} from './store.js'

type Level = ClassicLevel<string, string>
type Operation = BatchOperation<Level, string, string>

const TOTALS = 'totals'
/** What has to go is looked up and deleted in pieces, so that none of them takes long. */
const TRIM_PIECE = 500
/** Of so many rooms it is known how far they have grown; what is not known is looked up again. */
const MAX_GROWING_ROOMS = 10_000
/** Rooms are let grow by a part beyond what they keep: to look for what has to go at each message would cost more. */
const SLACK = 1 / 4
/** A clock that is set back may leave this much out of order. */
const DISORDER_MS = 60_000
/** Searched at once, however few of them are wanted. */
const SEARCH_PIECE = 1000

export class LevelStore implements HistoryStore {
  readonly isShared = false
  limits: HistoryLimits
  readonly #directory: string
  readonly #now: () => number
  #level: Level
  #messages = 0
  #bytes = 0
  /** How much each room may still grow before it is looked for what has to go; one that is not here is looked at. */
  readonly #growth = new Map<string, number>()
  /** The last write failed: LevelDB does not trust its log any more until it is opened anew. */
  #isBroken = false

  private constructor(directory: string, limits: HistoryLimits, now: () => number) {
    this.#directory = directory
    this.limits = limits
    this.#now = now
    this.#level = new ClassicLevel(directory)
  }

  /**
   * @param directory made, if it is not there
   * @param now milliseconds since 1970
   * @throws the system's error, or LevelDB's; with the code `EBUSY` where another process has it
   */
  static async open(directory: string, limits: HistoryLimits, now: () => number): Promise<LevelStore> {
    const store = new LevelStore(directory, limits, now)
    await store.#open()
    await store.trim()
    return store
  }

  /** For searching alone: nothing has to go. @throws as `open` */
  static async read(directory: string): Promise<LevelStore> {
    const unbounded = {
      messages: Number.MAX_SAFE_INTEGER,
      ageMs: Number.MAX_SAFE_INTEGER,
      bytes: Number.MAX_SAFE_INTEGER,
    }
    const store = new LevelStore(directory, unbounded, Date.now)
    await store.#open()
    return store
  }

  get totals(): HistoryTotals {
    return { messages: this.#messages, bytes: this.#bytes }
  }

  async append(changes: readonly Change[]): Promise<void> {
    if (this.#isBroken) await this.#reopen()
    const said = new Map<string, MessageEvent>()
    for (const change of changes) {
      const { room, id } = change.kind === 'said' ? change.message : change
      const key = messageKey(room, id)
      const message =
        change.kind === 'said' ? change.message : edited(said.get(key) ?? (await this.#get(key)), change.text)
      if (message !== null) said.set(key, message)
    }
    await this.#put(said)
    await this.#trimRooms(said.values())
    await this.#trimBytes()
  }

  async last(room: string, count: number): Promise<MessageEvent[]> {
    const values = await this.#level.values({ ...rangeOf(room), reverse: true, limit: count }).all()
    return values.reverse().map(parsed)
  }

  async search({ after, order, sinceMs, untilMs, rooms, limit }: SearchQuery): Promise<SearchPage> {
    const messages: MessageEvent[] = []
    const reverse = order === 'newest'
    // A clock that was set back leaves times that are out of order.
    const first = sinceMs === null ? '' : timeOf(Math.max(0, sinceMs - DISORDER_MS))
    let last = after
    let newest = after
    for (;;) {
      const from = reverse || last > first ? last : first
      const range = reverse ? { gt: timeKey(first), lt: from === '' ? TIME_END : timeKey(from) } : null
      const entries = await this.#level
        .iterator({ ...(range ?? { gt: timeKey(from), lt: TIME_END }), reverse, limit: SEARCH_PIECE })
        .all()
      if (reverse && newest === '') newest = entries[0]?.[0].slice(TIME.length) ?? ''
      const wanted: string[] = []
      let seen = 0
      for (const [key, value] of entries) {
        if (messages.length + wanted.length === limit) break
        seen++
        const { at, room } = timed(value)
        last = key.slice(TIME.length)
        if (at > (untilMs ?? at) || at < (sinceMs ?? at)) continue
        if (rooms === null || rooms.includes(room)) wanted.push(messageKey(room, last))
      }
      for (const value of await this.#level.getMany(wanted)) {
        // It may have had to go meanwhile.
        if (value !== undefined) messages.push(parsed(value))
      }
      if (seen === entries.length && seen < SEARCH_PIECE) return { messages, last, newest, hasMore: false }
      if (messages.length >= limit) return { messages, last, newest, hasMore: true }
    }
  }

  async trim(): Promise<void> {
    await this.#trimAge()
    await this.#trimBytes()
  }

  async close(): Promise<void> {
    await this.#level.close()
  }

  async #open(): Promise<void> {
    try {
      await this.#level.open()
    } catch (error) {
      throw causeOf(error as Error)
    }
    const totals = await this.#level.get(TOTALS)
    const [messages = 0, bytes = 0] = (totals ?? '').split(' ').map(Number)
    this.#messages = messages
    this.#bytes = bytes
  }

  async #reopen(): Promise<void> {
    await this.#level.close()
    this.#level = new ClassicLevel(this.#directory)
    await this.#open()
    this.#isBroken = false
  }

  async #put(said: ReadonlyMap<string, MessageEvent>): Promise<void> {
    const keys = [...said.keys()]
    const operations: Operation[] = []
    let messages = 0
    let bytes = 0
    const before = await this.#level.getMany([...said.values()].map(({ id }) => timeKey(id)))
    for (const [index, key] of keys.entries()) {
      const message = said.get(key) as MessageEvent
      const { id, at, room, text } = message
      const cost = costOf(text)
      const known = before[index]
      if (known === undefined) messages++
      else bytes -= timed(known).cost
      bytes += cost
      operations.push({ type: 'put', key, value: JSON.stringify(message) })
      operations.push({ type: 'put', key: timeKey(id), value: `${at} ${cost} ${room}` })
    }
    await this.#write(operations, messages, bytes)
  }

  async #get(key: string): Promise<MessageEvent | undefined> {
    const value = await this.#level.get(key)
    return value === undefined ? undefined : parsed(value)
  }

  async #write(operations: Operation[], messages: number, bytes: number): Promise<void> {
    const totals = `${this.#messages + messages} ${this.#bytes + bytes}`
    operations.push({ type: 'put', key: TOTALS, value: totals })
    try {
      await this.#level.batch(operations)
    } catch (error) {
      this.#isBroken = true
      throw causeOf(error as Error)
    }
    this.#messages += messages
    this.#bytes += bytes
  }

  /** Of each room the last ones stay. */
  async #trimRooms(written: Iterable<MessageEvent>): Promise<void> {
    const growth = this.#growth
    const grown = new Set<string>()
    for (const { room } of written) {
      const left = (growth.get(room) ?? 0) - 1
      growth.set(room, left)
      if (left < 0) grown.add(room)
    }
    for (const room of grown) {
      await this.#trimRoom(room)
      growth.set(room, Math.floor(this.limits.messages * SLACK))
    }
    if (growth.size > MAX_GROWING_ROOMS) growth.clear()
  }

  async #trimRoom(room: string): Promise<void> {
    const { gte } = rangeOf(room)
    const [newestToGo] = await this.#level
      .keys({ ...rangeOf(room), reverse: true, limit: this.limits.messages + 1 })
      .all()
      .then((keys) => keys.slice(this.limits.messages))
    if (newestToGo === undefined) return
    for (;;) {
      const keys = await this.#level.keys({ gte, lte: newestToGo, limit: TRIM_PIECE }).all()
      await this.#delete(keys.map((key) => ({ id: key.slice(gte.length), room })))
      if (keys.length < TRIM_PIECE) return
    }
  }

  async #trimAge(): Promise<void> {
    const oldest = this.#now() - this.limits.ageMs
    await this.#trimWhile(({ at }) => at < oldest)
  }

  async #trimBytes(): Promise<void> {
    let excess = this.#bytes - this.limits.bytes
    if (excess <= 0) return
    await this.#trimWhile(({ cost }) => {
      const goes = excess > 0
      excess -= cost
      return goes
    })
  }

  /** What was said first goes, for as long as that is so. */
  async #trimWhile(goes: (entry: Timed) => boolean): Promise<void> {
    for (;;) {
      const entries = await this.#level.iterator({ gt: TIME, lt: TIME_END, limit: TRIM_PIECE }).all()
      const old: { id: string; room: string }[] = []
      for (const [key, value] of entries) {
        const entry = timed(value)
        if (!goes(entry)) break
        old.push({ id: key.slice(TIME.length), room: entry.room })
      }
      await this.#delete(old)
      if (old.length < TRIM_PIECE) return
    }
  }

  async #delete(old: readonly { readonly id: string; readonly room: string }[]): Promise<void> {
    if (old.length === 0) return
    const entries = await this.#level.getMany(old.map(({ id }) => timeKey(id)))
    const bytes = entries.reduce((sum, value) => sum + (value === undefined ? 0 : timed(value).cost), 0)
    const operations = old.flatMap(({ id, room }): Operation[] => [
      { type: 'del', key: messageKey(room, id) },
      { type: 'del', key: timeKey(id) },
    ])
    await this.#write(operations, -old.length, -bytes)
  }
}

interface Timed {
  readonly at: number
  readonly cost: number
  readonly room: string
}

// Room names have no space, so that what stands behind one begins where it ends.
const MESSAGE = 'm '
const TIME = 't '
/** Behind all keys that begin with `TIME`. */
const TIME_END = 't!'

function messageKey(room: string, id: string): string {
  return `${MESSAGE}${room} ${id}`
}

function timeKey(id: string): string {
  return TIME + id
}

function rangeOf(room: string): { gte: string; lt: string } {
  return { gte: `${MESSAGE}${room} `, lt: `${MESSAGE}${room}!` }
}

function timed(value: string): Timed {
  const [at = '', cost = '', room = ''] = value.split(' ')
  return { at: Number(at), cost: Number(cost), room }
}

function parsed(value: string): MessageEvent {
  return JSON.parse(value) as MessageEvent
}

function edited(message: MessageEvent | undefined, text: string): MessageEvent | null {
  return message === undefined ? null : { ...message, text }
}

/** What is behind what the library says: it wraps what LevelDB and the system say. */
function causeOf(error: Error): NodeJS.ErrnoException {
  const cause = (error.cause ?? error) as NodeJS.ErrnoException
  if (cause.code !== 'LEVEL_LOCKED') return cause
  return Object.assign(new Error('another process has the history there open'), { code: 'EBUSY' })
}
