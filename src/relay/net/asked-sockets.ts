/**
 * What the kernel holds for peers that have not acknowledged it, asked of each connection's own socket (`fanout.c`): a few
 * microseconds each, where the kernel's table takes as much for each socket of the machine, whoever it belongs to.
 * With workers that is everybody's sockets, in every worker. Where one connection's socket cannot be asked (TLS), the table is read.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { HeldByKernel, KernelView } from '../fanout/sink.js'
import { heldByKernel, loadNativeFanout } from './descriptor-ports.js'

/** A connection, as far as this goes. */
export interface AskedSocket {
  readonly kernelKey: string
  /** -1 once it is closed; `null` where it cannot be known. */
  readonly openDescriptor: number | null
}

/** What is asked in one turn of the event loop, a millisecond or two. */
const SOCKETS_A_TURN = 1024

/** Whether there is the native code that asks. */
export function canAskSockets(): boolean {
  return loadNativeFanout() === null
}

/** Only where `canAskSockets`. */
export class AskedSockets implements KernelView {
  readonly #sockets: ReadonlySet<AskedSocket>
  readonly #otherwise: KernelView
  readonly #descriptors = new Int32Array(SOCKETS_A_TURN)
  readonly #held = new Int32Array(2 * SOCKETS_A_TURN)

  /** @param otherwise what is read where one of them cannot be asked */
  constructor(sockets: ReadonlySet<AskedSocket>, otherwise: KernelView) {
    this.#sockets = sockets
    this.#otherwise = otherwise
  }

  async read(): Promise<ReadonlyMap<string, HeldByKernel> | null> {
    const result = new Map<string, HeldByKernel>()
    const all = Array.from(this.#sockets)
    for (let first = 0; first < all.length; first += SOCKETS_A_TURN) {
      if (first > 0) await nextTurn()
      if (!this.#ask(all.slice(first, first + SOCKETS_A_TURN), result)) return await this.#otherwise.read()
    }
    return result
  }

  /** @returns whether all of them could be asked */
  #ask(sockets: readonly AskedSocket[], result: Map<string, HeldByKernel>): boolean {
    for (const [place, { openDescriptor }] of sockets.entries()) {
      if (openDescriptor === null) return false
      this.#descriptors[place] = openDescriptor
    }
    heldByKernel(this.#descriptors, sockets.length, this.#held)
    for (const [place, socket] of sockets.entries()) {
      const unacknowledgedBytes = this.#held[place * 2] as number
      const unanswered = this.#held[place * 2 + 1] as number
      // Its key takes longer than all the rest.
      if (unacknowledgedBytes + unanswered > 0)
        result.set(socket.kernelKey, { unacknowledgedBytes, unanswered })
    }
    return true
  }
}
