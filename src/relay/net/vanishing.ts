/**
 * How long it takes to find that a peer has vanished, whether or not something is being sent to it. Owns how the time is shared
 * out between the kernel and `silent-peers.ts`, so that together they are never late.
 *
 *   link cut, nothing sent:           keepAliveMs │ 10 probes, a second apart │ gone
 *   link cut, sent to later:          up to keepAliveMs │ seen at the next look │ silentMs │ seen at the next look: gone
 *   link cut, something on its way:   seen at the next look │ silentMs │ seen at the next look: gone
 *
 * As soon as something is sent, the kernel's keep-alive rests. Then the second line holds, and but for the smallest values it is the longest. TLS
 * changes nothing of it. At the default of 30 s these are 7 + 10 = 17 s, 7 + 2.5 + 15 + 2.5 = 27 s, and 20 s. The kernel's timers may be late
 * by a second in all, and what is left is for a machine that is busy.
 *
 * One kind of peer takes longer: one that may be as slow as it likes (`policy=drop-oldest`), and had no room for a while when its link was
 * cut. All that goes to it are questions whether there is room, ever less often, in the end every two minutes: it is gone 20 s after the next.
 */

export interface VanishingTimes {
  /** After so long without a word the kernel asks whether the peer is there: whole seconds. */
  readonly keepAliveMs: number
  /** How long a peer may leave unanswered what was sent to it. */
  readonly silentMs: number
}

/** How often it is looked while a peer is silent, until that has been for long enough. Making a key for each of 10,000 connections takes 2 ms. */
export const LOOKS_PER_SILENCE = 6
/** libuv asks so often, a second apart, and then gives the connection up: Node 20 and 24 alike. */
const KERNEL_PROBES_MS = 10_000
/** Linux sorts its timers into wheels, each eight times as coarse as the one before: they are late by 8/63 at the most. */
const KERNEL_LATENESS = 1 + 8 / 63
/** How late our own timers may be, and the kernel's answers. */
const OWN_LATENESS_MS = 1000
const SECOND_MS = 1000
/** With the two looks that it may take besides, a third of it, it is two thirds of all. */
const SILENT_SHARE = 1 / 2

/** @param vanishedMs when a peer is to be gone at the latest: 15 s or more */
export function vanishingTimes(vanishedMs: number): VanishingTimes {
  const silentMs = Math.floor(vanishedMs * SILENT_SHARE)
  const looksMs = silentMs + (2 * silentMs) / LOOKS_PER_SILENCE
  const inTimeMs = vanishedMs - OWN_LATENESS_MS
  // The probes have to fit too, and each of them may be late.
  const keepAliveMs = Math.min(
    (inTimeMs - looksMs) / KERNEL_LATENESS,
    inTimeMs / KERNEL_LATENESS - KERNEL_PROBES_MS,
  )
  return { keepAliveMs: Math.floor(keepAliveMs / SECOND_MS) * SECOND_MS, silentMs }
}
