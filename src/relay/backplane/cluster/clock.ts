/** Time, as a node of a cluster sees it. */
export interface Clock {
  /** Milliseconds that only ever go forward. */
  now(): number
  /** Calls back once, unless it is cancelled. */
  later(callback: () => void, delayMs: number): { cancel(): void }
}
