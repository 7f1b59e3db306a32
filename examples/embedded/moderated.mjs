#!/usr/bin/env node
// A relay inside a program of one's own: it says who comes and goes, keeps a few words out, and sends away whoever does
// not stop. Ctrl-C ends it as gently as `parlance serve` ends.
//
//     node examples/embedded/moderated.mjs [LISTENER_URL...]

import { createRelay } from 'parlance-relay'

const FORBIDDEN = /\b(?:spam|scam)\b/i
const MOST_WARNINGS = 3

/** By name, as long as they are here. */
const warnings = new Map()

const relay = createRelay({
  listen: process.argv.length > 2 ? process.argv.slice(2) : ['framed://:9000', 'chatroom://:8000'],
  voice: 'moderator',
  hooks: {
    onName: ({ name }) => !FORBIDDEN.test(name),
    onJoin: ({ name, room, dialect }) => console.log(`${name} enters ${room}, speaking ${dialect}`),
    onLeave: ({ name, room, reason }) => console.log(`${name} leaves ${room}: ${reason}`),
    onGone: ({ name }) => warnings.delete(name),
    // Room messages, direct ones and edits: there is no way round it.
    onMessage({ name, text, room }) {
      if (!FORBIDDEN.test(text)) return true
      const count = (warnings.get(name) ?? 0) + 1
      warnings.set(name, count)
      // A hook decides, and changes nothing itself: what follows from it comes after the request.
      setImmediate(() => {
        if (count > MOST_WARNINGS) relay.disconnect(name)
        else if (room !== null) relay.say(room, `${name}, please (${count} of ${MOST_WARNINGS})`)
      })
      return false
    },
  },
  log: {
    warn: (about, words) => console.error(words, about),
    error: (about, words) => console.error(words, about),
  },
})

for (const { dialect, port } of await relay.listen()) console.log(`listening: ${dialect} on port ${port}`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => relay.close())
