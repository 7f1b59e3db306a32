/**
 * What hooks cost a message: without any, with one that lets everything pass, with one that rewrites. Audiences are deaf, so
 * that nothing is beside it but the hub: with people to tell, the share is smaller.
 */

import type { Recipient } from '../../src/relay/fanout/recipient.js'
import { HookCalls, type RelayHooks } from '../../src/relay/hooks.js'
import type { Audience } from '../../src/relay/hub/events.js'
import { Hub } from '../../src/relay/hub/hub.js'
import type { Contender, Contest } from './contest.js'

const OPERATIONS = 1000

/** Nobody's connection, which is what `HookCalls` asks of it. */
const DEAF = { source: {}, receive: () => {} } as unknown as Recipient
const EMPTY: Audience<Recipient> = {
  add: () => {},
  remove: () => {},
  tell: () => {},
  tellOnly: () => {},
  collect: () => {},
}

export function hookContests(): Contest[] {
  return [
    {
      name: 'say to nobody, with',
      contenders: [
        contender('no hooks', undefined),
        contender('hooks, but none for messages', { onName: () => true }),
        contender('a hook that lets it pass', { onMessage: () => true }),
        contender('a hook that looks at it', { onMessage: ({ text }) => !text.includes('spam') }),
        contender('a hook that rewrites it', { onMessage: ({ text }) => text.replace('darn', 'd**n') }),
      ],
    },
  ]
}

function contender(name: string, hooks: RelayHooks | undefined): Contender {
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
    hooks:
      hooks &&
      new HookCalls(hooks, (error) => {
        throw error
      }),
  })
  const bob = hub.claim('bob', 'framed', DEAF)
  if (typeof bob === 'string') throw new Error(`bob is ${bob}`)
  hub.join(bob, 'general')
  return {
    name,
    units: OPERATIONS,
    run: () => {
      for (let index = 0; index < OPERATIONS; index++) {
        hub.messages.say(bob, hub.defaultRoom, `what the darn number ${index} says`)
      }
      return events
    },
  }
}
