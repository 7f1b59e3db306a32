/**
 * What one incarnation of another node says in one room, or to this node: in order, each once. Owns what is missing: found by the
 * numbers, looked for where somebody keeps it, and counted where not.
 *
 *     numbers   … next │ missing │ waiting │ missing │ waiting │ known
 *                      what is found or comes late goes on where it begins; what is given up is lost
 */

import type { SpokenOp } from './ops.js'
import type { Head } from './packets.js'

/** Records with the number of the first. */
export interface Numbered {
  readonly first: number
  readonly ops: readonly SpokenOp[]
}

export interface IncomingSink {
  /** In order. */
  apply(ops: readonly SpokenOp[]): void
  lost(count: number): void
  /** Where what is missing is kept; `null` where nobody keeps it. */
  readonly keeper: Keeper | null
}

export interface Keeper {
  /** Begins to look for what is missing. */
  fill(incoming: Incoming): void
  /** Asks where this begins: what was heard waits for the answer, or until it is to begin with what was heard first. */
  place(incoming: Incoming): void
}

/** While something is looked for, so many records wait behind it at most: then it is lost. */
const MAX_WAITING_OPS = 100_000

export class Incoming {
  readonly #sink: IncomingSink
  /** `null` until anything was heard. */
  #next: number | null = null
  /** What was heard first, as long as nobody has said from where on it is for us; then `null`. */
  #first: number | null = null
  #isPlaced = false
  #isSearching = false
  /** What has come meanwhile, by number. */
  #waiting: Numbered[] = []
  #waitingOps = 0
  #isEnded = false
  /** Everything below this number was published. */
  #known = 0
  /** What an incarnation before says there: first comes all of that. */
  readonly #before: Incoming | null
  #isHeldUp = false
  /** Whoever waits for this one. */
  #behind: Incoming[] = []

  constructor(sink: IncomingSink, before: Incoming | null = null) {
    this.#sink = sink
    this.#before = before
  }

  /** Something is looked for, or waits. */
  get isBusy(): boolean {
    return this.#isSearching || this.#waiting.length > 0
  }

  /** The number of the record that is looked for; `null` when none is. */
  get missing(): number | null {
    return this.#isSearching ? this.#next : null
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  batch(batch: Numbered): void {
    if (this.#isEnded) return
    if (this.#next === null) {
      const { keeper } = this.#sink
      if (keeper !== null) {
        this.#wait(batch)
        if (this.#waiting.length === 1) keeper.place(this)
        return
      }
      this.#next = this.#first = batch.first
    }
    if (batch.first <= this.#next && !this.#mustWait()) {
      this.#apply(batch)
      this.#goOn()
      return
    }
    this.#wait(batch)
    this.#search()
  }

  /**
   * Whoever speaks says which number comes next.
   * @returns whether it has to be asked from which number on it is for us
   */
  head(head: Head): boolean {
    if (this.#isEnded) return false
    if (!this.#isPlaced && !this.#place(head)) return true
    if ((this.#next as number) < head.began) this.#next = head.began
    this.#goOn()
    if (head.next > this.#known) this.#known = head.next
    this.#search()
    return false
  }

  /** Nobody says where this begins: with what was heard first. */
  begin(): void {
    const heard = this.#waiting[0]
    if (this.#next !== null || heard === undefined) return
    this.#isPlaced = true
    this.#next = heard.first
    this.#goOn()
    this.#search()
  }

  /** What was looked for, or some of it; of other nodes and of what is known as well. */
  found(batches: readonly Numbered[]): void {
    for (const batch of batches) {
      if (!this.#isSearching) return
      this.batch(batch)
    }
  }

  /** What is missing is lost. */
  giveUp(): void {
    if (!this.#isSearching) return
    this.#isSearching = false
    const waiting = this.#waiting
    this.#waiting = []
    this.#waitingOps = 0
    for (const batch of waiting) {
      this.#skipTo(batch.first)
      this.#apply(batch)
    }
    this.#skipTo(this.#known)
    this.#letOn()
  }

  /** Nobody wants to hear it any more: from now on nothing is missed, and nothing is counted again. */
  end(): void {
    this.#isEnded = true
    this.#isSearching = false
    this.#waiting = []
    this.#waitingOps = 0
    this.#letOn()
  }

  /** @returns whether it is known from now on where this begins */
  #place({ began, since }: Head): boolean {
    if (since === null) return false
    this.#isPlaced = true
    const first = Math.max(since, began)
    // What was heard was for us, whatever is said of it.
    this.#next ??= Math.min(first, this.#waiting[0]?.first ?? first)
    // It was for us, and came before what was heard first.
    if (this.#first !== null && this.#first > first) this.#sink.lost(this.#first - first)
    this.#first = null
    return true
  }

  /** @returns whether what was said before is not through yet */
  #mustWait(): boolean {
    if (this.#before?.isBusy !== true) return false
    if (!this.#isHeldUp) this.#before.#behind.push(this)
    this.#isHeldUp = true
    return true
  }

  #letOn(): void {
    if (this.isBusy || this.#behind.length === 0) return
    const behind = this.#behind
    this.#behind = []
    for (const incoming of behind) {
      incoming.#isHeldUp = false
      if (incoming.#next === null) continue
      incoming.#goOn()
      incoming.#search()
    }
  }

  #search(): void {
    if (this.#mustWait()) return
    if (this.#isSearching || this.#known <= (this.#next as number)) return
    this.#isSearching = true
    const { keeper } = this.#sink
    if (keeper === null) this.giveUp()
    else keeper.fill(this)
  }

  #wait(batch: Numbered): void {
    const waiting = this.#waiting
    let index = waiting.length
    while (index > 0 && (waiting[index - 1] as Numbered).first > batch.first) index--
    if (waiting[index - 1]?.first === batch.first) return
    waiting.splice(index, 0, batch)
    this.#waitingOps += batch.ops.length
    this.#known = Math.max(this.#known, batch.first + batch.ops.length)
    if (this.#waitingOps <= MAX_WAITING_OPS) return
    if (this.#next === null) this.begin()
    this.giveUp()
  }

  /** As far as what waits is not behind anything that is missing. */
  #goOn(): void {
    if (this.#mustWait()) return
    const waiting = this.#waiting
    let count = 0
    while (count < waiting.length && (waiting[count] as Numbered).first <= (this.#next as number)) {
      const batch = waiting[count++] as Numbered
      this.#waitingOps -= batch.ops.length
      this.#apply(batch)
    }
    if (count > 0) waiting.splice(0, count)
    if ((this.#next as number) >= this.#known) this.#isSearching = false
    this.#letOn()
  }

  #skipTo(number: number): void {
    const next = this.#next as number
    if (number <= next) return
    this.#next = number
    this.#sink.lost(number - next)
  }

  #apply({ first, ops }: Numbered): void {
    const known = (this.#next as number) - first
    if (known >= ops.length) return
    this.#next = first + ops.length
    this.#known = Math.max(this.#known, this.#next)
    this.#sink.apply(known === 0 ? ops : ops.slice(known))
  }
}
