/**
 * What the relay says about itself on stdout: JSON lines, or readable ones on a terminal, in
 * both of which everything unprintable is escaped. A stdout that goes away
 * (`| head`) stops the records and nothing else.
 */

import { type DestinationStream, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { printable, printableWhenParsed } from '../streams/printable.js'
import { StdoutWriter } from './stdout-writer.js'

export type { Logger } from 'pino'

/** From the quietest to the most talkative. */
const LEVELS = Object.entries(pino.levels.values)
  .sort(([, a], [, b]) => b - a)
  .map(([level]) => level)

const STDOUT = 1

export function openOperationalLog(level: string, stdout: NodeJS.WriteStream): Logger {
  // Also what makes a pipe non-blocking.
  stdout.on('error', () => {})
  const destination = stdout.isTTY ? readable(stdout) : jsonLines()
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}

/** What may be asked and changed of it at run time. */
export function logLevelOf(log: Logger) {
  return {
    levels: LEVELS,
    get: () => log.level,
    set: (level: string) => {
      log.level = level
    },
  }
}

function jsonLines(): DestinationStream & Pick<StdoutWriter, 'flush'> {
  const writer = new StdoutWriter(STDOUT)
  return {
    write: (line) => writer.write(printable(line)),
    flush: (done) => writer.flush(done),
  }
}

function readable(stdout: NodeJS.WriteStream): DestinationStream {
  const stream = pretty({
    destination: stdout,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    colorize: !process.env.NO_COLOR,
  })
  stream.on('error', () => {})
  return { write: (line) => stream.write(printableWhenParsed(line)) }
}
