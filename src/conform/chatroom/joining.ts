/** Names, coming and going. Rules C1–C3, and N1 and N3 as they show here. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { chatroomCheck, entered, left } from './party.js'
import { BYE, INVALID_NAME, NO_SUCH_USER, OK, SERVER_ERROR } from './wire.js'

const NOT_NAMES: readonly [what: string, name: string][] = [
  ['two characters', 'ab'],
  ['31 characters', 'x'.repeat(31)],
  ['a space', 'bob x'],
  ['an underscore', 'bob_x'],
  ['an @', '@bob'],
  ['an accent', 'böb'],
  ['full-width letters', 'Ｂｏｂ'],
  ['an escape character', 'bob\x1b[2J'],
  ['everyone', 'everyone'],
  ['everyone in capitals', 'EVERYONE'],
]

const CLAIMS = 20

export const JOINING: readonly Check[] = [
  chatroomCheck(
    'C1',
    'JOIN with a name, and USERNAME before JOIN alone, both let somebody in',
    async (party) => {
      const amy = await party.join()
      const bob = await party.connect()
      await bob.ask(`USERNAME ${bob.name}`, OK)
      await bob.ask('JOIN', OK)
      await amy.expectPush('JOIN', entered(bob.name))
    },
  ),
  chatroomCheck('C1', 'a name of 30 letters and digits is one', async (party) => {
    const name = party.name()
    await party.join(name.padEnd(30, 'X'))
  }),
  ...NOT_NAMES.map(([what, name]) =>
    chatroomCheck('C1', `${what} cannot be a name`, async (party) => {
      const bob = await party.connect()
      await bob.ask(`USERNAME ${name}`, SERVER_ERROR)
      await bob.ask(`JOIN ${name}`, INVALID_NAME)
      await bob.ask(`JOIN ${bob.name}`, OK)
    }),
  ),
  chatroomCheck('C1', 'JOIN without any name is an invalid username', async (party) => {
    const bob = await party.connect()
    await bob.ask('JOIN', INVALID_NAME)
    await bob.ask('USERNAME', SERVER_ERROR)
    await bob.ask(`JOIN ${bob.name}`, OK)
  }),
  chatroomCheck('C1', 'the name of somebody who is here is taken', async (party) => {
    const amy = await party.join()
    const bob = await party.connect()
    await bob.ask(`JOIN ${amy.name}`, INVALID_NAME)
    await bob.ask(`USERNAME ${amy.name}`, SERVER_ERROR)
    await amy.expectNothing()
  }),
  chatroomCheck('C1', 'a held name is taken for others, and free when its connection ends', async (party) => {
    const bob = await party.connect()
    await bob.ask(`USERNAME ${bob.name}`, OK)
    const other = await party.connect()
    await other.ask(`JOIN ${bob.name}`, INVALID_NAME)
    await other.ask(`USERNAME ${bob.name}`, SERVER_ERROR)
    await bob.ask('LEAVE', BYE)
    await bob.expectClosed()
    await other.ask(`JOIN ${bob.name}`, OK)
  }),
  chatroomCheck('N1', 'upper and lower case are different names', async (party) => {
    const bob = await party.join()
    await party.join(bob.name.toUpperCase())
  }),
  chatroomCheck('N3', `of ${CLAIMS} who ask for one name at once, exactly one gets it`, async (party) => {
    const name = party.name()
    const all = await Promise.all(Array.from({ length: CLAIMS }, () => party.connect(name)))
    for (const one of all) one.send(`JOIN ${name}`)
    // Whoever has joined may hear nothing of the others, who do not come in.
    const answers = await Promise.all(all.map((one) => one.next('an answer to JOIN')))
    const winners = answers.filter((answer) => answer === OK).length
    if (winners !== 1) throw new CheckFailure('one 200 OK', `${winners} of them`)
  }),
  chatroomCheck('N3', 'a name is free again when its session has ended', async (party) => {
    const [amy, bob] = await party.pair()
    await bob.ask('LEAVE', BYE)
    await amy.expectPush('LEFT', left(bob.name))
    await party.join(bob.name)
    await amy.expectPush('JOIN', entered(bob.name))
  }),
  chatroomCheck('C2', 'before JOIN what needs a member is a server error', async (party) => {
    const bob = await party.connect()
    await bob.ask(`USERNAME ${bob.name}`, OK)
    const fields = `{"sender":"${bob.name}","timestamp":"","message":"Hi","message_id":"x"}`
    for (const request of [
      `SEND ${bob.said()}`,
      `RECEIVED ${fields}`,
      `EDIT ${fields}`,
      'USERSTATUS OFFLINE',
      `BLOCK ${bob.name}`,
      `UNBLOCK ${bob.name}`,
    ]) {
      await bob.ask(request, SERVER_ERROR)
    }
    await bob.ask('JOIN', OK)
  }),
  chatroomCheck('C2', 'before JOIN, USERBOARD and LEAVE work', async (party) => {
    const amy = await party.join()
    const bob = await party.connect()
    const board = await bob.board()
    if (board[amy.name] !== 'ONLINE')
      throw new CheckFailure(`${amy.name} on the board`, JSON.stringify(board))
    await bob.ask('LEAVE', BYE)
    await bob.expectClosed()
    await amy.expectNothing('nothing about somebody who never joined')
  }),
  chatroomCheck('C2', 'a second JOIN or USERNAME is a server error', async (party) => {
    const [amy, bob] = await party.pair()
    for (const request of ['JOIN', `JOIN ${bob.name}`, `JOIN ${party.name()}`, `USERNAME ${party.name()}`])
      await bob.ask(request, SERVER_ERROR)
    await bob.expectStays()
    await amy.expectNothing()
  }),
  chatroomCheck('C3', 'everyone else hears of a JOIN; the newcomer does not', async (party) => {
    const [amy, bob, carl] = await party.three()
    for (const one of [amy, bob, carl]) await one.expectNothing('nothing more')
  }),
  chatroomCheck(
    'C3',
    'LEAVE is answered, closes the connection, and everyone else hears of it',
    async (party) => {
      const [amy, bob, carl] = await party.three()
      await bob.ask('LEAVE', BYE)
      await bob.expectClosed()
      for (const one of [amy, carl]) await one.expectPush('LEFT', left(bob.name))
      await carl.ask(`LEAVE ${carl.name}`, BYE)
      await carl.expectClosed()
      await amy.expectPush('LEFT', left(carl.name))
    },
  ),
  chatroomCheck('C3', 'LEAVE with another name cannot find the user, and stays', async (party) => {
    const [amy, bob] = await party.pair()
    for (const name of [amy.name, party.name(), bob.name.toUpperCase()])
      await bob.ask(`LEAVE ${name}`, NO_SUCH_USER)
    await bob.expectStays()
    await amy.expectNothing()
  }),
  ...(['end', 'reset'] as const).map((how) =>
    chatroomCheck('C3', `a dropped connection leaves the room (${how})`, async (party) => {
      const [amy, bob] = await party.pair()
      bob.peer[how]()
      await amy.expectPush('LEFT', left(bob.name))
      const board = await amy.board()
      if (Object.hasOwn(board, bob.name)) throw new CheckFailure(`a board without ${bob.name}`, 'one with it')
    }),
  ),
]
