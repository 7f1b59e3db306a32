/** One connection of a trial: writes requests, keeps everything that it is told as units of its dialect, and can stall, send halves, and go in any way. */

import { createHash } from 'node:crypto'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import type { Action, ClientId } from './actions.js'
import type { MessageIds } from './message-ids.js'
import type { Tongue } from './tongue.js'

const DEADLINE_MS = 30_000
const LONGEST_UNIT = 400
/** W5: a message of WebSocket may be 1 MiB long. */
const MOST_AT_ONCE = 512 * 1024

/** Long ones are kept as their beginning and a hash. */
export function compact(unit: string): string {
  if (unit.length <= LONGEST_UNIT) return unit
  return `${unit.slice(0, 60)}… ${unit.length} ${createHash('sha1').update(unit).digest('hex')}`
}

export class Client {
  readonly id: ClientId
  readonly tongue: Tongue
  /** Over WebSocket. */
  readonly isCarried: boolean
  readonly peer: RawPeer
  /** What was told since `take`. */
  #units: string[] = []
  /** How many requests have an answer that is known when it comes, and how many of those have come. */
  #asked = 0
  #answered = 0
  /** A request of which the beginning is sent. */
  half: { readonly action: Action; readonly rest: Buffer } | null = null
  isStalled = false
  /** Was sent so much, and has not read it, that it may be cut off (M6). */
  isSwamped = false
  /** Whether it has ended the connection, or asked for that. */
  hasLeft = false
  /** Bytes that no decoder can make anything of. */
  fault: unknown = null
  #changed: () => void = () => {}

  constructor(id: ClientId, tongue: Tongue, peer: RawPeer, ids: MessageIds) {
    this.id = id
    this.tongue = tongue
    this.peer = peer
    this.isCarried = peer.isCarried
    const decode = tongue.decoder(ids)
    const come = (piece: Buffer) => {
      if (this.fault !== null) return
      try {
        for (const unit of decode(piece)) {
          this.#units.push(compact(unit))
          if (tongue.isAnswer(unit)) this.#answered++
        }
      } catch (thrown) {
        this.fault = thrown
      }
      this.#changed()
    }
    const { received } = peer
    peer.discard()
    if (received.length > 0) come(received)
    peer.onPiece = come
    for (const event of ['end', 'close']) peer.socket.on(event, () => this.#changed())
  }

  /** Sends these at once, behind the rest of what was begun, of which the action has to be the first of them. */
  send(actions: readonly Action[]): void {
    const bytes = actions.map((action) => this.tongue.encode(action))
    if (this.half !== null) bytes[0] = this.half.rest
    this.half = null
    for (const action of actions) this.#asked += this.tongue.answersTo(action)
    let together: Buffer[] = []
    let length = 0
    for (const request of bytes) {
      together.push(request)
      length += request.length
      if (length < MOST_AT_ONCE) continue
      this.peer.write(Buffer.concat(together))
      together = []
      length = 0
    }
    if (length > 0) this.peer.write(Buffer.concat(together))
  }

  /** @param share of its bytes, from 0 to 1 @returns whether it has more than one byte to be cut */
  begin(action: Action, share: number): boolean {
    const bytes = this.tongue.encode(action)
    const at = Math.floor(1 + share * (bytes.length - 1))
    if (at >= bytes.length) return false
    this.peer.write(bytes.subarray(0, at))
    this.half = { action, rest: bytes.subarray(at) }
    return true
  }

  stall(): void {
    this.isStalled = true
    this.peer.socket.pause()
  }

  goOn(): void {
    this.isStalled = false
    this.peer.socket.resume()
  }

  end(): void {
    this.hasLeft = true
    this.peer.end()
  }

  reset(): void {
    this.hasLeft = true
    this.peer.reset()
  }

  /** Every request that has an answer has got it, or the connection is over. */
  async answered(): Promise<void> {
    await this.#until(() => this.#answered >= this.#asked || this.peer.ended, 'all answers')
  }

  async greeted(): Promise<void> {
    await this.#until(() => this.#units.length >= this.tongue.greeting, 'the greeting')
    this.#units = []
  }

  async ended(): Promise<void> {
    await this.#until(() => this.peer.ended, 'the end')
  }

  /** Everything that was told and not forgotten, oldest first. */
  get units(): readonly string[] {
    return this.#units
  }

  /** It has read all of it. */
  forget(): void {
    this.#units = []
    this.isSwamped = false
  }

  close(): void {
    this.peer.close()
  }

  toString(): string {
    return `${this.id} (${this.tongue.dialect}${this.isCarried ? ' over WebSocket' : ''})`
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    const end = performance.now() + DEADLINE_MS
    while (!isSo()) {
      if (this.fault !== null) throw this.fault
      if (this.peer.fault !== null) throw this.peer.fault
      const left = end - performance.now()
      if (left <= 0)
        throw new Error(
          `${this} has got ${this.#answered} of ${this.#asked} answers, and not ${what}; it was told\n${this.#units.join('\n')}`,
        )
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#changed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
