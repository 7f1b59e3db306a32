/** A hub without a network, and a clock that passes when told. */

import assert from 'node:assert/strict'
import type { HubEvent } from '../../../src/relay/hub/events.js'
import { Hub, type HubOptions } from '../../../src/relay/hub/hub.js'
import type { Session } from '../../../src/relay/hub/session.js'
import { Ear, RecordingAudience } from './model.js'

export interface HubWorld {
  readonly hub: Hub<Ear>
  readonly observed: HubEvent[]
  /** A session of that name; @param refers whether it can refer to messages, which is so unless said otherwise */
  claim(name: string, refers?: boolean): Session<Ear>
  /** A session of that name in these rooms. */
  into(name: string, ...rooms: string[]): Session<Ear>
  /** Lets so many milliseconds pass. */
  pass(ms: number): void
  audiencesMade(): number
}

export function hubWorld(options: Partial<HubOptions<Ear>> = {}): HubWorld {
  let made = 0
  let now = 1_700_000_000_000
  const observed: HubEvent[] = []
  const hub = new Hub<Ear>({
    audience: () => {
      made++
      return new RecordingAudience()
    },
    now: () => now,
    defaultRoom: 'general',
    announceUpTo: 1000,
    recent: { ageMs: 1000, entries: 1000 },
    later: () => {},
    observe: (event) => observed.push(event),
    ...options,
  })
  const claim = (name: string, refers = true): Session<Ear> => {
    const session = hub.claim(name, 'chatty', new Ear(), refers)
    assert.ok(typeof session !== 'string', `${name}: ${session}`)
    return session
  }
  const into = (name: string, ...rooms: string[]): Session<Ear> => {
    const session = claim(name)
    for (const room of rooms) assert.ok(hub.join(session, room))
    return session
  }
  const pass = (ms: number): void => {
    now += ms
  }
  return { hub, observed, claim, into, pass, audiencesMade: () => made }
}
