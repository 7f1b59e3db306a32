/** Messages: to whom they go, what may be in them, and how they come. Rules C4–C6, and M1–M5 as they show here. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { chatroomCheck } from './party.js'
import { MESSAGE_FAILED, SENT, SERVER_ERROR } from './wire.js'

const GOOD_TEXTS: readonly [what: string, text: string][] = [
  ['one character', 'x'],
  ['500 characters', 'x'.repeat(500)],
  ['500 characters beyond the first 65,536', '\u{1f600}'.repeat(500)],
  ['letters of many scripts', 'é 汉字 Ω ع'],
  ['quotes and backslashes', '"\\" \\n'],
  ['a tab', 'a\tb'],
  ['spaces around', '  Hi  '],
]

const BAD_TEXTS: readonly [what: string, text: string][] = [
  ['nothing', ''],
  ['white space alone', ' \u00a0\u3000 '],
  ['501 characters', 'x'.repeat(501)],
  ['NUL inside', 'a\0b'],
  ['an escape sequence', '\x1b[2Jx'],
  ['a line feed inside', 'a\nb'],
  ['a carriage return inside', 'a\rb'],
  ['DEL', 'a\x7fb'],
  ['C1', 'a\u009bb'],
  ['half a surrogate pair', 'a\ud800b'],
]

export const TALKING: readonly Check[] = [
  chatroomCheck('C4', '@everyone goes to all others, not to the sender', async (party) => {
    const [amy, bob, carl] = await party.three()
    const id = await bob.say()
    for (const other of [amy, carl]) await other.expectSaid(bob, id)
    await bob.expectNothing('nothing of their own')
  }),
  chatroomCheck(
    'C4',
    '@a @b goes to those people alone, each once, with a header of their own',
    async (party) => {
      const [amy, bob, carl] = await party.three()
      const dan = await party.join()
      for (const one of [amy, bob, carl]) await one.push('JOIN')
      const header = `@${amy.name} @${carl.name} @${amy.name}`
      const id = await bob.say({ header })
      for (const other of [amy, carl]) await other.expectSaid(bob, id, { header: `@${other.name}` })
      for (const one of [amy, bob, carl, dan]) await one.expectNothing()
    },
  ),
  chatroomCheck('C4', '@everyone anywhere among the headers overrides the rest', async (party) => {
    const [amy, bob, carl] = await party.three()
    for (const header of [`@everyone @${amy.name}`, `@${amy.name} @everyone`, '@everyone @everyone']) {
      const id = await bob.say({ header })
      for (const other of [amy, carl]) await other.expectSaid(bob, id)
    }
  }),
  chatroomCheck('C4', 'no header at all is said to be so, and nothing is sent', async (party) => {
    const [amy, bob] = await party.pair()
    for (const header of ['', ' ', amy.name, 'everyone'])
      await bob.ask(`SEND ${bob.said({ header })}`, bob.noHeader)
    await bob.ask(`SEND {"sender":"${bob.name}","timestamp":"","message":"Hi"}`, bob.noHeader)
    await amy.expectNothing()
  }),
  chatroomCheck('C4', 'with somebody who is not there, nothing is sent to anyone', async (party) => {
    const [amy, bob] = await party.pair()
    for (const nobody of [party.name(), amy.name.toUpperCase(), '__proto__']) {
      await bob.ask(`SEND ${bob.said({ header: `@${nobody}` })}`, SERVER_ERROR)
      await bob.ask(`SEND ${bob.said({ header: `@${amy.name} @${nobody}` })}`, SERVER_ERROR)
    }
    await amy.expectNothing()
  }),
  ...GOOD_TEXTS.map(([what, message]) =>
    chatroomCheck('C5', `${what}: delivered as it is`, async (party) => {
      const [amy, bob] = await party.pair()
      await amy.expectSaid(bob, await bob.say({ message }), { message })
    }),
  ),
  ...BAD_TEXTS.map(([what, message]) =>
    chatroomCheck('C5', `${what}: refused, and not delivered`, async (party) => {
      const [amy, bob] = await party.pair()
      await bob.ask(`SEND ${bob.said({ message })}`, MESSAGE_FAILED)
      await amy.expectSaid(bob, await bob.say({ message: 'after' }), { message: 'after' })
    }),
  ),
  chatroomCheck('C5', 'broken JSON, a missing or wrong-typed field: refused', async (party) => {
    const [amy, bob] = await party.pair()
    const whole = { sender: bob.name, header: `@${amy.name}`, timestamp: '', message: 'Hi' }
    for (const json of ['{', 'Hi', 'null', '[]', '{}', `${JSON.stringify(whole)}}`])
      await bob.ask(`SEND ${json}`, MESSAGE_FAILED)
    for (const key of ['sender', 'timestamp', 'message']) {
      const { [key]: _, ...rest } = whole as Record<string, string>
      await bob.ask(`SEND ${JSON.stringify(rest)}`, MESSAGE_FAILED)
    }
    for (const key of Object.keys(whole))
      await bob.ask(`SEND ${JSON.stringify({ ...whole, [key]: 5 })}`, MESSAGE_FAILED)
    await amy.expectNothing()
  }),
  chatroomCheck('N5', 'nobody sends as somebody else', async (party) => {
    const [amy, bob] = await party.pair()
    for (const sender of [amy.name, party.name(), '', bob.name.toUpperCase()])
      await bob.ask(`SEND ${bob.said({ sender })}`, MESSAGE_FAILED)
    await amy.expectNothing()
  }),
  chatroomCheck('M3', 'control characters are refused in the timestamp and the header too', async (party) => {
    const [amy, bob] = await party.pair()
    await bob.ask(`SEND ${bob.said({ timestamp: '1\x1b2' })}`, MESSAGE_FAILED)
    await bob.ask(`SEND ${bob.said({ header: `@${amy.name} \x1b@${amy.name}` })}`, MESSAGE_FAILED)
    await amy.expectNothing()
  }),
  chatroomCheck('M3', 'a line end at the end of a text is taken off', async (party) => {
    const [amy, bob] = await party.pair()
    await amy.expectSaid(bob, await bob.say({ message: 'Hi\r\n' }))
  }),
  chatroomCheck(
    'C6',
    'the timestamp is the sender’s own, and SENT follows its answer directly',
    async (party) => {
      const [amy, bob] = await party.pair()
      for (const timestamp of ['9:05 am', '', 'half past nine']) {
        await amy.expectSaid(bob, await bob.say({ timestamp }), { timestamp })
      }
    },
  ),
  chatroomCheck('M1', 'every message has an id of its own, and they sort in order', async (party) => {
    const [, bob] = await party.pair()
    const ids: string[] = []
    for (let at = 0; at < 20; at++) ids.push(await bob.say())
    const sorted = [...new Set(ids)].sort()
    if (sorted.join() !== ids.join()) throw new CheckFailure('20 ids in ascending order', ids.join(' '))
  }),
  chatroomCheck(
    'M5',
    'messages arrive in the order in which they were sent, whatever mix it is',
    async (party) => {
      const [amy, bob] = await party.pair()
      const messages = Array.from({ length: 50 }, (_, at) => ({
        message: `text ${at}`,
        header: at % 2 === 0 ? '@everyone' : `@${amy.name}`,
      }))
      bob.send(...messages.map((fields) => `SEND ${bob.said(fields)}`))
      for (const fields of messages) {
        await bob.expect(SENT)
        await amy.expectSaid(bob, await bob.sentId(fields), fields)
      }
    },
  ),
]
