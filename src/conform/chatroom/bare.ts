/** The option `push=bare`, for clients in the wild. Rules C14–C16; the other rules are tried in that form as well. */

import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { chatroomCheck, type Party } from './party.js'
import type { Person } from './person.js'
import { edit, received } from './referring.js'
import { MESSAGE_FAILED, OK, STATUS_UPDATED, UPDATED } from './wire.js'

function bareCheck(
  rule: string,
  title: string,
  run: (people: [Person, Person, Person], party: Party) => Promise<void>,
): Check {
  return chatroomCheck(rule, `push=bare: ${title}`, async (party) => {
    const people = await party.three()
    if (!people[0].isBare) throw new NotApplicable('messages come behind a verb here')
    await run(people, party)
  })
}

export const BARE: readonly Check[] = [
  bareCheck(
    'C14',
    '@all and @everyone are both everyone, and people may stand without a space',
    async (people) => {
      const [amy, bob, carl] = people
      for (const header of ['@all', '@everyone', `@${amy.name} @all`]) {
        const id = await bob.say({ header })
        for (const other of [amy, carl]) await other.expectSaid(bob, id)
      }
      const id = await bob.say({ header: `@${amy.name}@${carl.name}` })
      for (const other of [amy, carl]) await other.expectSaid(bob, id, { header: `@${other.name}` })
    },
  ),
  bareCheck('C14', 'a message has exactly four keys', async ([amy, bob]) => {
    await bob.say()
    const line = await amy.next('a bare message')
    const keys = Object.keys(JSON.parse(line)).sort().join()
    if (keys !== 'header,message,sender,timestamp')
      throw new CheckFailure('the keys sender, header, timestamp, message', keys)
  }),
  bareCheck('C15', 'the board is one line, and nothing follows it', async ([amy, bob]) => {
    const board = await amy.board()
    if (board[bob.name] !== 'ONLINE') throw new CheckFailure(`"${bob.name}":"ONLINE"`, JSON.stringify(board))
    await amy.expectNothing()
  }),
  bareCheck('C15', 'a SEND without a header has failed', async ([amy, bob]) => {
    for (const header of ['', 'amy']) await bob.ask(`SEND ${bob.said({ header })}`, MESSAGE_FAILED)
    await amy.expectNothing()
  }),
  bareCheck('C16', 'an edit and a block come as messages', async ([amy, bob]) => {
    const header = `@${amy.name}`
    const id = await bob.say({ header })
    await amy.expectSaid(bob, id, { header })
    await bob.ask(edit(id, 'Ho'), UPDATED)
    await amy.expectEdited(bob, id, 'Ho', header)
    await bob.ask(`BLOCK ${amy.name}`, OK)
    await amy.expectBlocked(bob)
  }),
  bareCheck('C16', 'receipts and statuses are taken, and not pushed', async ([amy, bob, carl]) => {
    const id = await bob.say()
    for (const other of [amy, carl]) await other.expectSaid(bob, id)
    await amy.ask(received(bob, id), OK)
    await amy.ask('USERSTATUS OFFLINE', STATUS_UPDATED)
    for (const other of [bob, carl]) await other.expectNothing()
  }),
]
