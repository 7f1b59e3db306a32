/** The two log files, what writes into them, and what compresses them once they were put aside: opened, changed and closed together. */

import { LOG_DIR_MODE } from './append-file.js'
import { Compressor } from './compressor.js'
import { Journal } from './journal.js'
import { LogFile, type LogRotation } from './log-file.js'
import { makeDirectory } from './make-directory.js'
import type { RelayLog } from './relay-log.js'
import { say } from './say.js'

export interface JournalOptions {
  readonly logDir: string
  readonly logMaxBytes: number
  readonly logRotateEvery: string
  readonly logKeepFiles: number
  readonly logCompress: 'on' | 'off'
  readonly logDirect: 'fact' | 'text'
}

/** What the two are called. */
export const LOG_FILES = { connections: 'connections.log', chat: 'chat.log' } as const

export class OpenJournal {
  readonly journal: Journal
  readonly files: readonly LogFile[]
  readonly #compressor: Compressor

  /** @throws the system's error when the directory or a file cannot be had */
  constructor(options: JournalOptions, log: RelayLog) {
    makeDirectory(options.logDir, LOG_DIR_MODE)
    const compressor = new Compressor({
      dir: options.logDir,
      logs: Object.keys(LOG_FILES),
      isOn: options.logCompress === 'on',
      done: (file, compression) =>
        say(log, 'log.compressed', { file, ...compression }, 'a log file was compressed'),
      failed: (file, { message: error }) =>
        say(log, 'log.not-compressed', { file, error }, 'a rotated log file could not be compressed'),
    })
    const connections = openFile('connections', options, log, compressor)
    this.files = [connections]
    this.#compressor = compressor
    try {
      const chat = openFile('chat', options, log, compressor)
      this.files = [connections, chat]
      this.journal = new Journal({ connections, chat }, options.logDirect === 'text')
    } catch (error) {
      void connections.close()
      throw error
    }
    // Those that an earlier run has left.
    compressor.wake()
  }

  /** Records that the disk did not take. */
  get linesLost(): number {
    return this.files.reduce((sum, file) => sum + file.linesLost, 0)
  }

  /** As `Reloadable` asks. The directory stays what it is. */
  prepare(options: JournalOptions): () => void {
    return () => {
      for (const file of this.files) file.rotateBy(rotationOf(options))
      this.journal.logsDirectText = options.logDirect === 'text'
      this.#compressor.turn(options.logCompress === 'on')
    }
  }

  /** Opens the files by their names again, after somebody moved them away. */
  reopen(): void {
    for (const file of this.files) file.reopen()
  }

  /** What is recorded so far is written. */
  async close(): Promise<void> {
    this.journal.close()
    await Promise.all([...this.files.map((file) => file.close()), this.#compressor.stop()])
  }
}

function openFile(
  name: keyof typeof LOG_FILES,
  options: JournalOptions,
  log: RelayLog,
  compressor: Compressor,
): LogFile {
  const file = LOG_FILES[name]
  return new LogFile({
    dir: options.logDir,
    name,
    ...rotationOf(options),
    onTrouble: ({ message: error }) =>
      say(log, 'log.lost', { file, error }, 'a log file cannot be written; the chat goes on'),
    onRecovery: (linesLost) =>
      say(log, 'log.recovered', { file, linesLost }, 'the log file is being written again'),
    onRotated: (rotated) => {
      say(log, 'log.rotated', { file: rotated }, 'a log file was put aside')
      compressor.wake()
    },
  })
}

function rotationOf({ logMaxBytes, logRotateEvery, logKeepFiles }: JournalOptions): LogRotation {
  return { maxBytes: logMaxBytes, rotateEvery: logRotateEvery, keepFiles: logKeepFiles }
}
