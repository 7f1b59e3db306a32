/** Reads what rooms keep for newcomers as if it were a log: one record for each message, with what it says now. */

import type { Filter } from './filter.js'
import { isoTime, type LogRecord } from './record.js'
import type { RecordSource } from './record-source.js'

/** A message, as far as a record tells of it. */
export interface KeptMessage {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly dialect: string
  readonly room: string
  readonly name: string
  readonly text: string
}

export interface HistoryPage {
  readonly messages: readonly KeptMessage[]
  /** How far it has come. */
  readonly last: string
  /** Where whoever goes on with what comes begins. */
  readonly newest: string
  readonly hasMore: boolean
}

/** Who has the messages: a relay that runs, or the files of one that does not. */
export interface HistoryPages {
  /**
   * @param after `last` of the page before, or nothing for the beginning
   * @param order which of them come first, and which way `after` is meant
   */
  page(after: string, order: 'oldest' | 'newest'): Promise<HistoryPage>
  close(): Promise<void>
}

export class HistorySource implements RecordSource {
  readonly #pages: HistoryPages
  readonly #filter: Filter
  #last = ''

  constructor(pages: HistoryPages, filter: Filter) {
    this.#pages = pages
    this.#filter = filter
  }

  async *records(): AsyncGenerator<LogRecord[]> {
    for (;;) {
      const { messages, last, hasMore } = await this.#pages.page(this.#last, 'oldest')
      yield this.#wanted(messages)
      this.#last = last
      if (!hasMore) return
    }
  }

  async last(count: number): Promise<LogRecord[]> {
    const found: LogRecord[] = []
    let after = ''
    for (;;) {
      const { messages, last, hasMore, newest } = await this.#pages.page(after, 'newest')
      if (after === '') this.#last = newest
      found.push(...this.#wanted(messages))
      if (!hasMore || found.length >= count) return found.slice(0, count).reverse()
      after = last
    }
  }

  news(): AsyncGenerator<LogRecord[]> {
    return this.records()
  }

  close(): Promise<void> {
    return this.#pages.close()
  }

  #wanted(messages: readonly KeptMessage[]): LogRecord[] {
    return messages.map(recordOf).filter((record) => this.#filter.accepts(record))
  }
}

/** As chat.log has it. */
function recordOf({ id, at, dialect, room, name, text }: KeptMessage): LogRecord {
  const fields = { time: isoTime(at) ?? '', event: 'message', dialect, room, name, id, text }
  return { time: fields.time, event: fields.event, fields, line: JSON.stringify(fields) }
}
