/** The hub's operations with many present, its audiences deaf: who is here, and what that costs to know. */

import type { Audience, Recipient } from '../../src/relay/hub/events.js'
import { Hub } from '../../src/relay/hub/hub.js'
import type { Session } from '../../src/relay/hub/session.js'
import type { Contender, Contest } from './contest.js'

const SIZES = [100, 10_000]
const OPERATIONS = 1000

const DEAF: Recipient = { receive: () => {} }
const EMPTY: Audience<Recipient> = {
  add: () => {},
  remove: () => {},
  tell: () => {},
  tellOnly: () => {},
  collect: () => {},
}

export function hubContests(): Contest[] {
  return SIZES.map((present) => ({
    name: `hub with ${present.toLocaleString('en-US')} present`,
    contenders: contenders(present),
  }))
}

function contenders(present: number): Contender[] {
  let events = 0
  const hub = new Hub<Recipient>({
    audience: () => EMPTY,
    now: () => 1_700_000_000_000,
    defaultRoom: 'general',
    announceUpTo: 10_000,
    recent: { ageMs: 300_000, entries: 10_000 },
    later: () => {},
    observe: () => {
      events++
    },
  })
  const { defaultRoom } = hub
  const sessions = Array.from({ length: present }, (_, index) => comeIn(hub, `p${index}`))
  const [bob] = sessions as [Session<Recipient>]

  const repeated = (name: string, operation: (index: number) => void): Contender => ({
    name,
    units: OPERATIONS,
    run: () => {
      for (let index = 0; index < OPERATIONS; index++) operation(index)
      return events
    },
  })
  return [
    repeated('say', () => hub.messages.say(bob, defaultRoom, 'Hi')),
    repeated('direct', (index) => hub.messages.direct(bob, [`p${index % present}`], 'Hi')),
    repeated('claim, join, end', (index) => hub.end(comeIn(hub, `v${index}`), 'left')),
    repeated('claim a taken name', () => hub.claim('p0', 'framed', DEAF)),
    {
      name: 'names, after one has come and gone',
      units: 1,
      run: () => {
        hub.end(comeIn(hub, 'visitor'), 'left')
        return hub.names().length
      },
    },
  ]
}

function comeIn(hub: Hub<Recipient>, name: string): Session<Recipient> {
  const session = hub.claim(name, 'framed', DEAF)
  if (typeof session === 'string') throw new Error(`${name} is ${session}`)
  hub.join(session, 'general')
  return session
}
