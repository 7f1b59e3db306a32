/**
 * What the relay says about itself on stdout: JSON lines, or readable ones on a terminal. A stdout that goes away
 * (`| head`) stops the records and nothing else.
 */

import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { StdoutWriter } from './stdout-writer.js'

export type { Logger } from 'pino'

const STDOUT = 1

export function openOperationalLog(level: string, stdout: NodeJS.WriteStream): Logger {
  // Also what makes a pipe non-blocking.
  stdout.on('error', () => {})
  const destination = stdout.isTTY ? readable(stdout) : new StdoutWriter(STDOUT)
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}

function readable(stdout: NodeJS.WriteStream) {
  const stream = pretty({
    destination: stdout,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    colorize: !process.env.NO_COLOR,
  })
  stream.on('error', () => {})
  return stream
}
