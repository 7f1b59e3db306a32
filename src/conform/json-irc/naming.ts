/** Nicknames: what works without one, who gets one, and that nobody speaks under another. Rules J1, J2, J8, N1–N5. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { jsonIrcCheck } from './party.js'

const NOT_NAMES: readonly [what: string, name: string][] = [
  ['nothing at all', ''],
  ['a space alone', ' '],
  ['a space inside', 'two words'],
  ['33 characters', 'x'.repeat(33)],
  ['a tab inside', 'a\tb'],
  ['an escape sequence', '\x1b[2J'],
  ['a NUL inside', 'a\0b'],
  ['DEL', 'a\x7f'],
  ['a letter beyond ASCII', 'caf\u00e9'],
  ['a letter that looks like ASCII', '\u0430my'],
  ['a right-to-left override', 'a\u202eb'],
]

const CONTROL = /[\p{Cc}]/u

const CLAIMS_AT_ONCE = 20

/** Where an object is used as a map, these are there before anybody comes. */
const INHERITED = ['constructor', 'toString', 'hasOwnProperty', '__proto__']

export const NAMING: readonly Check[] = [
  ...['/listRooms', '/join', '/leaveRoom', '/broadcast', '/direct', '/roomMembers', '/no-such-command'].map(
    (command) =>
      jsonIrcCheck('J1', `${command} before /nick gets an error reply`, async (party) => {
        const room = party.room()
        const person = await party.connect()
        person.send(command, { room, message: 'Hi' })
        await person.expectError(command, room)
        person.send('/nick')
        await person.expect({ command: '/nicknameSet', nickname: person.name, room: '' })
        const names = await person.members()
        if (!names.includes(person.name))
          throw new CheckFailure(`${person.name} among the members`, names.join(' '))
      }),
  ),
  jsonIrcCheck('J1', '/close works before /nick', async (party) => {
    const person = await party.connect()
    person.send('/close')
    await person.peer.closed()
  }),
  jsonIrcCheck('J2', 'a free name gets /nicknameSet', async (party) => {
    await party.named()
  }),
  jsonIrcCheck('J2', 'a name that is taken gets /nickFail, and another one can be tried', async (party) => {
    const amy = await party.named()
    const bob = await party.connect()
    for (let round = 0; round < 2; round++) {
      bob.send('/nick', { nickname: amy.name })
      await bob.expect({ command: '/nickFail', nickname: amy.name, room: '', message: /./ })
    }
    bob.send('/nick')
    await bob.expect({ command: '/nicknameSet', nickname: bob.name, room: '' })
  }),
  ...NOT_NAMES.map(([what, name]) =>
    jsonIrcCheck('J2', `${what} is no name and gets /nickFail`, async (party) => {
      const person = await party.connect()
      person.send('/nick', { nickname: name })
      // M3: what must not pass does not come back either.
      const came = await person.expect({ command: '/nickFail', room: '', message: /./ })
      if (!CONTROL.test(name) && came.nickname !== name) {
        throw new CheckFailure(`the nickname ${JSON.stringify(name)}`, JSON.stringify(came.nickname))
      }
      person.send('/nick')
      await person.expect({ command: '/nicknameSet', nickname: person.name, room: '' })
    }),
  ),
  jsonIrcCheck('J2', 'further /nick after success are ignored', async (party) => {
    const [amy, bob] = await party.pair()
    for (const nickname of [party.name(), bob.name, amy.name, '']) bob.send('/nick', { nickname })
    await bob.expectStays()
    await amy.expectStays()
  }),
  jsonIrcCheck('J8', 'the nickname in a message is ignored: the session’s goes out', async (party) => {
    const [amy, bob, room] = await party.pair()
    for (const nickname of [amy.name, '', party.name(), 'not a name']) {
      bob.send('/broadcast', { nickname, room, message: 'Hi' })
      await amy.expectSaid(bob, room, 'Hi')
      bob.send('/direct', { nickname, room: amy.name, message: 'psst' })
      await amy.expectDirect(bob, 'psst')
    }
  }),
  jsonIrcCheck('N1', 'names that differ in case alone are two names', async (party) => {
    const name = party.name()
    await party.namedAs(name.toUpperCase())
    await party.namedAs(name.toLowerCase())
  }),
  jsonIrcCheck('N2', 'a name of 32 characters, and one with any printable sign, are names', async (party) => {
    await party.namedAs(party.name().padEnd(32, 'x'))
    await party.namedAs(`${party.name()}!"#$%&'()*+,-./`)
    await party.namedAs(`${party.name()}:;<=>?@[\\]^_\`{|}~`)
  }),
  jsonIrcCheck('N3', `of ${CLAIMS_AT_ONCE} who ask for a name at once, one gets it`, async (party) => {
    const name = party.name()
    const people = await Promise.all(Array.from({ length: CLAIMS_AT_ONCE }, () => party.connect(name)))
    for (const person of people) person.send('/nick')
    const answers = await Promise.all(
      people.map((one) => one.expect({ command: /^\/nick(nameSet|Fail)$/, nickname: name })),
    )
    const won = answers.filter(({ command }) => command === '/nicknameSet').length
    if (won !== 1) throw new CheckFailure('/nicknameSet once', `/nicknameSet ${won} times`)
  }),
  jsonIrcCheck(
    'N3',
    'a name is free again when its owner has gone, and not before that is told',
    async (party) => {
      const [amy, bob, room] = await party.pair()
      bob.send('/close')
      await amy.expectLeft(bob.name, room)
      await party.namedAs(bob.name)
    },
  ),
  jsonIrcCheck('N4', 'what every object inherits is a name and a room like any other', async (party) => {
    const amy = await party.named()
    for (const name of INHERITED) {
      amy.direct(name, 'Hi')
      await amy.expectError('/direct', name)
      amy.send('/leaveRoom', { room: name })
      await amy.expectError('/leaveRoom', name)
      await amy.join(name)
      amy.send('/leaveRoom', { room: name })
      await amy.expectLeft(amy.name, name)
      const other = await party.namedAs(name)
      amy.direct(name, 'Hi')
      await other.expectDirect(amy, 'Hi')
      other.send('/close')
      await other.peer.closed()
      party.names.delete(name)
      await party.settled()
    }
  }),
]
