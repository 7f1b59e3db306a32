/** Who is compared. Each is loaded when it is its turn, so that one that does not load costs only itself. */

import type { OpenContender } from './contender.js'

export const CONTENDERS: Readonly<Record<string, () => Promise<OpenContender>>> = {
  lmdb: async () => (await import('./stores/lmdb.js')).openLmdb,
  'classic-level': async () => (await import('./stores/classic-level.js')).openClassicLevel,
  libsql: async () => (await import('./stores/libsql.js')).openLibsql,
  'node-sqlite3-wasm': async () => (await import('./stores/node-sqlite3-wasm.js')).openSqliteWasm,
}

export async function openContender(name: string, directory: string) {
  const load = CONTENDERS[name]
  if (load === undefined) {
    throw new Error(`no store ${name}; there are ${Object.keys(CONTENDERS).join(', ')}`)
  }
  return (await load())(directory)
}
