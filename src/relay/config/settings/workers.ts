/** How many processes of this machine are the relay together. */

import { z } from 'zod'
import { DAY_MS, live, numberOrOff, type Setting } from './kinds.js'

/** More is a mistake. */
const MOST_WORKERS = 1024

export const WORKERS_SETTINGS = {
  workers: {
    schema: z.union([z.literal('auto'), z.int().min(1).max(MOST_WORKERS)]),
    expected: `auto or a whole number from 1 to ${MOST_WORKERS}`,
    help: 'run so many processes on the same ports, each a node of the cluster of nats; auto is one for each core, 1 needs no nats',
    fallback: 1,
    placeholder: 'N|auto',
    numeric: true,
  },
  workerHungMs: live({
    ...numberOrOff(
      2_000,
      DAY_MS,
      'milliseconds',
      'a worker that has said nothing to its supervisor for so long hangs: it is ended and replaced; off for never, as for one that is looked at with a debugger',
    ),
    fallback: 15_000,
  }),
} as const satisfies Record<string, Setting>
