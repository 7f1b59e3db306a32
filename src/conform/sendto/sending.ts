/** What people say to each other in messages. Rules S4 and S7, and M3 and M5 as they show here. */

import type { Check } from '../check.js'
import { Person, pair } from './person.js'
import { FAILURE, LOGOUT, MALFORMED, MAX_TEXT, message, OK, SENDTO } from './wire.js'

const BAD_TEXTS: readonly [what: string, text: string | Buffer][] = [
  ['nothing', ''],
  ['padding alone', '\r\n\0'],
  ['a line feed inside', 'a\nb'],
  ['a carriage return inside', 'a\rb'],
  ['a NUL inside', 'a\0b'],
  ['an escape sequence', '\x1b[2J'],
  ['DEL', 'a\x7f'],
  ['C1', 'a\u009bb'],
  ['a byte that is not UTF-8', Buffer.from('caf\xe9', 'latin1')],
]

export const SENDING: readonly Check[] = [
  {
    rule: 'S4',
    title: 'SENDTO is ok, and its receiver alone gets it',
    async run(context) {
      const [amy, bob] = await pair(context)
      const carl = await Person.login(context)
      await bob.asks(message(SENDTO, amy.name, 'Hi how are you?'), OK, 'the receiver is here')
      await amy.expectSaid(bob.name, 'Hi how are you?')
      for (const one of [amy, bob, carl]) await one.expectNothingMore()
    },
  },
  {
    rule: 'S4',
    title: 'SENDTO to oneself is delivered, and answered',
    async run(context) {
      const bob = await Person.login(context)
      bob.send(message(SENDTO, bob.name, 'note'))
      await bob.expectSaid(bob.name, 'note')
      await bob.expectStatus(OK, 'the receiver is here')
    },
  },
  {
    rule: 'S4',
    title: 'SENDTO without a login is a failure, also after LOGOUT',
    async run(context) {
      const [amy, bob] = await pair(context)
      const stranger = await Person.connect(context)
      await bob.asks(message(LOGOUT), OK, 'was logged in')
      for (const one of [stranger, bob]) {
        await one.asks(message(SENDTO, amy.name, 'psst'), FAILURE, 'not logged in')
      }
      await amy.expectNothingMore()
    },
  },
  {
    rule: 'S4',
    title: 'SENDTO to nobody is a failure; case counts',
    async run(context) {
      const [amy, bob] = await pair(context)
      for (const name of [context.freshName(), amy.name.toUpperCase(), `${amy.name}x`]) {
        await bob.asks(message(SENDTO, name, 'x'), FAILURE, 'nobody has that name')
      }
      await amy.expectNothingMore()
    },
  },
  ...BAD_TEXTS.map(
    ([what, text]): Check => ({
      rule: 'S4',
      title: `SENDTO with ${what} as its text is malformed, and nothing arrives`,
      async run(context) {
        const [amy, bob] = await pair(context)
        await bob.asks(message(SENDTO, amy.name, text), MALFORMED, 'not a text')
        await amy.expectNothingMore()
        await bob.asks(message(SENDTO, amy.name, 'after'), OK, 'the receiver is here')
        await amy.expectSaid(bob.name, 'after')
      },
    }),
  ),
  {
    rule: 'S4',
    title: 'text is UTF-8, a tab is text, and padding behind it is no part of it (M3)',
    async run(context) {
      const [amy, bob] = await pair(context)
      for (const text of ['très bien', 'Ċ', '你好', '😀', 'a\tb', ' ', ' spaces ']) {
        await bob.asks(message(SENDTO, amy.name, text), OK, 'the receiver is here')
        await amy.expectSaid(bob.name, text)
      }
      for (const padding of ['\n', '\r\n', '\0\0']) {
        await bob.asks(message(SENDTO, amy.name, `Hi${padding}`), OK, 'the receiver is here')
        await amy.expectSaid(bob.name, 'Hi')
      }
    },
  },
  {
    rule: 'S4',
    title: 'a text of 65,535 bytes goes through whole',
    async run(context) {
      const [amy, bob] = await pair(context)
      for (const text of ['x'.repeat(MAX_TEXT), '你'.repeat(MAX_TEXT / 3)]) {
        await bob.asks(message(SENDTO, amy.name, text), OK, 'the receiver is here')
        await amy.expectSaid(bob.name, text)
      }
    },
  },
  {
    rule: 'M5',
    title: 'what one says to two others reaches each in the order in which it was said',
    async run(context) {
      const [amy, bob] = await pair(context)
      const carl = await Person.login(context)
      const numbers = Array.from({ length: 200 }, (_, n) => n)
      carl.send(...numbers.map((n) => message(SENDTO, (n % 3 === 0 ? amy : bob).name, `${n}`)))
      for (const n of numbers) await (n % 3 === 0 ? amy : bob).expectSaid(carl.name, `${n}`)
      for (const n of numbers) await carl.expectStatus(OK, `message ${n}`)
    },
  },
  {
    rule: 'S7',
    title: 'a message carries the name of its sender, whatever that is at the time',
    async run(context) {
      const amy = await Person.login(context)
      const long = await Person.login(context, context.freshName().padEnd(20, '~'))
      await long.asks(message(SENDTO, amy.name, '[Bob] Hi'), OK, 'the receiver is here')
      await amy.expectSaid(long.name, '[Bob] Hi')
    },
  },
]
