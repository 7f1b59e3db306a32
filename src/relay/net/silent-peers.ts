/**
 * Finds connections whose peer has acknowledged nothing for a while although something was sent to it: a link that is
 * cut, a machine that is off. While something is unacknowledged the kernel's keep-alive rests, and its own patience is
 * a quarter of an hour. Meanwhile such a peer would be a member of its rooms and hold its name. How it shares the work with the
 * keep-alive is `vanishing.ts`'s.
 */

import type { HeldByKernel, KernelView } from '../fanout/sink.js'
import { LOOKS_PER_SILENCE } from './vanishing.js'

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

/** When a peer last acknowledged something, or was first asked in vain, and how much it had acknowledged then at the most. */
interface Progress {
  readonly acknowledgedBytes: number
  readonly atMs: number
}

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
    const before = this.#progress
    // The kernel answers after a while, and takes more from us meanwhile, which nobody has acknowledged by that.
    const takenBytes = new Map<Peer, number>()
    for (const peer of before.keys()) takenBytes.set(peer, peer.takenBytes)
    const held = peers.size === 0 ? null : await kernel.read()
    const progress = new Map<Peer, Progress>()
    const silent: Peer[] = []
    if (held !== null && held.size > 0) {
      for (const peer of peers) {
        const kept = held.get(peer.kernelKey)
        if (kept === undefined) continue
        const last = progressOf(peer, kept, before.get(peer), takenBytes.get(peer) ?? 0, now())
        progress.set(peer, last)
        if (this.#isSilent(peer, kept, now() - last.atMs)) silent.push(peer)
      }
    }
    this.#progress = progress
    for (const peer of silent) this.#options.silent(peer)
  }

  #isSilent({ mayBeSlow }: Peer, { unanswered }: HeldByKernel, forMs: number): boolean {
    const { silentMs } = this.#options
    return forMs >= (mayBeSlow || unanswered > 0 ? silentMs : 2 * silentMs)
  }
}

/** @param last what was noted at the last look @param takenBytes what the kernel had taken before it was asked */
function progressOf(
  peer: WatchedPeer,
  { unacknowledgedBytes, unanswered }: HeldByKernel,
  last: Progress | undefined,
  takenBytes: number,
  nowMs: number,
): Progress {
  const acknowledgedBytes = peer.takenBytes - unacknowledgedBytes
  if (last === undefined || takenBytes - unacknowledgedBytes > last.acknowledgedBytes)
    return { acknowledgedBytes, atMs: nowMs }
  // Whoever may be slow has answered until now, or was not asked.
  const atMs = peer.mayBeSlow && unanswered === 0 ? nowMs : last.atMs
  return { acknowledgedBytes: Math.min(acknowledgedBytes, last.acknowledgedBytes), atMs }
}
