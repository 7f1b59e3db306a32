/** How the line client ends, as a shell sees it; the numbers above 60 are those of sysexits.h. */
export const ExitCode = {
  left: 0,
  /** The connection was lost, or the input ended before a name was accepted. */
  lost: 1,
  /** The arguments cannot be used. */
  usage: 64,
  /** There is no relay at that address. */
  unreachable: 69,
  /** Ended by a signal: 128 and its number. */
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const
