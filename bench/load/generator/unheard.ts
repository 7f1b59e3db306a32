/** Where the messages go that nobody counts on: those of clients that come and go or read slowly. */

import type { ChunkSink } from './load-client.js'

export const UNHEARD: ChunkSink = {
  beginChunk: nothing,
  endChunk: nothing,
  delivered: nothing,
  foreign: nothing,
  announced: nothing,
}

function nothing(): void {}
