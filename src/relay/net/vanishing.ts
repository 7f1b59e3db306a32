/**
 * How long it takes to find that a peer has vanished, whether or not something is being sent to it. Owns how the time is shared
 * out between the kernel and `silent-peers.ts`, so that together they are never late.
 *
 *   link cut, nothing sent:      keepAliveMs │ 10 probes, a second apart │ gone
 *   link cut, sent to later:     up to keepAliveMs │ seen at the next look │ silentMs │ seen at the next look: gone
 *
 * As soon as something is sent, the kernel's keep-alive rests. Then the second line holds, and it is the longer one.
 */

export interface VanishingTimes {
  /** After so long without a word the kernel asks whether the peer is there: whole seconds. */
  readonly keepAliveMs: number
  /** How long a peer may leave unanswered what was sent to it. */
  readonly silentMs: number
}

/** libuv asks so often, a second apart, and then gives the connection up: Node 20 and 24 alike. */
const KERNEL_PROBES_MS = 10_000
const SECOND_MS = 1000
/** With what the looks of `SilentPeers` add, a third of it, it is two thirds of all. */
const SILENT_SHARE = 1 / 2

/** @param vanishedMs when a peer is to be gone at the latest: 15 s or more */
export function vanishingTimes(vanishedMs: number): VanishingTimes {
  const silentMs = Math.floor(vanishedMs * SILENT_SHARE)
  // What is left, less a second for timers that are late; and the probes have to fit too.
  const left = Math.min(vanishedMs - (silentMs * 4) / 3, vanishedMs - KERNEL_PROBES_MS) - SECOND_MS
  return { keepAliveMs: Math.floor(left / SECOND_MS) * SECOND_MS, silentMs }
}
