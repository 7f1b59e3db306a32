/** Rooms: which there are, and going from one to another. Rule C17, which is an addition of our relay: servers need not have it. */

import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { chatroomCheck, entered, left, type Party } from './party.js'
import { edit, received } from './referring.js'
import { OK, SERVER_ERROR, UPDATED } from './wire.js'

const NOT_ROOMS: readonly [what: string, room: string][] = [
  ['nothing at all', ''],
  ['a space inside', 'two words'],
  ['65 characters', 'r'.repeat(65)],
  ['a tab inside', 'a\tb'],
  ['an accent', 'caf\u00e9'],
]

function roomsCheck(title: string, run: (party: Party) => Promise<void>): Check {
  return chatroomCheck('C17', title, async (party) => {
    const somebody = await party.join()
    if ((await somebody.rooms()) === null) throw new NotApplicable('this server has no rooms')
    await run(party)
  })
}

export const ROOMING: readonly Check[] = [
  roomsCheck('ROOMS lists the rooms, sorted, with a new one among them', async (party) => {
    const amy = await party.join()
    const before = (await amy.rooms()) ?? []
    const room = party.name()
    await amy.ask(`ENTER ${room}`, OK)
    const after = (await amy.rooms()) ?? []
    if (before.includes(room) || !after.includes(room))
      throw new CheckFailure(`${room} in the list, once somebody is in it`, after.join(' '))
    const sorted = [...after].sort((a, b) => (a < b ? -1 : 1))
    if (sorted.join() !== after.join()) throw new CheckFailure('rooms sorted by byte', after.join(' '))
  }),
  roomsCheck('ENTER is told to both rooms as LEFT and JOIN, and not to oneself', async (party) => {
    const [amy, bob, carl] = await party.three()
    const room = party.name()
    await carl.ask(`ENTER ${room}`, OK)
    for (const other of [amy, bob]) await other.expectPush('LEFT', left(carl.name))
    await bob.ask(`ENTER ${room}`, OK)
    await amy.expectPush('LEFT', left(bob.name))
    await carl.expectPush('JOIN', entered(bob.name))
    await bob.expectNothing('nothing of their own')
  }),
  roomsCheck('@everyone and USERBOARD mean the room that one is in', async (party) => {
    const [amy, bob, carl] = await party.three()
    const room = party.name()
    await bob.ask(`ENTER ${room}`, OK)
    for (const other of [amy, carl]) await other.expectPush('LEFT', left(bob.name))
    await carl.ask(`ENTER ${room}`, OK)
    await amy.expectPush('LEFT', left(carl.name))
    await bob.expectPush('JOIN', entered(carl.name))
    await carl.expectSaid(bob, await bob.say())
    await amy.expectNothing('nothing of another room')
    const names = Object.keys(await bob.board()).sort()
    const wanted = [bob.name, carl.name].sort()
    if (names.join() !== wanted.join()) throw new CheckFailure(wanted.join(), names.join())
    const there = await amy.boardOf(room)
    if (Object.keys(there ?? {}).length !== 2)
      throw new CheckFailure(`the board of ${room}`, JSON.stringify(there))
  }),
  roomsCheck('what was said before is acknowledged there, and edited from anywhere', async (party) => {
    const [amy, bob, carl] = await party.three()
    const id = await bob.say()
    for (const other of [amy, carl]) await other.expectSaid(bob, id)
    await bob.ask(`ENTER ${party.name()}`, OK)
    for (const other of [amy, carl]) await other.expectPush('LEFT', left(bob.name))
    await carl.ask(`ENTER ${party.name()}`, OK)
    await amy.expectPush('LEFT', left(carl.name))
    await carl.ask(received(bob, id), SERVER_ERROR)
    await bob.ask(edit(id, 'Ho'), UPDATED)
    await amy.expectEdited(bob, id, 'Ho')
    await carl.expectNothing('nothing of a room that they have left')
    await amy.ask(received(bob, id), OK)
    await bob.expectReceipt(id, amy)
  }),
  roomsCheck('the room that one is in already is an error', async (party) => {
    const [amy, bob] = await party.pair()
    const room = party.name()
    await bob.ask(`ENTER ${room}`, OK)
    await amy.expectPush('LEFT', left(bob.name))
    await bob.ask(`ENTER ${room}`, SERVER_ERROR)
    await amy.expectNothing()
  }),
  ...NOT_ROOMS.map(([what, room]) =>
    roomsCheck(`${what} cannot be a room`, async (party) => {
      const [amy, bob] = await party.pair()
      await bob.ask(`ENTER ${room}`, SERVER_ERROR)
      await bob.say()
      await amy.next('the message of somebody who is still here')
    }),
  ),
  roomsCheck('before JOIN there are no rooms', async (party) => {
    const stranger = await party.connect()
    await stranger.ask('ROOMS', SERVER_ERROR)
    await stranger.ask('ENTER den', SERVER_ERROR)
    await stranger.ask(`JOIN ${stranger.name}`, OK)
  }),
]
