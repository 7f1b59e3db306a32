/**
 * What the relay says about itself on stdout: JSON lines, or readable ones on a terminal. A stdout that goes away
 * (`| head`) stops the records and nothing else.
 */

import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

const STDOUT = 1

export function openOperationalLog(level: string, stdout: NodeJS.WriteStream): Logger {
  const destination = stdout.isTTY
    ? pretty({
        destination: stdout,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss',
        colorize: !process.env.NO_COLOR,
      })
    : pino.destination({ fd: STDOUT, sync: false })
  stdout.on('error', () => {})
  destination.on('error', () => {})
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}
