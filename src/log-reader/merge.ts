/** Puts the records of several logs, each in the order of time, into one order. */

import type { LogRecord } from './record.js'

/** One log, as far as it was read. */
interface Head {
  readonly batches: AsyncIterator<LogRecord[]>
  batch: readonly LogRecord[]
  /** In `batch`: what is next. */
  at: number
}

/** Of two records of one time that of the earlier log comes first. Of each log no more than a batch is held. */
export async function* merged(logs: readonly AsyncGenerator<LogRecord[]>[]): AsyncGenerator<LogRecord[]> {
  let heads: Head[] = logs.map((batches) => ({ batches, batch: [], at: 0 }))
  try {
    for (;;) {
      const filled = await Promise.all(heads.map(fill))
      heads = heads.filter((_, index) => filled[index])
      if (heads.length === 0) return
      yield untilOneIsEmpty(heads)
    }
  } finally {
    await Promise.all(heads.map(({ batches }) => batches.return?.()))
  }
}

/** @returns whether it has a next record */
async function fill(head: Head): Promise<boolean> {
  while (head.at === head.batch.length) {
    const { done, value } = await head.batches.next()
    if (done === true) return false
    head.batch = value
    head.at = 0
  }
  return true
}

function untilOneIsEmpty(heads: readonly Head[]): LogRecord[] {
  const records: LogRecord[] = []
  for (;;) {
    let first = heads[0] as Head
    for (const head of heads) if (next(head).time < next(first).time) first = head
    records.push(next(first))
    first.at++
    if (first.at === first.batch.length) return records
  }
}

function next({ batch, at }: Head): LogRecord {
  return batch[at] as LogRecord
}
