/**
 * The relay's record of who came and what was said, as the framed page asks: `connections.log` and `chat.log`,
 * one JSON object a line. Owns which fields a record has; nothing here decides anything.
 */

import { type Logger, pino } from 'pino'
import type { ClaimOutcome } from '../dialects/dialect.js'
import type { CloseReason } from '../hub/close-reason.js'
import type { HubEvent } from '../hub/events.js'
import type { LogFile } from './log-file.js'

/** A connection, as far as its records say. */
export interface Peer {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly dialect: string
  readonly name: string | null
}

export interface JournalFiles {
  readonly connections: LogFile
  readonly chat: LogFile
}

export class Journal {
  readonly #connections: Logger
  readonly #chat: Logger
  readonly #logsDirectText: boolean

  constructor(files: JournalFiles, logsDirectText: boolean) {
    this.#connections = recordWriter(files.connections)
    this.#chat = recordWriter(files.chat)
    this.#logsDirectText = logsDirectText
  }

  connected(peer: Peer): void {
    this.#connections.info(record('connected', peer))
  }

  /** The name asked for, and what became of it. */
  asked(peer: Peer, name: string, outcome: ClaimOutcome): void {
    if (outcome === 'accepted') this.#connections.info({ ...record('accepted', peer), name })
    else this.#connections.info({ ...record('rejected', peer), name, reason: outcome })
  }

  closed(peer: Peer, reason: CloseReason): void {
    const name = peer.name ?? undefined
    this.#connections.info({ ...record('closed', peer), name, reason: reason.label })
  }

  observe(event: HubEvent): void {
    const { kind, at, ...all } = event
    const fields = withoutNulls(all)
    // A receipt says nothing, and everybody in a room may send one for every message.
    if (kind === 'receipt') return
    const isPrivate = kind === 'direct' || (kind === 'edited' && event.room === null)
    if (!isPrivate) {
      this.#chat.info({ event: kind, ...fields })
      return
    }
    // Who, to whom and how long; what it said only where that is wanted.
    const text = this.#logsDirectText ? event.text : undefined
    this.#chat.info({ event: kind, ...fields, text, textBytes: Buffer.byteLength(event.text) })
  }
}

/** What an event does not have is not in its record. */
function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

function record(event: string, { remoteAddress, remotePort, dialect }: Peer) {
  return { event, ip: remoteAddress, port: remotePort, dialect }
}

/** One JSON object a line: `time`, then what the record has, and nothing of pino's own. */
function recordWriter(file: LogFile): Logger {
  // With nothing for the level, what is first in the line is the time, so it comes without pino's comma.
  const timestamp = () => pino.stdTimeFunctions.isoTime().slice(1)
  return pino({ base: null, timestamp, formatters: { level: () => ({}) } }, file)
}
