/** How connections and the relay end. */

import { DAY_MS, type Setting, wholeNumber } from './kinds.js'

export const ENDING_SETTINGS = {
  lingerMs: wholeNumber(
    1,
    DAY_MS,
    5_000,
    'milliseconds',
    'how long a client may take to read the last words and to close its side',
  ),
  shutdownMs: wholeNumber(1, DAY_MS, 8_000, 'milliseconds', 'be gone this long after SIGTERM'),
  closeSpreadMs: wholeNumber(
    0,
    DAY_MS - 1,
    2_000,
    'milliseconds',
    'at SIGTERM close connections one after the other over this long, so that they do not all come back at once; less than shutdownMs',
  ),
} as const satisfies Record<string, Setting>
