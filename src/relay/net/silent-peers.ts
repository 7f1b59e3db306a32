/**
 * Finds connections whose peer has acknowledged nothing for a while although something was sent to it: a link that is
 * cut, a machine that is off. While something is unacknowledged the kernel's keep-alive rests, and its own patience is
 * a quarter of an hour. Meanwhile such a peer would be a member of its rooms and hold its name. How it shares the work with the
 * keep-alive is `vanishing.ts`'s.
 */

import type { HeldByKernel, KernelView } from '../fanout/sink.js'

/** A connection, as far as this goes. */
export interface WatchedPeer {
  readonly kernelKey: string
  readonly takenBytes: number
  /** Whether it may be as slow as it likes: then only one that does not even answer the kernel is silent. */
  readonly mayBeSlow: boolean
}

export interface SilentPeersOptions<Peer extends WatchedPeer> {
  readonly kernel: KernelView
  readonly peers: ReadonlySet<Peer>
  /**
   * Milliseconds without an acknowledgement, where the peer's kernel does not answer either; whoever's kernel answers that there is
   * no more room has twice as long.
   */
  readonly silentMs: number
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
  /** Called once for each peer that was silent for so long. */
  readonly silent: (peer: Peer) => void
}

/** What a peer had acknowledged when it last acknowledged something, or was first asked in vain, and when that was. */
interface Progress {
  readonly acknowledgedBytes: number
  readonly atMs: number
}

/** How often it is looked. Making a key for each of 10,000 connections takes 2 ms. */
const LOOKS_PER_SILENCE = 6

export class SilentPeers<Peer extends WatchedPeer> {
  readonly #options: SilentPeersOptions<Peer>
  /** Of those who had something to acknowledge or to answer at the last look; the others are forgotten. */
  #progress = new Map<Peer, Progress>()
  readonly #timer: NodeJS.Timeout

  constructor(options: SilentPeersOptions<Peer>) {
    this.#options = options
    this.#timer = setInterval(() => void this.look(), options.silentMs / LOOKS_PER_SILENCE).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    const { kernel, peers, now } = this.#options
    const held = peers.size === 0 ? null : await kernel.read()
    const progress = new Map<Peer, Progress>()
    const silent: Peer[] = []
    if (held !== null && held.size > 0) {
      for (const peer of peers) {
        const kept = held.get(peer.kernelKey)
        if (kept === undefined || (peer.mayBeSlow && kept.unanswered === 0)) continue
        if (this.#isSilent(peer, kept, progress, now())) silent.push(peer)
      }
    }
    this.#progress = progress
    for (const peer of silent) this.#options.silent(peer)
  }

  /** Notes its progress in `progress`. */
  #isSilent(peer: Peer, kept: HeldByKernel, progress: Map<Peer, Progress>, nowMs: number): boolean {
    const acknowledgedBytes = peer.takenBytes - kept.unacknowledgedBytes
    const before = this.#progress.get(peer)
    if (before === undefined || acknowledgedBytes > before.acknowledgedBytes) {
      progress.set(peer, { acknowledgedBytes, atMs: nowMs })
      return false
    }
    progress.set(peer, before)
    const { silentMs } = this.#options
    return nowMs - before.atMs >= (kept.unanswered > 0 ? silentMs : 2 * silentMs)
  }
}
