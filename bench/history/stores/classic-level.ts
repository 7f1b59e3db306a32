/** LevelDB: a log and sorted files that are merged in the background. One process alone may have it open. */

import { createRequire } from 'node:module'
import type { Contender, KeptMessage } from '../contender.js'

interface Level {
  open(): Promise<void>
  batch(operations: readonly { type: 'put'; key: string; value: string }[]): Promise<void>
  values(range: object): { all(): Promise<string[]> }
  close(): Promise<void>
}

const { ClassicLevel } = createRequire(import.meta.url)('classic-level') as {
  ClassicLevel: new (path: string) => Level
}

export async function openClassicLevel(directory: string): Promise<Contender> {
  const level = new ClassicLevel(directory)
  await level.open()
  return {
    append: (batch: readonly KeptMessage[]) =>
      level.batch(batch.map(({ room, id, body }) => ({ type: 'put', key: `${room} ${id}`, value: body }))),
    async last(room, count) {
      const range = { gte: `${room} `, lt: `${room}!`, reverse: true, limit: count }
      return (await level.values(range).all()).reverse()
    },
    close: () => level.close(),
  }
}
