/** What rooms keep of what was said, for those who come in later. */

import { DAY_MS, live, pathOrOff, type Setting, wholeNumber } from './kinds.js'

export const HISTORY_SETTINGS = {
  history: wholeNumber(
    0,
    10_000,
    0,
    'messages',
    'keep so many of each room, and show them to newcomers, where a dialect can; 0 for none',
  ),
  historyAgeMs: live(
    wholeNumber(1000, 3650 * DAY_MS, 7 * DAY_MS, 'milliseconds', 'keep them for no longer than that'),
  ),
  historyBytes: live(
    wholeNumber(
      64 * 1024,
      2 ** 40,
      256 * 1024 * 1024,
      'bytes',
      'keep no more than that of all rooms together',
    ),
  ),
  dataDir: {
    schema: pathOrOff('a directory'),
    expected: 'a directory or off',
    help: 'keep there what is to survive a restart; history and durable need it',
    fallback: 'off',
    placeholder: 'DIR|off',
  },
} as const satisfies Record<string, Setting>
