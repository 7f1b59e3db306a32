/** Reads several logs as one, then on as they grow. Owns in which order; what is done with the records is the caller's. */

import { merged } from './merge.js'
import type { LogRecord } from './record.js'
import type { RecordSource } from './record-source.js'

/**
 * @param last only so many, the last ones; all, without it
 * @returns records in the order of time
 */
export async function* readLogs(
  sources: readonly RecordSource[],
  last: number | undefined,
): AsyncGenerator<LogRecord[]> {
  if (last === undefined) {
    yield* merged(sources.map((source) => source.records()))
    return
  }
  // Any of them may be of one log alone.
  const found = await Promise.all(sources.map((source) => source.last(last)))
  let records: LogRecord[] = []
  for await (const batch of merged(found.map(oneBatch))) records = records.concat(batch)
  yield records.slice(-last)
}

/**
 * What comes from now on.
 * @param pause waits before it is looked again, and says whether to
 */
export async function* followLogs(
  sources: readonly RecordSource[],
  pause: () => Promise<boolean>,
): AsyncGenerator<LogRecord[]> {
  do yield* merged(sources.map((source) => source.news()))
  while (await pause())
}

async function* oneBatch(records: LogRecord[]): AsyncGenerator<LogRecord[]> {
  if (records.length > 0) yield records
}
