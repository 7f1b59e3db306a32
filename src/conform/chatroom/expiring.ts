/**
 * What is dropped when the edit window has passed, or when so much was said since. Rules C8 and C13. They wait for the one and say
 * the other: only where it is known.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Check, CheckContext } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { Party } from './party.js'
import { edit, received } from './referring.js'
import { EDIT_FAILED, OK, SENT, SERVER_ERROR, UPDATED } from './wire.js'

/** Clocks and the way there are not exact. */
const MARGIN_MS = 300
/** So many messages are sent before their answers are waited for. */
const AT_ONCE = 100

/** @param run gets a wait that is over when the window of everything said before has passed */
function windowCheck(
  rule: string,
  title: string,
  run: (party: Party, windowPasses: () => Promise<void>) => Promise<void>,
): Check {
  return {
    rule,
    title,
    run: async (context: CheckContext) => {
      const { editWindowMs } = context
      if (editWindowMs === null) throw new NotApplicable('needs --edit-window')
      await run(new Party(context), () => delay(editWindowMs + MARGIN_MS))
    },
  }
}

export const EXPIRING: readonly Check[] = [
  windowCheck('C8', 'an edit is taken within the window and fails after it', async (party, windowPasses) => {
    const [amy, bob] = await party.pair()
    const id = await bob.say()
    await bob.ask(edit(id, 'Ho'), UPDATED)
    await amy.expectSaid(bob, id)
    await amy.expectEdited(bob, id, 'Ho')
    await windowPasses()
    await bob.ask(edit(id, 'Hm'), EDIT_FAILED)
    await amy.expectNothing('nothing of an edit that came too late')
    const later = await bob.say()
    await bob.ask(edit(later, 'Ho'), UPDATED)
  }),
  windowCheck(
    'C13',
    'a message that is dropped is an unknown id to RECEIVED',
    async (party, windowPasses) => {
      const [amy, bob] = await party.pair()
      const id = await bob.say()
      await amy.expectSaid(bob, id)
      await windowPasses()
      amy.send(received(bob, id))
      const answer = await amy.next(SERVER_ERROR)
      // C13 asks for a bound on the time, and not for this one.
      if (answer === OK) throw new NotApplicable('it is remembered for longer than it can be edited')
      if (answer !== SERVER_ERROR) throw new CheckFailure(SERVER_ERROR, answer)
      await bob.expectNothing('nothing of a receipt that came too late')
    },
  ),
  {
    rule: 'C13',
    title: 'a message with as many newer ones as the server remembers is an unknown id to EDIT and RECEIVED',
    async run(context: CheckContext) {
      const { recentMessages } = context
      if (recentMessages === null) throw new NotApplicable('needs --recent-messages')
      const [amy, bob] = await new Party(context).pair()
      const id = await bob.say()
      await amy.expectSaid(bob, id)
      let last = id
      for (let left = recentMessages; left > 0; left -= AT_ONCE) {
        const lines = Array.from({ length: Math.min(left, AT_ONCE) }, () => `SEND ${bob.said()}`)
        bob.send(...lines)
        for (const _ of lines) {
          await bob.expect(SENT)
          last = await bob.sentId()
          await amy.expectSaid(bob, last)
        }
      }
      await bob.ask(edit(id, 'Ho'), EDIT_FAILED)
      await amy.ask(received(bob, id), SERVER_ERROR)
      await bob.expectNothing('nothing of a receipt of what is forgotten')
      // The last one is not forgotten for that.
      await bob.ask(edit(last, 'Ho'), UPDATED)
      await amy.expectEdited(bob, last, 'Ho')
    },
  },
]
