/** What is dropped when the edit window has passed. Rules C8 and C13. They wait for it: only where it is known. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Check, CheckContext } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { Party } from './party.js'
import { edit, received } from './referring.js'
import { EDIT_FAILED, OK, SERVER_ERROR, UPDATED } from './wire.js'

/** Clocks and the way there are not exact. */
const MARGIN_MS = 300

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
]
