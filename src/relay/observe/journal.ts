/**
 * The relay's record of who came and what was said, as the framed page asks: `connections.log` and `chat.log`,
 * one JSON object a line, in which everything unprintable is escaped. Owns which fields a record has; nothing here decides anything.
 */

import type { ClaimOutcome } from '../dialects/dialect.js'
import type { CloseReason } from '../hub/close-reason.js'
import type { DirectEvent, EditedEvent, HubEvent, ReceiptEvent } from '../hub/events.js'
import { printable } from '../streams/printable.js'
import type { LogFile } from './log-file.js'
import type { RecordField, RecordKindName } from './log-records.js'
import { type Refusal, Refusals } from './refusals.js'

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
  readonly #connections: LogFile
  readonly #chat: LogFile
  /** Whether what direct messages said is recorded. */
  logsDirectText: boolean
  readonly #refusals = new Refusals(({ event, address, dialect, reason, count }) => {
    const ip = address ?? undefined
    write(this.#connections, { event, ip, dialect, reason, count })
  })

  constructor(files: JournalFiles, logsDirectText: boolean) {
    this.#connections = files.connections
    this.#chat = files.chat
    this.logsDirectText = logsDirectText
  }

  /** @param isSummed whether many of these are one record */
  connected(peer: Peer, isSummed = false): void {
    if (isSummed && !this.#isRecorded('connected', peer)) return
    write(this.#connections, record('connected', peer))
  }

  /** The name asked for, and what became of it. Of many refusals the log has a sum. */
  nameRequested(peer: Peer, name: string, outcome: ClaimOutcome): void {
    if (outcome === 'accepted') {
      write(this.#connections, { ...record('accepted', peer), name })
    } else if (this.#isRecorded('rejected', peer, outcome)) {
      write(this.#connections, { ...record('rejected', peer), name, reason: outcome })
    }
  }

  /**
   * It did not become a connection. Of many refusals the log has a sum, as of names.
   * @param reason one of few
   */
  refused(peer: Omit<Peer, 'name'>, reason: string): void {
    if (this.#isRecorded('rejected', peer, reason))
      write(this.#connections, { ...record('rejected', peer), reason })
  }

  /** @param isSummed whether many of these are one record */
  closed(peer: Peer, reason: CloseReason, isSummed = false): void {
    if (isSummed && !this.#isRecorded('closed', peer, reason.label)) return
    const name = peer.name ?? undefined
    write(this.#connections, { ...record('closed', peer), name, reason: reason.label })
  }

  /** Nothing more is recorded: what is summed up so far is written. */
  close(): void {
    this.#refusals.flush()
  }

  observe(event: HubEvent): void {
    switch (event.kind) {
      case 'message': {
        // Written out, because in a busy relay of small rooms this is a tenth of all it does.
        const { dialect, room, name, id, text, saidAt } = event
        if (saidAt === null) {
          const who = `"dialect":${json(dialect)},"room":${json(room)},"name":${json(name)}`
          const what = `"id":${json(id)},"text":${json(text)}`
          this.#chat.write(printable(`{"time":"${timeNow()}","event":"message",${who},${what}}\n`))
        } else {
          write(this.#chat, recordOf(event))
        }
        break
      }
      case 'direct':
        write(this.#chat, this.#privately(event))
        break
      case 'edited':
        write(this.#chat, event.room === null ? this.#privately(event) : recordOf(event))
        break
      case 'receipt':
        // It says nothing, and everybody in a room may send one for every message.
        break
      default:
        write(this.#chat, recordOf(event))
    }
  }

  /** Whether it is to be a record of its own; otherwise it is in a sum. */
  #isRecorded(
    event: Refusal['event'],
    { remoteAddress, dialect }: Omit<Peer, 'name'>,
    reason?: string,
  ): boolean {
    const refusal = reason === undefined ? { event, dialect } : { event, dialect, reason }
    return this.#refusals.count(remoteAddress, refusal)
  }

  /** Who, to whom and how long; what it said only where that is wanted. */
  #privately(event: DirectEvent | EditedEvent): LoggedRecord {
    const record = recordOf(event)
    if (!this.logsDirectText) delete record.text
    return { ...record, textBytes: Buffer.byteLength(event.text) }
  }
}

/** A record of the table, and no field that is not there. That each has its own, the tests see to. */
type LoggedRecord = { readonly event: RecordKindName } & { [Field in RecordField]?: unknown }

/** What an event does not have is not in its record. */
function recordOf({ kind, at, ...fields }: Exclude<HubEvent, ReceiptEvent>): LoggedRecord {
  const present = Object.entries(fields).filter(([, value]) => value !== null)
  return { event: kind, ...Object.fromEntries(present) }
}

function record(event: RecordKindName, { remoteAddress, remotePort, dialect }: Omit<Peer, 'name'>) {
  return { event, ip: remoteAddress, port: remotePort, dialect }
}

/** One JSON object a line: `time`, then what the record has. */
function write(file: LogFile, fields: LoggedRecord): void {
  file.write(printable(`${JSON.stringify({ time: timeNow(), ...fields })}\n`))
}

/** What JSON has an escape for: quotes, backslashes, controls, and halves of pairs, whether the other half is there or not. */
const ESCAPED = /[^\x20-\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]/

/** Text as a JSON string. Nearly all of it is one already but for the quotes: `npm run bench:micro -- records`. */
function json(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

let writtenMs = 0
let written = ''

/** ISO 8601, made once a millisecond: making it costs as much as the rest of a record. */
function timeNow(): string {
  const now = Date.now()
  if (now !== writtenMs) {
    writtenMs = now
    written = new Date(now).toISOString()
  }
  return written
}
