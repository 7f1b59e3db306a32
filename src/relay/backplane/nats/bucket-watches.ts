/**
 * What becomes of the values of a bucket. Owns that no reader of it stays in NATS: one that the client's own watch (`KV.watch`) has made is there for
 * five minutes after that was stopped, one more each time that NATS was gone, and each time that a node ends.
 */

import {
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
} from '@nats-io/jetstream'
import { nuid } from '@nats-io/transport-node'
import type { Bucket, Entry, JetStream } from './bucket.js'

/** A value that is there, or that has become what it is. */
export interface Change extends Entry {
  readonly key: string
  /** Since the watch has begun. */
  readonly isNew: boolean
}

export interface Watch {
  /** Nothing more is told; with the client's error where that is why. */
  readonly ended: Promise<unknown>
  end(): void
}

/** Says that a key is gone. Nothing of ours writes such; other tools do. */
const OPERATION_HEADER = 'KV-Operation'

/** Of those whose removal was never answered; NATS itself lets go of a reader after five minutes. */
const LEFT_READERS = 100

export class BucketWatches {
  readonly #jetStream: JetStream
  readonly #bucket: Pick<Bucket, 'streamName' | 'subjectPrefix'>
  /** Readers of which NATS has not said that they are gone. */
  readonly #left = new Set<string>()

  constructor(jetStream: JetStream, bucket: Pick<Bucket, 'streamName' | 'subjectPrefix'>) {
    this.#jetStream = jetStream
    this.#bucket = bucket
  }

  /** First tells what is there, and then what becomes of it. One after the other, each ended before the next. @throws the client's error */
  async begin(heard: (change: Change) => void): Promise<Watch> {
    for (const name of this.#left) this.#remove(name)
    const { streamName, subjectPrefix } = this.#bucket
    const prefix = nuid.next()
    // As the client calls it: NATS may make it without our hearing of it.
    const first = `${prefix}_1`
    this.#leave(first)
    const reader = await this.#jetStream.client.consumers.getPushConsumer(streamName, {
      name_prefix: prefix,
      deliver_policy: DeliverPolicy.LastPerSubject,
      filter_subjects: `${subjectPrefix}>`,
    })
    this.#left.delete(first)
    let old = (await reader.info(true)).num_pending
    const messages: ConsumerMessages = await reader.consume({
      callback: (message) => {
        const isNew = old-- <= 0
        if (message.headers?.has(OPERATION_HEADER)) return
        const key = message.subject.slice(subjectPrefix.length)
        heard({ key, value: message.string(), revision: message.seq, isNew })
      },
    })
    return {
      ended: messages.closed(),
      end: () => {
        messages.stop()
        // The client makes another one where it has missed something.
        void reader.info(true).then(({ name }) => {
          this.#leave(name)
          this.#remove(name)
        })
      },
    }
  }

  #leave(name: string): void {
    this.#left.add(name)
    if (this.#left.size <= LEFT_READERS) return
    for (const oldest of this.#left) {
      this.#left.delete(oldest)
      return
    }
  }

  /** Where it cannot be, it is tried again with the next watch. */
  #remove(name: string): void {
    this.#jetStream.manager.consumers.delete(this.#bucket.streamName, name).then(
      () => this.#left.delete(name),
      (error: unknown) => {
        const isGone = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound
        if (isGone) this.#left.delete(name)
      },
    )
  }
}
