/** What shows only with many people. Rule F8. */

import type { Check } from '../check.js'
import { crowdOf } from '../crowd.js'
import { CheckFailure } from '../failure.js'
import { slowCheck } from './framed-check.js'
import { MAX_PAYLOAD } from './wire.js'

const MAX_NAME = 32
/** Names of the greatest length, each with a space. */
const MORE_THAN_FIT = Math.ceil(MAX_PAYLOAD / (MAX_NAME + 1)) + 20

export const CROWDED: readonly Check[] = [
  slowCheck(
    'F8',
    'a LIST of more names than fit one frame comes in several, and no name is cut',
    async (party) => {
      const names: string[] = []
      await crowdOf(MORE_THAN_FIT, async () => {
        const name = party.name().padEnd(MAX_NAME, 'x')
        const person = await party.connect(name)
        await person.expectStatus(name, 0, 'accepted')
        names.push(name)
        return person
      })
      const listed = new Set(await (await party.join()).list())
      const missing = names.find((name) => !listed.has(name))
      if (missing !== undefined) throw new CheckFailure(`LIST with ${missing}`, `LIST without ${missing}`)
    },
  ),
]
