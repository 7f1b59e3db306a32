/**
 * History of a cluster: one stream of JetStream for all nodes, a subject for each room. What has to go is the server's to see to.
 * A node publishes what its own people say; an edit is the message once more, with its last text, and takes the place of the
 * one before wherever both are read.
 */

import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { MessageEvent } from '../hub/events.js'
import type { Change, HistoryLimits, HistoryStore, HistoryTotals, SearchPage, SearchQuery } from './store.js'

/** The one connection of this node. */
export interface NatsLink {
  readonly isUp: boolean
  readonly connected: Promise<NatsConnection>
}

export interface NatsHistoryOptions {
  readonly link: NatsLink
  /** Of all that the cluster has in NATS. */
  readonly prefix: string
  /** On how many servers. */
  readonly replicas: number
  readonly limits: HistoryLimits
  /** A room's name as a token of a subject. */
  readonly token: (room: string) => string
}

interface Ready {
  readonly client: JetStreamClient
  readonly manager: JetStreamManager
}

interface Stored {
  readonly sequence: number
  readonly message: MessageEvent
}

/** Edits take places too: so many more than are shown. */
const SLACK = 1 / 4
const PUBLISH_MS = 3_000
/** The least that the server lets somebody wait for. */
const READ_MS = 1_000
const MS_IN_NS = 1_000_000
/** What is published again because nobody knows whether it was taken is one message, for that long. */
const DUPLICATE_WINDOW_MS = 120_000

export class NatsHistoryStore implements HistoryStore {
  readonly isShared = true
  readonly #options: NatsHistoryOptions
  readonly #stream: string
  #limits: HistoryLimits
  #totals: HistoryTotals = { messages: 0, bytes: 0 }
  #ready: Ready | null = null

  constructor(options: NatsHistoryOptions) {
    this.#options = options
    this.#stream = `${options.prefix}_history`
    this.#limits = options.limits
  }

  get limits(): HistoryLimits {
    return this.#limits
  }

  set limits(limits: HistoryLimits) {
    this.#limits = limits
    // With the next thing that is asked, its configuration is this.
    this.#ready = null
  }

  /** As it was when it was looked the last time. */
  get totals(): HistoryTotals {
    return this.#totals
  }

  async append(changes: readonly Change[]): Promise<void> {
    const { client } = await this.#open()
    const published = changes.map((change) => {
      if (change.kind === 'said') {
        const { message } = change
        return this.#publish(client, message, message.id)
      }
      const { message, text } = change
      return message === null ? null : this.#publish(client, { ...message, text }, undefined)
    })
    await this.#asked(Promise.all(published))
  }

  async last(room: string, count: number): Promise<MessageEvent[]> {
    const ready = await this.#open()
    const stored = await this.#asked(this.#read(ready, this.#subject(room), 1, Number.MAX_SAFE_INTEGER))
    return latest(stored).slice(-count)
  }

  async search({ after, order, sinceMs, untilMs, rooms, limit }: SearchQuery): Promise<SearchPage> {
    const ready = await this.#open()
    const { state } = await this.#asked(ready.manager.streams.info(this.#stream))
    const end = state.last_seq + 1
    const newest = String(state.last_seq)
    const isNewest = order === 'newest'
    const to = isNewest ? (after === '' ? end : Number(after)) : end
    const from = isNewest
      ? Math.max(state.first_seq, to - limit)
      : Math.max(state.first_seq, (after === '' ? 0 : Number(after)) + 1)
    const until = isNewest ? to : Math.min(end, from + limit)
    const stored = from < until ? await this.#asked(this.#read(ready, undefined, from, until)) : []
    const messages = latest(stored).filter(
      ({ at, room }) =>
        at >= (sinceMs ?? at) && at <= (untilMs ?? at) && (rooms === null || rooms.includes(room)),
    )
    if (isNewest) {
      return { messages: messages.reverse(), last: String(from), newest, hasMore: from > state.first_seq }
    }
    return { messages, last: String(Math.max(until - 1, Number(after))), newest, hasMore: until < end }
  }

  async trim(): Promise<void> {
    const { manager } = await this.#open()
    const { state } = await this.#asked(manager.streams.info(this.#stream))
    this.#totals = { messages: state.messages, bytes: state.bytes }
  }

  /** The connection is not its to close. */
  async close(): Promise<void> {}

  /** The stream is made, or changed, by whoever needs it first. @throws while NATS is gone */
  async #open(): Promise<Ready> {
    const { link } = this.#options
    if (!link.isUp) throw new Error('NATS cannot be reached')
    if (this.#ready !== null) return this.#ready
    const connection = await link.connected
    const manager = await jetstreamManager(connection)
    const config = this.#config()
    try {
      await manager.streams.update(this.#stream, config)
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error
      await manager.streams.add({ ...config, name: this.#stream, storage: StorageType.File })
    }
    this.#ready = { client: jetstream(connection), manager }
    return this.#ready
  }

  #config(): Partial<StreamConfig> {
    const { messages, ageMs, bytes } = this.#limits
    return {
      subjects: [`${this.#options.prefix}.history.*`],
      max_msgs_per_subject: messages + Math.ceil(messages * SLACK),
      max_age: ageMs * MS_IN_NS,
      max_bytes: bytes,
      discard: DiscardPolicy.Old,
      num_replicas: this.#options.replicas,
      allow_direct: true,
      duplicate_window: Math.min(ageMs, DUPLICATE_WINDOW_MS) * MS_IN_NS,
    }
  }

  #subject(room: string): string {
    return `${this.#options.prefix}.history.${this.#options.token(room)}`
  }

  async #publish(client: JetStreamClient, message: MessageEvent, msgID: string | undefined): Promise<void> {
    const options = { timeout: PUBLISH_MS, ...(msgID !== undefined && { msgID }) }
    await client.publish(this.#subject(message.room), JSON.stringify(message), options)
  }

  /** What has these sequence numbers, `until` not among them. */
  async #read(
    { client, manager }: Ready,
    subject: string | undefined,
    from: number,
    until: number,
  ): Promise<Stored[]> {
    const { name } = await manager.consumers.add(this.#stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: from,
      inactive_threshold: 10_000 * MS_IN_NS,
      mem_storage: true,
      ...(subject !== undefined && { filter_subject: subject }),
    } as never)
    try {
      const consumer = await client.consumers.get(this.#stream, name)
      const { num_pending: pending } = await consumer.info(true)
      const most = Math.min(pending, until - from)
      const stored: Stored[] = []
      if (most === 0) return stored
      for await (const one of await consumer.fetch({ max_messages: most, expires: READ_MS })) {
        if (one.seq >= until) break
        stored.push({ sequence: one.seq, message: one.json<MessageEvent>() })
        if (stored.length === most || one.info.pending === 0) break
      }
      return stored
    } finally {
      await manager.consumers.delete(this.#stream, name)
    }
  }

  /** After an answer that is none, the stream may be gone: it is made again with the next thing that is asked. */
  async #asked<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      this.#ready = null
      throw error
    }
  }
}

/** Each message once, in its first place and with its last text. */
function latest(stored: readonly Stored[]): MessageEvent[] {
  const messages = new Map<string, MessageEvent>()
  for (const { message } of stored) messages.set(message.id, message)
  return [...messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
