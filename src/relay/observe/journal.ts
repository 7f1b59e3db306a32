/**
 * The relay's record of who came and what was said, as the framed page asks: `connections.log` and `chat.log`,
 * one JSON object a line, in which everything unprintable is escaped. Owns which fields a record has; nothing here decides anything.
 */

import { type Logger, pino } from 'pino'
import type { ClaimOutcome } from '../dialects/dialect.js'
import type { CloseReason } from '../hub/close-reason.js'
import type { DirectEvent, EditedEvent, HubEvent } from '../hub/events.js'
import { printable } from '../streams/printable.js'
import type { LogFile } from './log-file.js'
import { Refusals } from './refusals.js'

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
  readonly #refusals = new Refusals(({ address, dialect, reason, count }) => {
    const ip = address ?? undefined
    this.#connections.info({ event: 'rejected', ip, dialect, reason, count })
  })

  constructor(files: JournalFiles, logsDirectText: boolean) {
    this.#connections = recordWriter(files.connections)
    this.#chat = recordWriter(files.chat)
    this.#logsDirectText = logsDirectText
  }

  connected(peer: Peer): void {
    this.#connections.info(record('connected', peer))
  }

  /** The name asked for, and what became of it. Of many refusals the log has a sum. */
  asked(peer: Peer, name: string, outcome: ClaimOutcome): void {
    if (outcome === 'accepted') {
      this.#connections.info({ ...record('accepted', peer), name })
    } else if (this.#refusals.count(peer.remoteAddress, peer.dialect, outcome)) {
      this.#connections.info({ ...record('rejected', peer), name, reason: outcome })
    }
  }

  closed(peer: Peer, reason: CloseReason): void {
    const name = peer.name ?? undefined
    this.#connections.info({ ...record('closed', peer), name, reason: reason.label })
  }

  /** Nothing more is recorded: what is summed up so far is written. */
  close(): void {
    this.#refusals.flush()
  }

  observe(event: HubEvent): void {
    switch (event.kind) {
      case 'message': {
        // Written out, because in a busy relay of small rooms this is a tenth of all it does.
        const { kind, dialect, room, name, id, text, saidAt } = event
        const record = { event: kind, dialect, room, name, id, text }
        this.#chat.info(saidAt === null ? record : { ...record, saidAt })
        break
      }
      case 'direct':
        this.#chat.info(this.#privately(event))
        break
      case 'edited':
        this.#chat.info(event.room === null ? this.#privately(event) : recordOf(event))
        break
      case 'receipt':
        // It says nothing, and everybody in a room may send one for every message.
        break
      default:
        this.#chat.info(recordOf(event))
    }
  }

  /** Who, to whom and how long; what it said only where that is wanted. */
  #privately(event: DirectEvent | EditedEvent): object {
    const record = recordOf(event)
    if (!this.#logsDirectText) delete record.text
    return { ...record, textBytes: Buffer.byteLength(event.text) }
  }
}

/** What an event does not have is not in its record. */
function recordOf({ kind, at, ...fields }: HubEvent): Record<string, unknown> {
  const present = Object.entries(fields).filter(([, value]) => value !== null)
  return Object.fromEntries([['event', kind], ...present])
}

function record(event: string, { remoteAddress, remotePort, dialect }: Peer) {
  return { event, ip: remoteAddress, port: remotePort, dialect }
}

/** One JSON object a line: `time`, then what the record has, and nothing of pino's own. */
function recordWriter(file: LogFile): Logger {
  const destination = { write: (line: string) => file.write(printable(line)) }
  return pino({ base: null, timestamp: timeField, formatters: { level: () => ({}) } }, destination)
}

let writtenMs = 0
let written = ''

/** Made once a millisecond: making it costs as much as the rest of a record. */
function timeField(): string {
  const now = Date.now()
  if (now !== writtenMs) {
    writtenMs = now
    // With nothing for the level, what is first in the line is the time, so it comes without pino's comma.
    written = `"time":"${new Date(now).toISOString()}"`
  }
  return written
}
