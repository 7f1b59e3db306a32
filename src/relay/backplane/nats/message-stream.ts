/**
 * The stream in which NATS keeps what was said: that it is there, what it keeps, and reading it. Owns that each node's settings of it are those
 * of the last node that was started.
 */

import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { JetStream } from './bucket.js'

export interface StreamLimits {
  /** It is kept for so long … */
  readonly ageMs: number
  /** … and no more of it than this; what is oldest goes first. */
  readonly bytes: number
  /** On so many servers. */
  readonly replicas: number
}

/** A repeat within this is stored once. Those that come later are read twice, and known by their numbers. */
const DUPLICATES_MS = 2 * 60_000
/** So much is read in one go. */
const READ_MESSAGES = 256
const READ_MS = 2_000
/** A reader that has vanished is forgotten after this. */
const READER_KEPT_MS = 10_000

export class MessageStream {
  readonly name: string
  readonly #jetStream: JetStream
  readonly #config: Partial<StreamConfig> & { name: string }
  readonly #limits: Pick<StreamConfig, 'max_age' | 'max_bytes' | 'num_replicas' | 'duplicate_window'>

  constructor(jetStream: JetStream, prefix: string, { ageMs, bytes, replicas }: StreamLimits) {
    this.#jetStream = jetStream
    this.name = `${prefix}_messages`
    this.#limits = {
      max_age: nanos(ageMs),
      max_bytes: bytes,
      num_replicas: replicas,
      duplicate_window: nanos(Math.min(DUPLICATES_MS, ageMs)),
    }
    this.#config = {
      name: this.name,
      subjects: [`${prefix}.room.>`, `${prefix}.node.>`],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
      ...this.#limits,
    }
  }

  /** Made where it is not there, and changed where it keeps more or less. @throws the client's error */
  async ensure(): Promise<void> {
    const { streams } = this.#jetStream.manager
    try {
      const { config } = await streams.info(this.name)
      const isAsWanted = Object.entries(this.#limits).every(
        ([key, value]) => config[key as keyof StreamConfig] === value,
      )
      if (!isAsWanted) await streams.update(this.name, this.#limits)
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound)
        throw error
      await streams.add(this.#config).catch(async (error: unknown) => {
        // Another node may have made it at the same moment.
        await streams.info(this.name).catch(() => {
          throw error
        })
      })
    }
  }

  /** The sequence of what came last. @throws the client's error */
  async end(): Promise<number> {
    const { state } = await this.#jetStream.manager.streams.info(this.name)
    return state.last_seq
  }

  /**
   * Everything of a subject, from a sequence on up to now.
   * @param read given them in order, some at a time; says whether it wants more
   * @returns from where on there is nothing yet
   * @throws the client's error
   */
  async read(
    subject: string,
    from: number,
    read: (batches: readonly Uint8Array[]) => boolean,
  ): Promise<number> {
    const { client, manager } = this.#jetStream
    const reader = await manager.consumers.add(this.name, {
      filter_subject: subject,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      ack_policy: AckPolicy.None,
      inactive_threshold: nanos(READER_KEPT_MS),
      mem_storage: true,
      num_replicas: 1,
    })
    try {
      const consumer = await client.consumers.get(this.name, reader.name)
      let pending = reader.num_pending
      while (pending > 0) {
        const batches: Uint8Array[] = []
        let last: JsMsg | null = null
        const messages = await consumer.fetch({
          max_messages: Math.min(READ_MESSAGES, pending),
          expires: READ_MS,
        })
        for await (const message of messages) {
          batches.push(message.data)
          last = message
        }
        if (last === null) break
        from = last.seq + 1
        pending = last.info.pending
        if (!read(batches)) break
      }
      return from
    } finally {
      manager.consumers.delete(this.name, reader.name).catch(() => {})
    }
  }
}
