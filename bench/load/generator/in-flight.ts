/**
 * How far each sender's messages have come, for the closed loop: a message is in flight until every receiver
 * has it. Owns the counting, in this process and as the other processes report it; sends nothing.
 */

/** What `completed` says of a process in which nobody gets the sender's messages. */
const NOTHING_TO_WAIT_FOR = 0xffff_ffff

export class InFlight {
  readonly #senders: number
  readonly #receiversOf: Int32Array
  #ringMask = 0

  // Deliveries still missing, per sender and message; a ring, since no more than `limit` are in flight.
  #missing = new Int32Array(0)
  #tracking = false

  readonly #localCompleted: Uint32Array
  // The same as the other processes have reported it: one row of senders per process.
  readonly #remoteCompleted: Uint32Array[]
  readonly #remoteReceiversOf: readonly Int32Array[]

  // Senders whose `completed` may have moved since `takeMoved`, without duplicates.
  readonly #moved: Int32Array
  readonly #isMoved: Uint8Array
  #movedCount = 0

  /**
   * @param receiversOf how many clients of this process get each sender's messages
   * @param remoteReceiversOf the same of each process that reports to this one
   */
  constructor(receiversOf: Int32Array, remoteReceiversOf: readonly Int32Array[]) {
    this.#senders = receiversOf.length
    this.#receiversOf = receiversOf
    this.#localCompleted = new Uint32Array(this.#senders)
    this.#remoteReceiversOf = remoteReceiversOf
    this.#remoteCompleted = remoteReceiversOf.map(() => new Uint32Array(this.#senders))
    this.#moved = new Int32Array(this.#senders)
    this.#isMoved = new Uint8Array(this.#senders)
  }

  get movedCount(): number {
    return this.#movedCount
  }

  /** Counts from here on, for at most `limit` messages in flight per sender; everything before is complete. */
  start(limit: number, sent: Uint32Array): void {
    const ring = 1 << Math.ceil(Math.log2(limit + 1))
    this.#ringMask = ring - 1
    this.#missing = new Int32Array(this.#senders * ring)
    for (let sender = 0; sender < this.#senders; sender++) {
      this.#missing.fill(this.#receiversOf[sender] as number, sender * ring, (sender + 1) * ring)
      this.#localCompleted[sender] = sent[sender] as number
      for (const [process, completed] of this.#remoteCompleted.entries()) {
        const isAwaited = this.#remoteReceiversOf[process]?.[sender] !== 0
        completed[sender] = isAwaited ? (sent[sender] as number) : NOTHING_TO_WAIT_FOR
      }
    }
    this.#tracking = true
  }

  stop(): void {
    this.#tracking = false
  }

  /** One receiver of this process has the message, or will never have it. */
  delivered(sender: number, sequence: number): void {
    if (!this.#tracking) return
    const slot = sender * (this.#ringMask + 1) + (sequence & this.#ringMask)
    const missing = (this.#missing[slot] as number) - 1
    this.#missing[slot] = missing
    if (missing === 0) this.#completeLocally(sender, slot)
  }

  remoteCompleted(process: number, completed: readonly number[]): void {
    const row = this.#remoteCompleted[process] as Uint32Array
    for (let sender = 0; sender < this.#senders; sender++) {
      if (row[sender] === completed[sender] || row[sender] === NOTHING_TO_WAIT_FOR) continue
      row[sender] = completed[sender] as number
      this.#markMoved(sender)
    }
  }

  /** How many of the sender's messages every receiver has, in all processes. */
  completed(sender: number): number {
    let least = this.#localCompleted[sender] as number
    if ((this.#receiversOf[sender] as number) === 0) least = NOTHING_TO_WAIT_FOR
    for (const row of this.#remoteCompleted) least = Math.min(least, row[sender] as number)
    return least
  }

  /** What this process reports to the one that sends. */
  localCompleted(): number[] {
    return Array.from(this.#localCompleted)
  }

  /** Calls back for each sender that has come further, once. */
  takeMoved(each: (sender: number) => void): void {
    const count = this.#movedCount
    this.#movedCount = 0
    for (let index = 0; index < count; index++) {
      const sender = this.#moved[index] as number
      this.#isMoved[sender] = 0
      each(sender)
    }
  }

  #completeLocally(sender: number, slot: number): void {
    this.#missing[slot] = this.#receiversOf[sender] as number
    ;(this.#localCompleted[sender] as number)++
    this.#markMoved(sender)
  }

  #markMoved(sender: number): void {
    if (this.#isMoved[sender] === 1) return
    this.#isMoved[sender] = 1
    this.#moved[this.#movedCount++] = sender
  }
}
