/** What may be queued for readers, and how it is written. */

import { DAY_MS, live, oneOf, type Setting, wholeNumber } from './kinds.js'

export const QUEUES_SETTINGS = {
  softLimitBytes: live(
    wholeNumber(
      1024,
      2 ** 40,
      256 * 1024,
      'bytes',
      'a reader with more than this queued is behind: those who send to it may have to wait',
    ),
  ),
  hardLimitBytes: live(
    wholeNumber(
      1024,
      2 ** 40,
      1024 * 1024,
      'bytes',
      'while a reader has more than this queued, those who send to it are slowed to its pace, never below the minimum rate; or it misses messages (policy of the listener)',
    ),
  ),
  graceMs: live(
    wholeNumber(
      100,
      DAY_MS,
      10_000,
      'milliseconds',
      'a reader that is behind and drains slower than the minimum rate for this long is cut off',
    ),
  ),
  minDrainBytesPerSecond: live(wholeNumber(1, 2 ** 40, 64 * 1024, 'bytes a second', 'the minimum rate')),
  retainedLimitBytes: live(
    wholeNumber(
      1024 * 1024,
      2 ** 50,
      256 * 1024 * 1024,
      'bytes',
      'cut off the longest queues while more than this is queued in all, shared memory counted once',
    ),
  ),
  fanout: oneOf(
    ['auto', 'native', 'portable'],
    'auto',
    'send to a whole room in one native call, or by a call of Node for each member; auto is native where it was built',
  ),
} as const satisfies Record<string, Setting>
