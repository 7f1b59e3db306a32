/** Opens the two log files and what writes into them. */

import { LOG_DIR_MODE } from './append-file.js'
import { Journal } from './journal.js'
import { LogFile, type LogRotation } from './log-file.js'
import { makeDirectory } from './make-directory.js'
import type { RelayLog } from './relay-log.js'

/** What the two are called. */
export const LOG_FILES = { connections: 'connections.log', chat: 'chat.log' } as const

export interface JournalOptions {
  readonly logDir: string
  readonly logMaxBytes: number
  readonly logRotateEvery: string
  readonly logKeepFiles: number
  readonly logDirect: 'fact' | 'text'
}

export interface OpenJournal {
  readonly journal: Journal
  /** Who opens them closes them. */
  readonly files: readonly LogFile[]
}

/** @throws the system's error when the directory or a file cannot be had */
export function openJournal(options: JournalOptions, log: RelayLog): OpenJournal {
  makeDirectory(options.logDir, LOG_DIR_MODE)
  const connections = openFile('connections', options, log)
  const chat = openFile('chat', options, log)
  const journal = new Journal({ connections, chat }, options.logDirect === 'text')
  return { journal, files: [connections, chat] }
}

export function rotationOf({ logMaxBytes, logRotateEvery, logKeepFiles }: JournalOptions): LogRotation {
  return { maxBytes: logMaxBytes, rotateEvery: logRotateEvery, keepFiles: logKeepFiles }
}

function openFile(name: string, options: JournalOptions, log: RelayLog): LogFile {
  const file = `${name}.log`
  return new LogFile({
    dir: options.logDir,
    name,
    ...rotationOf(options),
    onTrouble: (error) =>
      log.error({ file, error: error.message }, 'a log file cannot be written; the chat goes on'),
    onRecovery: (linesLost) => log.warn({ file, linesLost }, 'the log file is being written again'),
  })
}
