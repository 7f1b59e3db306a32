/**
 * Hands what was said to the store, in batches and off the hot path: saying something costs a place in a list. Owns what
 * becomes of what the store does not take: it waits, as far as there is room for it, and is counted as lost beyond that.
 */

import { type Change, costOf, type HistoryStore } from './store.js'

/** What is said meanwhile is one batch. */
const BATCH_MS = 50
/** So much is one batch at most: making one is work of the turn that makes it. */
const MAX_BATCH_CHANGES = 500
const MAX_BATCH_BYTES = 256 * 1024
/** So much may wait for the disk. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024
/** How long after one that failed the next write is tried. */
const RETRY_MS = 1000
/** How often it is looked for what has become too old. */
const TRIM_MS = 60_000

export interface WriterTrouble {
  /** The store takes nothing; said once until it does. */
  failed(error: Error): void
  /** It takes something again. @param lost messages since it failed */
  recovered(lost: number): void
}

export class HistoryWriter {
  /** Messages that were not kept. */
  lost = 0
  readonly #store: HistoryStore
  readonly #trouble: WriterTrouble
  readonly #batchMs: number
  readonly #retryMs: number
  #waiting: Change[] = []
  #waitingBytes = 0
  #underWay: readonly Change[] = []
  #timer: NodeJS.Timeout | null = null
  /** What is under way, one after the other. */
  #work: Promise<void> = Promise.resolve()
  #isBusy = false
  #isClosed = false
  #lostBefore: number | null = null
  readonly #trimming: NodeJS.Timeout

  /** @param times for tests */
  constructor(
    store: HistoryStore,
    trouble: WriterTrouble,
    { batchMs, retryMs } = { batchMs: BATCH_MS, retryMs: RETRY_MS },
  ) {
    this.#store = store
    this.#trouble = trouble
    this.#batchMs = batchMs
    this.#retryMs = retryMs
    this.#trimming = setInterval(() => this.trim(), TRIM_MS).unref()
  }

  /** Of the first message that the store does not have yet; `null` where it has all. */
  get firstWaitingId(): string | null {
    return idOf(this.#underWay[0]) ?? idOf(this.#waiting[0])
  }

  push(change: Change): void {
    this.#waiting.push(change)
    this.#waitingBytes += bytesOf(change)
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#giveUpSome()
    if (!this.#isBusy) this.#timer ??= setTimeout(() => this.#begin(), this.#batchMs)
  }

  /** What has become too old or too much goes, when what is under way is done. */
  trim(): void {
    this.#work = this.#work.then(() => this.#store.trim()).catch((error: Error) => this.#failed(error))
  }

  /** Everything that was handed over is written, if the store takes it: it is tried once more. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#trimming)
    clearTimeout(this.#timer ?? undefined)
    await this.#work
    while (this.#waiting.length > 0 && (await this.#write()));
    this.#giveUp(this.#waiting)
    await this.#store.close()
  }

  #begin(): void {
    this.#timer = null
    if (this.#isClosed || this.#isBusy) return
    this.#isBusy = true
    this.#work = this.#work.then(async () => {
      const isWritten = await this.#write()
      this.#isBusy = false
      if (this.#waiting.length === 0 || this.#isClosed) return
      this.#timer ??= setTimeout(() => this.#begin(), isWritten ? 0 : this.#retryMs)
    })
  }

  /** @returns whether the store took it */
  async #write(): Promise<boolean> {
    const batch = this.#take()
    this.#underWay = batch
    try {
      await this.#store.append(batch)
    } catch (error) {
      // What was said since is behind it.
      this.#waiting = batch.concat(this.#waiting)
      for (const change of batch) this.#waitingBytes += bytesOf(change)
      if (this.#waitingBytes > MAX_WAITING_BYTES) this.#giveUpSome()
      this.#failed(error as Error)
      return false
    } finally {
      this.#underWay = []
    }
    if (this.#lostBefore !== null) {
      this.#trouble.recovered(this.lost - this.#lostBefore)
      this.#lostBefore = null
    }
    return true
  }

  #take(): Change[] {
    let count = 0
    let bytes = 0
    for (const change of this.#waiting) {
      if (count === MAX_BATCH_CHANGES || bytes >= MAX_BATCH_BYTES) break
      bytes += bytesOf(change)
      count++
    }
    this.#waitingBytes -= bytes
    return this.#waiting.splice(0, count)
  }

  #failed(error: Error): void {
    if (this.#lostBefore !== null) return
    this.#lostBefore = this.lost
    this.#trouble.failed(error)
  }

  /** What was said first is what newcomers would see the last of. */
  #giveUpSome(): void {
    let at = 0
    while (this.#waitingBytes > MAX_WAITING_BYTES / 2) {
      this.#waitingBytes -= bytesOf(this.#waiting[at++] as Change)
    }
    this.#giveUp(this.#waiting.splice(0, at))
  }

  #giveUp(changes: readonly Change[]): void {
    for (const { kind } of changes) if (kind === 'said') this.lost++
  }
}

function bytesOf(change: Change): number {
  return costOf(change.kind === 'said' ? change.message.text : change.text)
}

function idOf(change: Change | undefined): string | null {
  if (change === undefined) return null
  return change.kind === 'said' ? change.message.id : change.id
}
