/** What is written down, and where. */

import { z } from 'zod'
import { live, oneOf, pathOrOff, type Setting, wholeNumber } from './kinds.js'

export const LOGS_SETTINGS = {
  logDir: {
    schema: pathOrOff('a directory'),
    expected: 'a directory or off',
    help: 'write connections.log and chat.log there',
    fallback: 'logs',
    placeholder: 'DIR|off',
  },
  logLevel: live(
    oneOf(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      'info',
      'the least important record that goes to stdout',
    ),
  ),
  logDirect: live(
    oneOf(['fact', 'text'], 'fact', 'record that a direct message happened, or also what it said'),
  ),
  logMaxBytes: live(
    wholeNumber(4096, 2 ** 40, 64 * 1024 * 1024, 'bytes', 'rotate a log file when it is this large'),
  ),
  logRotateEvery: {
    schema: z.string().regex(/^([1-9]\d{0,2}d|(1|2|3|4|6|8|12|24)h|(1|2|3|4|5|6|10|12|15|20|30|60)m)$/),
    expected: 'days, hours or minutes such as 1d, 6h or 30m (hours and minutes that divide a day or an hour)',
    help: 'rotate a log file when it is this old',
    fallback: '1d',
    placeholder: 'AGE',
    live: true,
  },
  logCompress: live(
    oneOf(['on', 'off'], 'on', 'compress rotated log files, with gzip and in the background'),
  ),
  logKeepFiles: live(wholeNumber(1, 100_000, 14, 'files', 'keep so many rotated files of each log')),
} as const satisfies Record<string, Setting>
