/**
 * What the relay says about itself on stdout: JSON lines, or readable ones on a terminal, in
 * both of which everything unprintable is escaped. A stdout that goes away
 * (`| head`) stops the records and nothing else. How much is said can change while it runs.
 */

import { type DestinationStream, type Level, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { printable, printableWhenParsed } from '../streams/printable.js'
import type { RelayLog } from './relay-log.js'
import { StdoutWriter } from './stdout-writer.js'

/** From the quietest to the most talkative. */
const LEVELS = Object.entries(pino.levels.values)
  .sort(([, a], [, b]) => b - a)
  .map(([level]) => level as Level)

const STDOUT = 1

/** For programs; on a terminal the words say it already. */
const NOT_FOR_PEOPLE = ['event', 'command', 'version', 'tls', 'address', 'signal']

export class OperationalLog implements Required<RelayLog> {
  readonly #logger: Logger

  constructor(level: Level, stdout: NodeJS.WriteStream) {
    // Also what makes a pipe non-blocking.
    stdout.on('error', () => {})
    const destination = stdout.isTTY ? readable(stdout) : jsonLines()
    this.#logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  }

  /** Those that there are. */
  readonly levels: readonly Level[] = LEVELS

  /** The least important that is said. */
  get level(): Level {
    return this.#logger.level as Level
  }

  set level(level: Level) {
    this.#logger.level = level
  }

  /** As `Reloadable` asks. */
  prepare({ logLevel }: { readonly logLevel: Level }): () => void {
    return () => {
      this.level = logLevel
    }
  }

  error(about: object, words: string): void {
    this.#logger.error(about, words)
  }

  warn(about: object, words: string): void {
    this.#logger.warn(about, words)
  }

  info(about: object, words: string): void {
    this.#logger.info(about, words)
  }

  debug(about: object, words: string): void {
    this.#logger.debug(about, words)
  }

  /** Calls back when everything is written, or cannot be. */
  flush(done: () => void): void {
    this.#logger.flush(done)
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
    ignore: ['pid', 'hostname', ...NOT_FOR_PEOPLE].join(','),
    translateTime: 'SYS:HH:MM:ss',
    colorize: !process.env.NO_COLOR,
  })
  stream.on('error', () => {})
  return { write: (line) => stream.write(printableWhenParsed(line)) }
}
