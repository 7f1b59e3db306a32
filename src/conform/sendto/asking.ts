/** Login, list, logout, and what is malformed. Rules S1–S3, S5 and S6, and N1–N4 as they show here. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { Person, pair } from './person.js'
import { FAILURE, LIST, LOGIN, LOGOUT, MALFORMED, message, OK, RESPONSE, SENDTO } from './wire.js'

const NOT_NAMES: readonly [what: string, name: string | Buffer][] = [
  ['nothing at all', ''],
  ['a space alone', ' '],
  ['a space inside', 'two words'],
  ['21 bytes', 'x'.repeat(21)],
  ['255 bytes', 'x'.repeat(255)],
  ['an escape sequence', '\x1b[2J'],
  ['a tab inside', 'a\tb'],
  ['a NUL inside', 'a\0b'],
  ['DEL', 'a\x7f'],
  ['a letter beyond ASCII', 'Zoë'],
  ['a byte above 0x7E', Buffer.from('caf\xe9', 'latin1')],
]

/** Where an object is used as a map, these are there before anybody comes. */
const INHERITED = ['constructor', 'toString', 'hasOwnProperty', '__proto__']

const CLAIMS_AT_ONCE = 20

export const ASKING: readonly Check[] = [
  {
    rule: 'S1',
    title: 'every message gets exactly one answer, in order, also when many come in one write',
    async run(context) {
      const person = await Person.connect(context)
      const login = message(LOGIN, person.name)
      const round = [login, message(LIST), login, message(9, 'x', 'y'), message(LOGOUT), message(LOGOUT)]
      const rounds = 20
      person.send(...Array.from({ length: rounds }, () => round).flat())
      for (let time = 0; time < rounds; time++) {
        await person.expectStatus(OK, 'LOGIN')
        const names = await person.listed()
        if (!names.includes(person.name)) throw new CheckFailure(`LIST with ${person.name}`, names.join(' '))
        await person.expectStatus(FAILURE, 'a second LOGIN')
        await person.expectStatus(MALFORMED, 'type 9')
        await person.expectStatus(OK, 'LOGOUT')
        await person.expectStatus(FAILURE, 'a second LOGOUT')
      }
      await person.expectNothingMore()
    },
  },
  {
    rule: 'S1',
    title: 'messages that come byte by byte get the same answers',
    async run(context) {
      const person = await Person.connect(context)
      const { name } = person
      const bytes = Buffer.concat([message(LOGIN, name), message(SENDTO, name, 'é'), message(7, 'x', 'yz')])
      for (const byte of bytes) {
        person.send(Buffer.of(byte))
        await new Promise(setImmediate)
      }
      await person.expectStatus(OK, 'LOGIN')
      await person.expectSaid(name, 'é')
      await person.expectStatus(OK, 'SENDTO to oneself')
      await person.expectStatus(MALFORMED, 'type 7')
    },
  },
  {
    rule: 'S2',
    title: 'LOGIN with a free name is ok, and the name is listed',
    async run(context) {
      const person = await Person.login(context)
      await person.expectListed([person.name])
    },
  },
  {
    rule: 'S2',
    title: 'LOGIN with a name that is taken is a failure, and another one may be asked for',
    async run(context) {
      const [amy, bob] = [await Person.login(context), await Person.connect(context)]
      await bob.asks(message(LOGIN, amy.name), FAILURE, 'the name is taken')
      await bob.asks(message(LOGIN, bob.name), OK, 'the name is free')
    },
  },
  {
    rule: 'S2',
    title: 'LOGIN when logged in is a failure, and the name stays',
    async run(context) {
      const bob = await Person.login(context)
      for (const name of [bob.name, context.freshName()]) {
        await bob.asks(message(LOGIN, name), FAILURE, 'already logged in on this connection')
      }
      await bob.expectListed([bob.name])
    },
  },
  ...NOT_NAMES.map(
    ([what, name]): Check => ({
      rule: 'S2',
      title: `LOGIN with ${what} is malformed, and another name may be asked for`,
      async run(context) {
        const person = await Person.connect(context)
        await person.asks(message(LOGIN, name), MALFORMED, 'not a name')
        await person.asks(message(LOGIN, person.name), OK, 'the name is free')
      },
    }),
  ),
  {
    rule: 'S2',
    title: 'names of 20 bytes and with any printable sign are names, and case counts',
    async run(context) {
      const name = context.freshName()
      const names = [
        name,
        name.toUpperCase(),
        name.padEnd(20, 'x'),
        `${name}!"#$%&'()*`,
        `${name}+,-./:;<=>?`,
      ]
      const people = []
      for (const one of [...names, `${name}@[\\]^_\`{|}~`]) people.push(await Person.login(context, one))
      await people[0]?.expectListed(people.map((person) => person.name))
    },
  },
  {
    rule: 'S2',
    title: 'padding behind a name is no part of it (M3)',
    async run(context) {
      for (const padding of ['\n', '\r\n', '\0\0']) {
        const person = await Person.connect(context)
        await person.asks(message(LOGIN, person.name + padding), OK, 'trimmed')
        await person.expectListed([person.name])
      }
    },
  },
  {
    rule: 'N3',
    title: `of ${CLAIMS_AT_ONCE} who ask for a name at once, one gets it`,
    async run(context) {
      const name = context.freshName()
      const claims = Array.from({ length: CLAIMS_AT_ONCE }, () => Person.connect(context, name))
      const people = await Promise.all(claims)
      for (const person of people) person.send(message(LOGIN, name))
      const answers = await Promise.all(people.map((person) => person.next('RESPONSE')))
      const accepted = answers.filter(({ type, text }) => type === RESPONSE && text[0] === OK).length
      if (accepted !== 1) throw new CheckFailure('RESPONSE 0 once', `RESPONSE 0 ${accepted} times`)
    },
  },
  {
    rule: 'N4',
    title: 'what every object inherits is a name like any other',
    async run(context) {
      const bob = await Person.login(context)
      for (const name of INHERITED) {
        await bob.asks(message(SENDTO, name, 'x'), FAILURE, `nobody is called ${name}`)
        const other = await Person.login(context, name)
        await bob.expectListed([name])
        await other.asks(message(LOGOUT), OK, 'was logged in')
        await context.settled()
      }
    },
  },
  {
    rule: 'S3',
    title: 'LIST works without a login, and has who is logged in and nobody else',
    async run(context) {
      const [amy, stranger] = [await Person.login(context), await Person.connect(context)]
      await stranger.expectListed([amy.name], [stranger.name])
      await amy.asks(message(LOGOUT), OK, 'was logged in')
      await context.settled()
      await stranger.expectListed([], [amy.name])
    },
  },
  {
    rule: 'S3',
    title: 'LIST is sorted by byte value, one name a line, with no line feed behind the last',
    async run(context) {
      const name = context.freshName()
      const names = [`~${name}`, name.toUpperCase(), name, `!${name}`, `_${name}`]
      for (const one of names) await Person.login(context, one)
      // Whether it is sorted is looked at in every list.
      await (await Person.connect(context)).expectListed(names)
    },
  },
  {
    rule: 'S5',
    title: 'LOGOUT is ok, frees the name and keeps the connection: LIST and LOGIN still work',
    async run(context) {
      const [amy, bob] = await pair(context)
      await bob.asks(message(LOGOUT), OK, 'was logged in')
      await bob.expectListed([amy.name], [bob.name])
      await Person.login(context, bob.name)
      await bob.asks(message(LOGIN, bob.name), FAILURE, 'somebody else has the name now')
      const again = context.freshName()
      await bob.asks(message(LOGIN, again), OK, 'the name is free')
      await bob.asks(message(SENDTO, amy.name, 'back'), OK, 'the receiver is here')
      await amy.expectSaid(again, 'back')
    },
  },
  {
    rule: 'S5',
    title: 'LOGOUT without a login is a failure',
    async run(context) {
      const person = await Person.connect(context)
      await person.asks(message(LOGOUT), FAILURE, 'not logged in')
      await person.asks(message(LOGIN, person.name), OK, 'the name is free')
    },
  },
  {
    rule: 'S5',
    title: 'the end of a connection frees the name',
    async run(context) {
      for (const how of ['end', 'reset'] as const) {
        const bob = await Person.login(context)
        bob.peer[how]()
        await bob.peer.closed().catch(() => {})
        const other = await Person.connect(context, bob.name)
        for (let attempt = 0; ; attempt++) {
          other.send(message(LOGIN, bob.name))
          const came = await other.next('RESPONSE 0')
          if (came.text[0] === OK) break
          if (attempt === 50)
            throw new CheckFailure('RESPONSE 0: the name is free', 'RESPONSE 1 again and again')
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    },
  },
  {
    rule: 'S6',
    title: 'an unknown type is malformed, and what follows it is found',
    async run(context) {
      const person = await Person.login(context)
      for (const type of [0, RESPONSE, 6, 127, 128, 255]) {
        person.send(message(type), message(type, 'Bob', 'x'.repeat(3000)))
        await person.expectStatus(MALFORMED, `type ${type}`)
        await person.expectStatus(MALFORMED, `type ${type} with a name and a text`)
        await person.expectListed([person.name])
      }
    },
  },
  {
    rule: 'S6',
    title: 'a name length above 20 is malformed in every message, and what follows it is found',
    async run(context) {
      const person = await Person.login(context)
      for (const type of [LOGIN, LIST, SENDTO, LOGOUT]) {
        for (const bytes of [21, 255]) {
          await person.asks(
            message(type, 'n'.repeat(bytes), 'x'.repeat(3000)),
            MALFORMED,
            `a name of ${bytes}`,
          )
          await person.expectListed([person.name])
        }
      }
    },
  },
  {
    rule: 'S6',
    title: 'also in the first message of a connection, and with all that the lengths can say',
    async run(context) {
      const person = await Person.connect(context)
      await person.asks(message(255, 'n'.repeat(255), 'x'.repeat(65_535)), MALFORMED, 'type 255')
      await person.asks(message(LOGIN, person.name), OK, 'the name is free')
    },
  },
]
