/** Where operators reach the relay while it runs. */

import { dirname } from 'node:path'
import { pathOrOff, type Setting } from './kinds.js'

/** What the system takes for the path of a Unix socket: 108 bytes, the last of which is 0. */
const MOST_BYTES = 107
/** The socket is made in a folder of its own beside its place, whose name and what is in it take so much (`admin/socket-file.ts`). */
const NEST_BYTES = '/.admin/s'.length

export const ADMIN_SETTINGS = {
  adminSocket: {
    schema: pathOrOff('a socket').refine(fits),
    expected: `auto, off, or a path of at most ${MOST_BYTES} bytes, of its directory at most ${MOST_BYTES - NEST_BYTES}`,
    help: 'the Unix socket of parlance admin, which nobody can open but the user of the relay and root; auto is admin.sock in the log directory, where there is one',
    fallback: 'auto',
    placeholder: 'PATH|auto|off',
  },
} as const satisfies Record<string, Setting>

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= MOST_BYTES && Buffer.byteLength(dirname(path)) + NEST_BYTES <= MOST_BYTES
}
