/**
 * Asks WebSockets that say nothing whether anybody is still there, and finds those that do not answer (W7). A program that
 * hangs, or a proxy whose client has gone, acknowledges for ever; only an answer says more.
 *
 *              nothing for a period       nothing, and all is acknowledged        nothing, and all is acknowledged
 *   heard from ------------------> asked ----------------------> asked again ----------------------------> gone
 *       ^                            |                                |
 *       +------ anything is heard ---+--------------------------------+
 *
 * Asked again, because at the end of the first period what was before the question may have been read only just now.
 */

import type { KernelView } from '../../fanout/sink.js'
import { Deadlines } from '../deadlines.js'

/** A WebSocket, as far as this goes. */
export interface Pulsing {
  readonly kernelKey: string
  /** Whether anything has come in since this was last set to `false`. */
  heard: boolean
  /** How many pings were sent since. */
  asked: number
  /**
   * Whether something is still to be written to it: then a ping would not reach it soon, and other rules judge it. Or it is not
   * read from, and its answer would not be heard.
   */
  readonly isBehind: boolean
  ask(): void
  /** It has not answered. */
  unanswered(): void
}

export interface PulseOptions {
  /** After so long without a word a peer is asked, and has as long to answer. */
  readonly everyMs: number
  readonly kernel: KernelView
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
}

const MAX_QUESTIONS = 2

export class Pulse {
  readonly #kernel: KernelView
  readonly #deadlines: Deadlines<Pulsing>
  /** Those who have not answered, until it is known whether the question has reached them. */
  #silent: Pulsing[] = []

  constructor({ everyMs, kernel, now }: PulseOptions) {
    this.#kernel = kernel
    this.#deadlines = new Deadlines<Pulsing>({ durationMs: everyMs, now, expired: (peer) => this.#due(peer) })
  }

  /** The period from now on, also for those who are here. */
  change(everyMs: number): void {
    this.#deadlines.change(everyMs)
  }

  add(peer: Pulsing): void {
    this.#deadlines.set(peer)
  }

  delete(peer: Pulsing): void {
    this.#deadlines.clear(peer)
    const place = this.#silent.indexOf(peer)
    if (place >= 0) this.#silent.splice(place, 1)
  }

  stop(): void {
    this.#deadlines.stop()
    this.#silent = []
  }

  #due(peer: Pulsing): void {
    if (peer.heard) {
      peer.heard = false
      peer.asked = 0
    } else if (peer.asked === 0) {
      this.#ask(peer)
    } else if (!peer.isBehind) {
      if (this.#silent.push(peer) === 1) void this.#judge()
      return
    }
    this.#deadlines.set(peer)
  }

  /** What the kernel still holds of a peer has the ping in it, or what it has to read before. */
  async #judge(): Promise<void> {
    const held = await this.#kernel.read()
    const silent = this.#silent
    this.#silent = []
    for (const peer of silent) {
      const asksAgain = !peer.heard && held?.has(peer.kernelKey) !== true
      if (asksAgain && peer.asked >= MAX_QUESTIONS) {
        peer.unanswered()
      } else {
        if (asksAgain) this.#ask(peer)
        this.#deadlines.set(peer)
      }
    }
  }

  #ask(peer: Pulsing): void {
    peer.asked++
    peer.ask()
  }
}
