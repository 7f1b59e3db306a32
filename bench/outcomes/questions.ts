/**
 * Ten who ask without end, of each kind of question whose answer is larger than itself or whose work grows with the
 * room, beside 3,000 people: the round trips of two others stay short, whether the ten read the answers or not.
 */

import { atMost, type Outcome } from './claim.js'
import { runPython } from './python.js'
import { withRelay } from './runs.js'

const KINDS = [
  'userboard',
  'list-lines',
  'list',
  'room-members',
  'all-members',
  'list-rooms',
  'channels',
  'status',
  'status-and-board',
  'block',
  'rename',
  'join-and-leave',
  'login-and-list',
  'edit',
]
const DIALECTS = ['framed', 'chatroom', 'json-irc', 'chatmaster', 'sendto'] as const
const PEOPLE = 3000
const ASKERS = 10
const SECONDS = 5
const MOST_MS = 100

export interface RoundTrips {
  readonly roundTrips: number
  readonly medianMs?: number
  readonly p99Ms?: number
  readonly slowestMs?: number
}

export const questions: Outcome = {
  name: 'questions',
  description: `${ASKERS} who ask without end, beside ${PEOPLE} people`,
  prove: async (_rounds, say) => {
    const claims = []
    for (const kind of KINDS) {
      for (const reads of ['reads', 'stops']) {
        const {
          roundTrips,
          medianMs = Infinity,
          p99Ms = Infinity,
          slowestMs = Infinity,
        } = await measure(kind, reads)
        const times = [medianMs, p99Ms, slowestMs].map((ms) => ms.toFixed(1)).join(', ')
        say(`${kind}, ${reads}: ${roundTrips} round trips; median, p99, slowest: ${times} ms`)
        claims.push(atMost(`slowest round trip, ms: ${kind}, ${reads}`, slowestMs, MOST_MS))
      }
    }
    return claims
  },
}

function measure(kind: string, reads: string): Promise<RoundTrips> {
  return withRelay(LISTENERS, ({ ports }) => ask(ports, kind, ASKERS, reads, PEOPLE, SECONDS))
}

export const LISTENERS = DIALECTS.map((dialect) => ({ dialect }))

/** @param ports of a relay that has `LISTENERS` */
export function ask(
  ports: readonly number[],
  kind: string,
  askers: number,
  reads: string,
  people: number,
  seconds: number,
): Promise<RoundTrips> {
  return runPython('questions.py', [ports.join(), kind, askers, reads, people, seconds])
}
