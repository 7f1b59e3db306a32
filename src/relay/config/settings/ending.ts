/** How connections and the relay end. */

import { DAY_MS, live, type Setting, wholeNumber } from './kinds.js'

export const ENDING_SETTINGS = {
  lingerMs: live(
    wholeNumber(
      1,
      DAY_MS,
      5_000,
      'milliseconds',
      'how long a client may take to read the last words and to close its side',
    ),
  ),
  shutdownMs: live(wholeNumber(1, DAY_MS, 8_000, 'milliseconds', 'be gone this long after SIGTERM')),
  drainDelayMs: live(
    wholeNumber(
      0,
      DAY_MS - 1,
      0,
      'milliseconds',
      'at SIGTERM say so at /readyz and take new connections for this long all the same, until whoever sends them here has heard of it; a part of shutdownMs',
    ),
  ),
  closeSpreadMs: live(
    wholeNumber(
      0,
      DAY_MS - 1,
      2_000,
      'milliseconds',
      'at SIGTERM close connections one after the other over this long, so that they do not all come back at once; less than shutdownMs',
    ),
  ),
} as const satisfies Record<string, Setting>
