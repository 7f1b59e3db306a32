/** Receipts, edits, the board, statuses and blocks. Rules C7–C12. */

import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { chatroomCheck, left } from './party.js'
import type { Person } from './person.js'
import {
  BYE,
  EDIT_FAILED,
  MESSAGE_FAILED,
  NO_SUCH_USER,
  OK,
  SERVER_ERROR,
  STATUS_UPDATED,
  UPDATED,
} from './wire.js'

export function received(sender: Person, id: string): string {
  const fields = { sender: sender.name, timestamp: '1:02 pm', message: 'Hi', message_id: id }
  return `RECEIVED ${JSON.stringify(fields)}`
}

export function edit(id: string, message: string): string {
  return `EDIT ${JSON.stringify({ message_id: id, message })}`
}

export const REFERRING: readonly Check[] = [
  chatroomCheck('C7', 'the sender and the other receivers hear of a receipt, once', async (party) => {
    const [amy, bob, carl] = await party.three()
    const id = await bob.say({ header: `@${amy.name} @${carl.name}` })
    for (const one of [amy, carl]) await one.expectSaid(bob, id, { header: `@${one.name}` })
    await amy.ask(received(bob, id), OK)
    await bob.expectReceipt(id, amy)
    await carl.expectReceipt(id, amy)
    await amy.ask(received(bob, id), OK)
    for (const one of [amy, bob, carl]) await one.expectNothing('nothing for a second RECEIVED')
  }),
  chatroomCheck('C7', 'the same for a message to everyone', async (party) => {
    const [amy, bob, carl] = await party.three()
    const id = await bob.say()
    for (const one of [amy, carl]) await one.expectSaid(bob, id)
    await amy.ask(received(bob, id), OK)
    await bob.expectReceipt(id, amy)
    await carl.expectReceipt(id, amy)
  }),
  chatroomCheck(
    'C7',
    'an unknown id, or a message that one was not sent, is a server error',
    async (party) => {
      const [amy, bob, carl] = await party.three()
      const id = await bob.say({ header: `@${amy.name}` })
      await amy.expectSaid(bob, id, { header: `@${amy.name}` })
      await carl.ask(received(bob, id), SERVER_ERROR)
      await bob.ask(received(bob, id), SERVER_ERROR)
      for (const unknown of ['', 'x', '__proto__', `${id}0`])
        await amy.ask(received(bob, unknown), SERVER_ERROR)
      await amy.ask('RECEIVED {', SERVER_ERROR)
      await bob.expectNothing()
    },
  ),
  chatroomCheck('C8', 'all who were sent it get the edit; the sender gets the answer', async (party) => {
    const [amy, bob, carl] = await party.three()
    const id = await bob.say({ header: `@${amy.name}` })
    await amy.expectSaid(bob, id, { header: `@${amy.name}` })
    await bob.ask(edit(id, 'Ho'), UPDATED)
    await amy.expectEdited(bob, id, 'Ho', `@${amy.name}`)
    await carl.expectNothing()
    await bob.expectNothing()
  }),
  chatroomCheck('C8', 'who came later does not get the edit of a message to everyone', async (party) => {
    const [amy, bob] = await party.pair()
    const id = await bob.say()
    await amy.expectSaid(bob, id)
    const late = await party.join()
    for (const one of [amy, bob]) await one.push('JOIN')
    await bob.ask(edit(id, 'Ho'), UPDATED)
    await amy.expectEdited(bob, id, 'Ho')
    await late.expectNothing()
  }),
  chatroomCheck('C8', 'not the sender, an unknown id, or an invalid text: the edit fails', async (party) => {
    const [amy, bob] = await party.pair()
    const id = await bob.say()
    await amy.expectSaid(bob, id)
    await amy.ask(edit(id, 'mine'), EDIT_FAILED)
    for (const unknown of ['', 'x', '__proto__', `${id}0`]) await bob.ask(edit(unknown, 'Ho'), EDIT_FAILED)
    for (const text of ['', ' ', 'x'.repeat(501), 'a\x1bb']) await bob.ask(edit(id, text), EDIT_FAILED)
    await amy.expectNothing()
  }),
  chatroomCheck('C8', 'an EDIT of broken JSON is a server error', async (party) => {
    const bob = await party.join()
    for (const json of ['{', 'Hi', '{"message_id":"x"']) await bob.ask(`EDIT ${json}`, SERVER_ERROR)
  }),
  chatroomCheck('C9', 'the board has everyone in the room with their status, named or not', async (party) => {
    const [amy, bob] = await party.pair()
    await bob.ask('USERSTATUS OFFLINE', STATUS_UPDATED)
    await amy.expectStatus(bob, 'OFFLINE')
    const board = await amy.board()
    const shown = JSON.stringify(board)
    if (board[amy.name] !== 'ONLINE') throw new CheckFailure(`"${amy.name}":"ONLINE"`, shown)
    if (board[bob.name] !== 'OFFLINE') throw new CheckFailure(`"${bob.name}":"OFFLINE"`, shown)
  }),
  chatroomCheck('C9', 'the board of an unknown room is a server error', async (party) => {
    const amy = await party.join()
    await amy.ask(`USERBOARD ${party.name()}`, SERVER_ERROR)
    await amy.ask('USERBOARD __proto__', SERVER_ERROR)
  }),
  chatroomCheck('C9', 'the default room has a board by its name', async (party) => {
    const amy = await party.join()
    const board = await amy.boardOf('general')
    if (board === null) throw new NotApplicable('it is not called general')
    if (!Object.hasOwn(board, amy.name)) throw new CheckFailure(`${amy.name} on it`, JSON.stringify(board))
  }),
  chatroomCheck('C10', 'everyone else is told of a change, and of nothing else', async (party) => {
    const [amy, bob] = await party.pair()
    for (const [request, status] of [
      ['USERSTATUS OFFLINE', 'OFFLINE'],
      [`USERSTATUS ${bob.name} DO_NOT_DISTURB`, 'DO_NOT_DISTURB'],
      ['USERSTATUS', 'ONLINE'],
      ['USERSTATUS OFFLINE', 'OFFLINE'],
      [`USERSTATUS ${bob.name}`, 'ONLINE'],
    ] as const) {
      await bob.ask(request, STATUS_UPDATED)
      await amy.expectStatus(bob, status)
      await bob.ask(request, STATUS_UPDATED)
    }
    await amy.expectNothing()
    await bob.expectNothing()
  }),
  chatroomCheck('C10', 'a status that is none, or another name, is a server error', async (party) => {
    const [amy, bob] = await party.pair()
    for (const parameter of ['offline', 'AWAY', `${bob.name} away`, `${amy.name} OFFLINE`, amy.name])
      await bob.ask(`USERSTATUS ${parameter}`, SERVER_ERROR)
    await amy.expectNothing()
  }),
  chatroomCheck('C10', 'messages are delivered whatever the status', async (party) => {
    const [amy, bob] = await party.pair()
    await bob.ask('USERSTATUS OFFLINE', STATUS_UPDATED)
    await amy.expectStatus(bob, 'OFFLINE')
    await bob.expectSaid(amy, await amy.say())
  }),
  chatroomCheck(
    'C11',
    'the blocked person is told; broadcasts skip the blocker; UNBLOCK undoes it',
    async (party) => {
      const [amy, bob, carl] = await party.three()
      await amy.ask(`BLOCK ${bob.name}`, OK)
      await bob.expectBlocked(amy)
      await carl.expectSaid(bob, await bob.say())
      await amy.expectNothing('nothing of the blocked person')
      await amy.ask(`UNBLOCK ${bob.name}`, OK)
      const id = await bob.say()
      for (const one of [amy, carl]) await one.expectSaid(bob, id)
    },
  ),
  chatroomCheck(
    'C11',
    'a private SEND to a blocker fails behind another BLOCKED, for everyone in it',
    async (party) => {
      const [amy, bob, carl] = await party.three()
      await amy.ask(`BLOCK ${bob.name}`, OK)
      await bob.expectBlocked(amy)
      bob.send(`SEND ${bob.said({ header: `@${carl.name} @${amy.name}` })}`)
      await bob.expectBlocked(amy)
      await bob.expect(MESSAGE_FAILED)
      for (const one of [amy, carl]) await one.expectNothing()
    },
  ),
  chatroomCheck('C11', 'nobody of that name cannot be found', async (party) => {
    const bob = await party.join()
    for (const name of [party.name(), '__proto__', '']) {
      await bob.ask(`BLOCK ${name}`, NO_SUCH_USER)
      await bob.ask(`UNBLOCK ${name}`, NO_SUCH_USER)
    }
  }),
  chatroomCheck('C11', 'a block ends with the session of the blocker', async (party) => {
    const [amy, bob] = await party.pair()
    await amy.ask(`BLOCK ${bob.name}`, OK)
    await bob.expectBlocked(amy)
    await amy.ask('LEAVE', BYE)
    await bob.expectPush('LEFT', left(amy.name))
    const again = await party.join(amy.name)
    await bob.push('JOIN')
    await again.expectSaid(bob, await bob.say())
  }),
  chatroomCheck('C12', 'when the room empties, what was said in it is unknown', async (party) => {
    const [amy, bob] = await party.pair()
    const id = await bob.say()
    await amy.expectSaid(bob, id)
    await bob.ask('LEAVE', BYE)
    await amy.expectPush('LEFT', left(bob.name))
    const board = await amy.board()
    if (Object.keys(board).length > 1) throw new NotApplicable('other people are in the room')
    await amy.ask('LEAVE', BYE)
    await amy.expectClosed()
    const again = await party.join(amy.name)
    await again.ask(received(bob, id), SERVER_ERROR)
  }),
]
