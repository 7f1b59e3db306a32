/** Where records come from: a log, or what rooms keep. */

import type { LogRecord } from './record.js'

export interface RecordSource {
  /** Every record that is wanted, oldest first. */
  records(): AsyncGenerator<LogRecord[]>
  /** The last `count` that are wanted, oldest first. */
  last(count: number): Promise<LogRecord[]>
  /** What has come since everything was read, or since this was asked the last time. */
  news(): AsyncGenerator<LogRecord[]>
  close(): Promise<void>
}
