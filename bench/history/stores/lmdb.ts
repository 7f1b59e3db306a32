/**
 * LMDB: a B+ tree in one mapped file, written by a thread of its own, read without a copy and without a wait. What was said
 * stands in the order of time, so that pages fill up one after the other; an index has the ids by room.
 */

import { createRequire } from 'node:module'
import type { Contender, KeptMessage } from '../contender.js'

interface Database {
  openDB(options: object): Database
  batch(work: () => void): Promise<boolean>
  put(key: unknown, value: string): unknown
  get(key: string): string
  getKeys(range: object): Iterable<[room: string, id: string]>
  close(): Promise<void>
}

const { open } = createRequire(import.meta.url)('lmdb') as { open(options: object): Database }

export async function openLmdb(directory: string): Promise<Contender> {
  const database = open({ path: `${directory}/history.mdb`, noSubdir: true, maxDbs: 2 })
  const messages = database.openDB({ name: 'messages', encoding: 'string' })
  const byRoom = database.openDB({ name: 'rooms', encoding: 'string' })
  return {
    async append(batch: readonly KeptMessage[]) {
      await database.batch(() => {
        for (const { room, id, body } of batch) {
          messages.put(id, body)
          byRoom.put([room, id], '')
        }
      })
    },
    last(room, count) {
      const range = { start: [room, '\uffff'], end: [room], reverse: true, limit: count }
      return Array.from(byRoom.getKeys(range), ([, id]) => messages.get(id)).reverse()
    },
    close: () => database.close(),
  }
}
