/** The dialects that this relay speaks, by name. A new one is one more line. */

import { chatmaster } from './chatmaster/chatmaster.js'
import { chatroom } from './chatroom/chatroom.js'
import type { Dialect } from './dialect.js'
import { framed } from './framed/framed.js'
import { jsonIrc } from './json-irc/json-irc.js'
import { sendto } from './sendto/sendto.js'

export const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [framed, chatroom, chatmaster, jsonIrc, sendto].map((dialect) => [dialect.name, dialect as Dialect]),
)
