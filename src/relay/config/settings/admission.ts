/** Who may come in, and how long somebody may take. */

import { z } from 'zod'
import { DAY_MS, live, type Setting, wholeNumber } from './kinds.js'

export const ADMISSION_SETTINGS = {
  maxConnections: {
    schema: z.union([z.literal('auto'), z.int().min(1).max(10_000_000)]),
    expected: 'auto or a whole number from 1 to 10000000',
    help: 'refuse connections above this; auto is what the file descriptor limit allows, and no more can be had',
    fallback: 'auto',
    placeholder: 'N|auto',
    numeric: true,
    live: true,
  },
  loginDeadlineMs: live(
    wholeNumber(1, DAY_MS, 10_000, 'milliseconds', 'close a connection that has no name by then'),
  ),
  frameDeadlineMs: live(
    wholeNumber(1, DAY_MS, 10_000, 'milliseconds', 'close a connection whose frame takes longer to arrive'),
  ),
  pingMs: live(
    wholeNumber(
      1,
      DAY_MS,
      20_000,
      'milliseconds',
      'ask a WebSocket client that says nothing for so long whether it is there; whoever has not answered two such questions, each after as long, is gone',
    ),
  ),
} as const satisfies Record<string, Setting>
