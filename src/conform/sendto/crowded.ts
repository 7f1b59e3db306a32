/** What shows only with many people. Rule S3. */

import type { Check } from '../check.js'
import { crowdOf } from '../crowd.js'
import { Person } from './person.js'
import { MAX_NAME, MAX_TEXT } from './wire.js'

/** Names of the greatest length, each with a line feed. */
const MORE_THAN_FIT = Math.ceil(MAX_TEXT / (MAX_NAME + 1)) + 20

export const CROWDED: readonly Check[] = [
  {
    rule: 'S3',
    title: 'a LIST of more names than fit one message comes in several, and no name is cut',
    slow: true,
    async run(context) {
      const names: string[] = []
      await crowdOf(MORE_THAN_FIT, async () => {
        const name = context.freshName().padEnd(MAX_NAME, 'x')
        names.push(name)
        return Person.login(context, name)
      })
      await (await Person.connect(context)).expectListed(names)
    },
  },
]
