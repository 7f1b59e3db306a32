/** SQLite as WebAssembly, with files by Node's own calls: no binary at all, and no write-ahead log either. */

import { createRequire } from 'node:module'
import type { Contender, KeptMessage } from '../contender.js'

interface Statement {
  run(values: readonly unknown[]): unknown
  all(values: readonly unknown[]): { body: string }[]
  finalize(): void
}

interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

const wasm = createRequire(import.meta.url)('node-sqlite3-wasm') as {
  Database: new (path: string) => Database
}

export async function openSqliteWasm(directory: string): Promise<Contender> {
  const database = new wasm.Database(`${directory}/history.db`)
  database.exec('PRAGMA synchronous = NORMAL')
  database.exec(
    'CREATE TABLE IF NOT EXISTS messages (room TEXT, id TEXT, body TEXT, PRIMARY KEY (room, id)) WITHOUT ROWID',
  )
  const insert = database.prepare('INSERT OR REPLACE INTO messages VALUES (?, ?, ?)')
  const select = database.prepare('SELECT body FROM messages WHERE room = ? ORDER BY id DESC LIMIT ?')
  return {
    async append(batch: readonly KeptMessage[]) {
      database.exec('BEGIN')
      for (const { room, id, body } of batch) insert.run([room, id, body])
      database.exec('COMMIT')
    },
    last: (room, count) =>
      select
        .all([room, count])
        .map(({ body }) => body)
        .reverse(),
    async close() {
      insert.finalize()
      select.finalize()
      database.close()
    },
  }
}
