/**
 * Writes to a store until it is killed, and says after each batch up to which message it was told that they are written:
 * what `crash.ts` runs and kills.
 *
 *     node --import tsx bench/history/writer.ts STORE DIRECTORY FIRST
 */

import { writeSync } from 'node:fs'
import { openContender } from './contenders.js'
import { messageOf } from './messages.js'

const BATCH = 50

const [name = '', directory = '', first = '0'] = process.argv.slice(2)
const store = await openContender(name, directory)
// Until whoever reads this is gone, if nobody kills it before.
process.on('uncaughtException', () => process.exit(1))
for (let next = Number(first); ; next += BATCH) {
  await store.append(Array.from({ length: BATCH }, (_, index) => messageOf(next + index, 1)))
  // Not by a stream: what it keeps would be lost with the process, and looks as if it had not been written.
  writeSync(1, `${next + BATCH}\n`)
}
