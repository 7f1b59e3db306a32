/** Each dialect: its decoder and its speaker in a whole relay, with one of every other dialect beside. */

import { chatmaster } from '../dialects/chatmaster.js'
import { chatroom } from '../dialects/chatroom.js'
import { framed } from '../dialects/framed.js'
import { jsonIrc } from '../dialects/json-irc.js'
import { sendto } from '../dialects/sendto.js'
import type { Target } from '../engine/target.js'
import { FuzzRelay } from '../relay/fuzz-relay.js'
import { type FuzzedDialect, marksOf } from '../relay/fuzzed-dialect.js'
import { mannerOf, visited, waysOver } from '../relay/run-visit.js'

export const DIALECTS: readonly FuzzedDialect[] = [framed, chatroom, jsonIrc, chatmaster, sendto]

export const dialectTargets: readonly Target[] = DIALECTS.map((dialect) => {
  const { name, listeners, seeds, words } = dialect
  return {
    name,
    ways: waysOver(listeners.length),
    seeds,
    words,
    covers: [`/dist/relay/dialects/${name}/`],
    usualRuns: 120,
    async start() {
      const urls = listeners.map((query) => `${name}://127.0.0.1:0${query === '' ? '' : `?${query}`}`)
      const relay = await FuzzRelay.start(urls, DIALECTS)
      return {
        async run(input, way) {
          const manner = mannerOf(way, listeners.length, dialect.cutsOf?.(input))
          const visit = await visited(relay, input, manner, dialect)
          const kinds = dialect.read(visit.received, manner.listener, input)
          dialect.check?.(visit)
          return marksOf(kinds, visit.reason)
        },
        stop: () => relay.stop(),
      }
    },
  }
})
