/** Coming in: the greeting, names and the answers to JOIN. Rules F1–F3, F12, and N1–N4 as they show here. */

import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { shownBytes } from '../shown-bytes.js'
import { framedCheck } from './framed-check.js'
import { joining, leaving } from './party.js'
import { ACCEPTED, DIRECT, ERROR, INVALID, JOIN, LEAVE, LIST, MESSAGE, shown, TAKEN } from './wire.js'

const NOT_NAMES: readonly [what: string, name: string][] = [
  ['nothing at all', ''],
  ['a space alone', ' '],
  ['a space inside', 'two words'],
  ['33 bytes', 'x'.repeat(33)],
  ['an escape sequence', '\x1b[2J'],
  ['a tab inside', 'a\tb'],
  ['a NUL inside', 'a\0b'],
  ['DEL', 'a\x7f'],
  ['a byte above 0x7E', 'caf\xe9'],
]

/** Where an object is used as a map, these are there before anybody comes. */
const INHERITED = ['constructor', 'toString', 'hasOwnProperty', '__proto__']

const CLAIMS_AT_ONCE = 20

export const JOINING: readonly Check[] = [
  framedCheck('F1', 'one MESSAGE names the commands', async (party) => {
    const { greeting } = await party.join()
    if (greeting === null) throw new NotApplicable('the server does not greet')
    for (const word of ['JOIN', 'LEAVE', 'MESSAGE', 'LIST', 'DIRECT']) {
      const named = greeting.command === MESSAGE && greeting.text.toUpperCase().includes(word)
      if (!named) throw new CheckFailure(`a MESSAGE that names ${word}`, shown(greeting))
    }
  }),
  framedCheck('F1', 'nobody else hears of a connection without a name', async (party) => {
    const amy = await party.join()
    const passedOver = amy.passedOver.length
    const nameless = await party.connect()
    nameless.send(LEAVE)
    await nameless.peer.closed()
    await amy.expectNothing('nothing for others')
    const greeting = amy.passedOver.slice(passedOver).find(({ text }) => text === nameless.greeting?.text)
    if (greeting !== undefined) throw new CheckFailure('nothing for others', shown(greeting))
  }),
  framedCheck(
    'F2',
    'a free name is accepted, and then everybody is told, the newcomer too',
    async (party) => {
      const amy = await party.join()
      const bob = await party.join()
      await amy.expect(MESSAGE, joining(bob.name))
      await bob.expectStays()
    },
  ),
  framedCheck('F2', 'a name that is taken gets 01, and another one may be asked for', async (party) => {
    const amy = await party.join()
    const bob = await party.connect()
    await bob.expectStatus(amy.name, TAKEN, 'taken')
    await bob.expectStatus(amy.name, TAKEN, 'still taken')
    await bob.expectStatus(bob.name, ACCEPTED, 'accepted at the third try')
    await amy.expect(MESSAGE, joining(bob.name))
  }),
  ...NOT_NAMES.map(([what, name]) =>
    framedCheck(
      'F2',
      `${what} is not a name and gets 02, and another one may be asked for`,
      async (party) => {
        const person = await party.connect()
        await person.expectStatus(name, INVALID, 'not valid')
        await person.expectStatus(person.name, ACCEPTED, 'accepted at the second try')
      },
    ),
  ),
  framedCheck('F3', 'the answer to JOIN has one form, whatever it says', async (party) => {
    const amy = await party.join()
    const bob = await party.connect()
    const answers = [amy.name, '', bob.name]
    for (const name of answers) bob.send(JOIN, name)
    const expected = Buffer.concat(
      [TAKEN, INVALID, ACCEPTED].map((status) =>
        party.joinReply === 'byte' ? Buffer.of(status) : Buffer.of(JOIN, 0, 1, status),
      ),
    )
    const came = await bob.peer.take(expected.length, shownBytes(expected))
    if (!came.equals(expected)) throw new CheckFailure(shownBytes(expected), shownBytes(came))
    await bob.expect(MESSAGE, joining(bob.name))
  }),
  ...(
    [
      ['MESSAGE', MESSAGE, 'Hi'],
      ['LIST', LIST, ''],
      ['DIRECT', DIRECT, 'Bob Hi'],
    ] as const
  ).map(([what, command, payload]) =>
    framedCheck('F12', `${what} before JOIN gets the ERROR "Join first"`, async (party) => {
      const amy = await party.join()
      const bob = await party.connect()
      bob.send(command, command === DIRECT ? `${amy.name} Hi` : payload)
      await bob.expect(ERROR, 'Join first')
      await bob.expectStatus(bob.name, ACCEPTED, 'accepted afterwards')
      await amy.expect(MESSAGE, joining(bob.name))
    }),
  ),
  framedCheck('F12', 'LEAVE works before JOIN', async (party) => {
    const person = await party.connect()
    person.send(LEAVE)
    await person.peer.closed()
  }),
  framedCheck('F12', 'a second JOIN gets an ERROR, and the name stays', async (party) => {
    const [amy, bob] = await party.pair()
    for (const name of [party.name(), bob.name, amy.name, '']) {
      bob.send(JOIN, name)
      await bob.expect(ERROR, `Already joined as ${bob.name}`)
    }
    bob.send(MESSAGE, 'after')
    await amy.expectSaid(MESSAGE, bob.name, 'after')
  }),
  framedCheck('N1', 'names that differ in case alone are two names', async (party) => {
    const lower = await party.join()
    const upper = party.name().toUpperCase()
    party.names.push(upper, upper.toLowerCase())
    await party.join(upper)
    await party.join(upper.toLowerCase())
    await lower.expect(MESSAGE, joining(upper))
    await lower.expect(MESSAGE, joining(upper.toLowerCase()))
  }),
  framedCheck('N2', 'a name of 32 bytes, and one with any printable sign, are names', async (party) => {
    await party.join(party.name().padEnd(32, 'x'))
    await party.join(`${party.name()}!"#$%&'()*+,-./`)
    await party.join(`${party.name()}:;<=>?@[\\]^_\`{|}~`)
  }),
  framedCheck('N3', `of ${CLAIMS_AT_ONCE} who ask for a name at once, one gets it`, async (party) => {
    const name = party.name()
    const people = await Promise.all(Array.from({ length: CLAIMS_AT_ONCE }, () => party.connect(name)))
    const answers = await Promise.all(people.map((one) => one.ask(name)))
    const accepted = answers.filter((status) => status === ACCEPTED).length
    const taken = answers.filter((status) => status === TAKEN).length
    if (accepted !== 1 || taken !== CLAIMS_AT_ONCE - 1) {
      const expected = `JOIN 00 once and JOIN 01 ${CLAIMS_AT_ONCE - 1} times`
      throw new CheckFailure(expected, `JOIN 00 ${accepted} times and JOIN 01 ${taken} times`)
    }
  }),
  framedCheck(
    'N3',
    'a name is free again when its owner has gone, and not before that is told',
    async (party) => {
      const [amy, bob] = await party.pair()
      bob.send(LEAVE)
      await amy.expect(MESSAGE, leaving(bob.name))
      await party.join(bob.name)
      await amy.expect(MESSAGE, joining(bob.name))
    },
  ),
  framedCheck('N4', 'what every object inherits is a name like any other', async (party) => {
    const person = await party.join()
    for (const name of INHERITED) {
      const other = await party.connect()
      await other.expectStatus(name, ACCEPTED, `accepted: nobody is called ${name}`)
      await party.settled()
      const names = await person.list()
      if (!names.includes(name)) throw new CheckFailure(`LIST with ${name} in it`, names.join(' '))
      other.send(LEAVE)
      await other.peer.closed()
      await party.settled()
      person.send(DIRECT, `${name} Hi`)
      await person.expect(ERROR, `No such user: ${name}`)
    }
  }),
]
