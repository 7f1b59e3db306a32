/** What the program is to the relay's operators that the relay is in: `parlance serve`, or another one. */

import type { Level } from 'pino'
import type { LastReload } from '../observe/address-file.js'

export interface Program {
  /**
   * Ends the relay in good order, and with it what the program does at its end. Returns at once; asking again changes
   * nothing. Without it, the relay ends and nothing else.
   */
  readonly drain?: () => void
  /** Where the operational log is the relay's. */
  readonly logLevel?: LogLevel
  /** Takes up the configuration anew, where that is the relay's; `null` while it only starts. Does not reject. */
  readonly reload?: () => Promise<LastReload> | null
}

export interface LogLevel {
  /** From the quietest to the most talkative. */
  readonly levels: readonly Level[]
  /** The least important that is said. */
  level: Level
}
