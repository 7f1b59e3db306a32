/** What shows only with many people. Rule C9. */

import type { Check } from '../check.js'
import { crowdOf } from '../crowd.js'
import { CheckFailure } from '../failure.js'
import { Party } from './party.js'
import { OK } from './wire.js'

/** With the longest names, a board of more than 64 KiB. */
const PEOPLE = 1_600
const NAME_LENGTH = 30

export const CROWDED: readonly Check[] = [
  {
    rule: 'C9',
    title: 'the board of very many people is one line',
    slow: true,
    async run(context) {
      const party = new Party(context)
      const names: string[] = []
      await crowdOf(PEOPLE, async () => {
        const name = context.freshName().padEnd(NAME_LENGTH, 'x')
        const person = await party.connect(name)
        await person.ask(`JOIN ${name}`, OK)
        names.push(name)
        return person
      })
      const amy = await party.connect()
      const board = await amy.board()
      const missing = names.find((name) => board[name] !== 'ONLINE')
      if (missing !== undefined) throw new CheckFailure(`"${missing}":"ONLINE" on it`, 'a board without')
    },
  },
]
