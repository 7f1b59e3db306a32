/** What people say, to rooms and to each other. Rules J5, M3–M6. */

import type { Check } from '../check.js'
import { jsonIrcCheck } from './party.js'

const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at)).join('')

const NOT_READABLE: readonly [what: string, text: string][] = [
  ['an accent', 'caf\u00e9'],
  ['an emoji', '\u{1f600}'],
  ['U+010A', 'a\u010ab'],
  ['a right-to-left override', 'a\u202eb'],
  ['a line feed inside', 'a\nb'],
  ['a carriage return inside', 'a\rb'],
  ['a NUL inside', 'a\0b'],
  ['an escape sequence', '\x1b[2J'],
  ['DEL', 'a\x7fb'],
  ['C1', '\u009b2J'],
]

const MESSAGES = 200

export const TALKING: readonly Check[] = [
  jsonIrcCheck('J5', 'every readable character and tab pass', async (party) => {
    const [amy, bob, room] = await party.pair()
    for (const text of [PRINTABLE, '\tin front', ' ', '{"command":"/close"}', 'x'.repeat(10_000)]) {
      bob.say(room, text)
      await amy.expectSaid(bob, room, text)
      bob.direct(amy.name, text)
      await amy.expectDirect(bob, text)
    }
  }),
  ...NOT_READABLE.map(([what, text]) =>
    jsonIrcCheck('J5', `${what} in a text gets an error reply, and nothing is relayed`, async (party) => {
      const [amy, bob, room] = await party.pair()
      bob.say(room, text)
      await bob.expectError('/broadcast', room)
      bob.direct(amy.name, text)
      await bob.expectError('/direct', amy.name)
      await amy.expectStays()
    }),
  ),
  jsonIrcCheck('M3', 'padding at the end of a text is trimmed', async (party) => {
    const [amy, bob, room] = await party.pair()
    for (const padding of ['\n', '\r\n', '\r', '\0', '\0\0\0']) {
      bob.say(room, `Hi${padding}`)
      await amy.expectSaid(bob, room, 'Hi')
    }
  }),
  jsonIrcCheck('M4', 'a broadcast goes to every other member, and not back', async (party) => {
    const [amy, bob, room] = await party.pair()
    const cyd = await party.named(room)
    for (const one of [amy, bob]) await one.expectJoined(cyd.name, room)
    bob.say(room, 'Hi')
    for (const one of [amy, cyd]) await one.expectSaid(bob, room, 'Hi')
    await bob.expectStays()
  }),
  jsonIrcCheck('M4', 'a broadcast stays in its room', async (party) => {
    const [amy, bob, room] = await party.pair()
    const cyd = await party.named(party.room())
    bob.say(room, 'Hi')
    await amy.expectSaid(bob, room, 'Hi')
    await cyd.expectStays()
  }),
  jsonIrcCheck('M4', '/direct goes to the named person alone', async (party) => {
    const [amy, bob, room] = await party.pair()
    const cyd = await party.named(room)
    for (const one of [amy, bob]) await one.expectJoined(cyd.name, room)
    bob.direct(amy.name, 'psst')
    await amy.expectDirect(bob, 'psst')
    await cyd.expectStays()
    await bob.expectStays()
  }),
  jsonIrcCheck('M5', 'what one session says arrives in its order, over rooms and /direct', async (party) => {
    const [amy, bob, room] = await party.pair()
    const more = party.room()
    await amy.join(more)
    await bob.join(more)
    await amy.expectJoined(bob.name, more)
    for (let count = 0; count < MESSAGES; count++) {
      if (count % 3 === 0) bob.direct(amy.name, `${count}`)
      else bob.say(count % 3 === 1 ? room : more, `${count}`)
    }
    for (let count = 0; count < MESSAGES; count++) {
      await amy.expect({ nickname: bob.name, message: `${count}` })
    }
  }),
  jsonIrcCheck('M6', '/broadcast to a room that one is not in gets an error reply', async (party) => {
    const [amy, , room] = await party.pair()
    const cyd = await party.named()
    cyd.say(room, 'Hi')
    await cyd.expectError('/broadcast', room)
    const nowhere = party.room()
    cyd.say(nowhere, 'Hi')
    await cyd.expectError('/broadcast', nowhere)
    await amy.expectStays()
  }),
  jsonIrcCheck('M6', '/direct to nobody gets an error reply', async (party) => {
    const amy = await party.named()
    const nobody = party.name()
    amy.direct(nobody, 'Hi')
    await amy.expectError('/direct', nobody)
  }),
]
