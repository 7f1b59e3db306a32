/** SQLite as libsql has it: a B-tree with a write-ahead log. Its calls are synchronous: what it waits for, the relay would. */

import { createRequire } from 'node:module'
import type { Contender, KeptMessage } from '../contender.js'

interface Statement {
  run(...values: string[]): unknown
  all(...values: unknown[]): { body: string }[]
}

interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

const Libsql = createRequire(import.meta.url)('libsql') as new (path: string) => Database

export async function openLibsql(directory: string): Promise<Contender> {
  const database = new Libsql(`${directory}/history.db`)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = NORMAL')
  database.exec(
    'CREATE TABLE IF NOT EXISTS messages (room TEXT, id TEXT, body TEXT, PRIMARY KEY (room, id)) WITHOUT ROWID',
  )
  const insert = database.prepare('INSERT OR REPLACE INTO messages VALUES (?, ?, ?)')
  const select = database.prepare('SELECT body FROM messages WHERE room = ? ORDER BY id DESC LIMIT ?')
  return {
    async append(batch: readonly KeptMessage[]) {
      database.exec('BEGIN')
      for (const { room, id, body } of batch) insert.run(room, id, body)
      database.exec('COMMIT')
    },
    last: (room, count) =>
      select
        .all(room, count)
        .map(({ body }) => body)
        .reverse(),
    async close() {
      database.close()
    },
  }
}
