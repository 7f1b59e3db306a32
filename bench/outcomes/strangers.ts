/**
 * Connections that ask for lists and do not read, without a name: many at once, and more every quarter of a second; and
 * people who read just enough. Each meets a limit of its own, and the people in the room notice nothing.
 */

import type { Server } from '../load/server.js'
import { atMost, exactly, type Outcome } from './claim.js'
import { ask, LISTENERS } from './questions.js'
import { withRelay } from './runs.js'

const PEOPLE = 500
const MOST_MS = 250
const MOST_MIB = 64
const MIB = 2 ** 20

/** Who they are, how many at first, whether they read, and for how long. */
const ATTACKS = [
  ['list-lines', 30, 'stops', 5],
  ['list-waves', 3, 'stops', 60],
  ['list', 30, 'trickles', 20],
] as const

export const strangers: Outcome = {
  name: 'strangers',
  description: `who asks and does not read, beside ${PEOPLE} people`,
  prove: async (_rounds, say) => {
    const claims = []
    for (const [kind, count, reads, seconds] of ATTACKS) {
      const { slowestMs, paused, retainedMib } = await withRelay(LISTENERS, async (server) => {
        const { slowestMs = Infinity } = await ask(server.ports, kind, count, reads, PEOPLE, seconds)
        const text = await scrape(server)
        const paused = sampleOf(text, 'parlance_pauses_total{cause="room"}')
        return { slowestMs, paused, retainedMib: sampleOf(text, 'process_resident_memory_bytes') / MIB }
      })
      const what = `${kind}, ${reads}`
      say(`${what}: slowest round trip ${slowestMs.toFixed(1)} ms, ${Math.round(retainedMib)} MiB resident`)
      claims.push(
        atMost(`slowest round trip, ms: ${what}`, slowestMs, MOST_MS),
        exactly(`pauses of who sends to the room: ${what}`, paused, 0),
        atMost(`MiB resident: ${what}`, retainedMib, BARE_MIB + MOST_MIB),
      )
    }
    return claims
  },
}

/** A relay with so many people and nothing else. */
const BARE_MIB = 128

async function scrape({ metricsUrl }: Server): Promise<string> {
  const response = await fetch(metricsUrl as string)
  return await response.text()
}

function sampleOf(text: string, series: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? Number.NaN)
}
