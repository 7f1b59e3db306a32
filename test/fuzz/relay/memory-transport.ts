/**
 * A byte stream without a socket: what the relay writes is kept as it was, and what is delivered to it lies in memory that is
 * overwritten as soon as it has returned, as that of all connections is. Watches that the relay keeps to what a transport promises.
 */

import type { Transport, TransportEvents } from '../../../src/relay/net/transport.js'

/** All connections are read into one. */
const SHARED = Buffer.alloc(256 * 1024)
const OVERWRITTEN = 0xee

interface Written {
  readonly piece: Buffer
  readonly copy: Buffer
}

export class MemoryTransport implements Transport {
  readonly port = null
  readonly kernelKey = ''
  readonly openDescriptor = null
  readonly partialFrame = 0
  readonly heldBytes = 0
  readonly certificateName = null
  readonly presentedSecret = null
  readonly remoteAddress: string
  readonly remotePort = 40_000
  takenBytes = 0
  isPaused = false
  /** Whether the relay has ended its side, or given all of it up. */
  state: 'open' | 'ended' | 'gone' = 'open'
  /** What the relay did that no relay may. */
  readonly wrongs: string[] = []
  readonly #isNarrow: boolean
  #events: TransportEvents | null = null
  #outstanding: readonly Written[] | null = null
  #received: Buffer[] = []

  /** @param isNarrow whether the kernel takes nothing at once, but only when `take` is called */
  constructor(remoteAddress: string, isNarrow: boolean) {
    this.remoteAddress = remoteAddress
    this.#isNarrow = isNarrow
  }

  open(events: TransportEvents): void {
    this.#events = events
  }

  write(bytes: Buffer): boolean {
    return this.writeMany([bytes])
  }

  writeMany(pieces: Buffer[]): boolean {
    if (this.state !== 'open') this.wrongs.push(`it writes to what is ${this.state}`)
    if (this.#outstanding !== null) this.wrongs.push('it writes while a write is outstanding')
    const written = pieces.map((piece) => ({ piece, copy: Buffer.from(piece) }))
    if (this.#isNarrow) this.#outstanding = written
    else for (const { copy } of written) this.#add(copy)
    return !this.#isNarrow
  }

  writeRest(bytes: Buffer, rest: number): boolean {
    return this.write(bytes.subarray(bytes.length - rest))
  }

  lastWords(): null {
    return null
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    if (this.state !== 'open') this.wrongs.push(`it ends what is ${this.state}`)
    this.state = 'ended'
  }

  destroy(): void {
    this.state = 'gone'
    const events = this.#events
    this.#events = null
    events?.releasing()
  }

  reset(): void {
    this.destroy()
  }

  // What the peer does.

  deliver(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && this.#events !== null; at += SHARED.length) {
      const length = bytes.copy(SHARED, 0, at)
      this.#events.received(SHARED, length)
      SHARED.fill(OVERWRITTEN, 0, length)
    }
  }

  /** The kernel takes what it had refused: it must be what it was. */
  take(): void {
    const outstanding = this.#outstanding
    if (outstanding === null) return
    this.#outstanding = null
    for (const { piece, copy } of outstanding) {
      if (!copy.equals(piece)) this.wrongs.push('bytes have changed while a write was outstanding')
      this.#add(copy)
    }
    this.#events?.written()
  }

  finish(): void {
    this.#events?.ended()
  }

  break(): void {
    const events = this.#events
    this.#events = null
    this.state = 'gone'
    events?.releasing()
    events?.failed('ECONNRESET')
  }

  /** What was written since it was asked last. */
  received(): Buffer {
    const received = Buffer.concat(this.#received)
    this.#received = []
    return received
  }

  #add(copy: Buffer): void {
    this.takenBytes += copy.length
    this.#received.push(copy)
  }
}
