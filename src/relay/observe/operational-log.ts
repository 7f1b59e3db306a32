/**
 * What the relay says about itself on stdout: JSON lines, or readable ones on a terminal, in
 * both of which everything unprintable is escaped. A stdout that goes away
 * (`| head`) stops the records and nothing else; one that is a file on a full disk is written again when there is room, and what was lost
 * meanwhile is counted and said. How much is said can change while it runs.
 */

import { createRequire } from 'node:module'
import { type DestinationStream, type Level, type Logger, pino } from 'pino'
import { printable, printableWhenParsed } from '../streams/printable.js'
import type { RelayLog } from './relay-log.js'
import { say } from './say.js'
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
  readonly #destination: DestinationStream
  /** `null` on a terminal. */
  readonly #writer: StdoutWriter | null

  /** @param base what every record says besides, such as which worker it is of */
  constructor(
    level: Level,
    stdout: NodeJS.WriteStream,
    base: Readonly<Record<string, number>> | null = null,
  ) {
    // Also what makes a pipe non-blocking.
    stdout.on('error', () => {})
    this.#writer = stdout.isTTY ? null : new StdoutWriter(STDOUT, (linesLost) => this.#recovered(linesLost))
    const destination = this.#writer === null ? readable(stdout) : jsonLines(this.#writer)
    this.#destination = destination
    this.#logger = pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, destination)
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

  get linesLost(): number {
    return this.#writer?.linesLost ?? 0
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

  /** Says what another process of the relay has said: one record of its log, with the line feed. */
  passOn(line: string): void {
    this.#destination.write(line)
  }

  /** Calls back when everything is written, or cannot be. */
  flush(done: () => void): void {
    this.#logger.flush(done)
  }

  #recovered(linesLost: number): void {
    say(this, 'log.recovered', { file: 'stdout', linesLost }, 'stdout is being written again')
  }
}

function jsonLines(writer: StdoutWriter): DestinationStream & Pick<StdoutWriter, 'flush'> {
  return {
    write: (line) => writer.write(printable(line)),
    flush: (done) => writer.flush(done),
  }
}

function readable(stdout: NodeJS.WriteStream): DestinationStream {
  // Opened only on a terminal: it is some 40 files, and most relays write to a file or a pipe.
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  const stream = pretty({
    destination: stdout,
    ignore: ['pid', 'hostname', ...NOT_FOR_PEOPLE].join(','),
    translateTime: 'SYS:HH:MM:ss',
    colorize: !process.env.NO_COLOR,
  })
  stream.on('error', () => {})
  return { write: (line) => stream.write(printableWhenParsed(line)) }
}
