/**
 * A bucket of keys and values in JetStream, with the few things that are asked of it: each compares before it changes anything, so that of several who want
 * the same, one has it. Owns that whoever asks hears at once when NATS is gone, and that a timeout is told from an answer.
 */

import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream'
import { type KV, Kvm, type KvOptions } from '@nats-io/kv'
import type { Bus } from '../bus.js'

/** Nobody knows whether it was done. */
export class Unreachable extends Error {
  constructor(options?: ErrorOptions) {
    super('NATS cannot be reached', options)
    this.name = 'Unreachable'
  }
}

export interface Entry {
  readonly value: string
  readonly revision: number
}

/** The client's API for JetStream, of one connection. */
export interface JetStream {
  readonly client: JetStreamClient
  readonly manager: JetStreamManager
}

const REQUEST_MS = 2_000
/** The server's words for a sequence that it never had, or has no more: the first is for all that a deletion can fail of. */
const DELETE_FAILED = 10057
const NO_SUCH_SEQUENCE = 10043
const NO_MESSAGE = /not? (?:message )?found|deleted message/

export class Bucket {
  readonly #bus: Bus
  readonly #stream: JetStream
  readonly #name: string
  readonly #options: Partial<KvOptions>
  /** Of what is asked and not answered. */
  readonly #pending = new Set<(error: Error) => void>()
  #values: KV

  private constructor(bus: Bus, stream: JetStream, name: string, options: Partial<KvOptions>, values: KV) {
    this.#bus = bus
    this.#stream = stream
    this.#name = name
    this.#options = options
    this.#values = values
    bus.onLink((isUp) => {
      if (isUp) return
      const error = new Unreachable()
      for (const fail of this.#pending) fail(error)
      this.#pending.clear()
    })
  }

  /** Made if it is not there. @throws the client's error */
  static async open(bus: Bus, stream: JetStream, name: string, options: Partial<KvOptions>): Promise<Bucket> {
    const values = await new Kvm(stream.client).create(name, options)
    return new Bucket(bus, stream, name, options, values)
  }

  get streamName(): string {
    return `KV_${this.#name}`
  }

  /** What the subject of each key begins with. */
  get subjectPrefix(): string {
    return `$KV.${this.#name}.`
  }

  /** Made again where the server has lost everything. */
  async restore(): Promise<void> {
    this.#values = await this.#ask(() => new Kvm(this.#stream.client).create(this.#name, this.#options))
  }

  /** @returns its revision, or `null` when the key is there already. @throws Unreachable */
  create(key: string, value: string): Promise<number | null> {
    return this.#put(key, value, 0)
  }

  /** @returns its new revision, or `null` when `revision` is not the last one any more. @throws Unreachable */
  update(key: string, value: string, revision: number): Promise<number | null> {
    return this.#put(key, value, revision)
  }

  /** As the leader has it, whatever replicas say. @throws Unreachable */
  async read(key: string): Promise<Entry | null> {
    const query = { last_by_subj: `${this.subjectPrefix}${key}` }
    const stored = await this.#ask(() => this.#stream.manager.streams.getMessage(this.streamName, query))
    return stored === null ? null : { value: stored.string(), revision: stored.seq }
  }

  /** Without leaving anything behind that says so. @returns whether it was there. @throws Unreachable */
  async remove(revision: number): Promise<boolean> {
    try {
      return await this.#ask(() =>
        this.#stream.manager.streams.deleteMessage(this.streamName, revision, false),
      )
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  async #put(key: string, value: string, previousSeq: number): Promise<number | null> {
    try {
      return await this.#ask(() => this.#values.put(key, value, { previousSeq, timeout: REQUEST_MS }))
    } catch (error) {
      if (isWrongRevision(error)) return null
      throw error
    }
  }

  #ask<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#bus.isUp) return Promise.reject(new Unreachable())
    return new Promise((resolve, reject) => {
      this.#pending.add(reject)
      work().then(
        (answer) => {
          this.#pending.delete(reject)
          resolve(answer)
        },
        (error) => {
          this.#pending.delete(reject)
          reject(isAnswer(error) ? error : new Unreachable({ cause: error }))
        },
      )
    })
  }
}

function isWrongRevision(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence
}

function isGone(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false
  return error.code === NO_SUCH_SEQUENCE || (error.code === DELETE_FAILED && NO_MESSAGE.test(error.message))
}

/** An answer of the bucket itself; anything else is a server that does not work at the moment. */
function isAnswer(error: unknown): boolean {
  return isWrongRevision(error) || isGone(error)
}
