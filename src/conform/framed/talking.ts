/** What people say to each other, and who is here. Rules F4–F9 and F11, and M3 as it shows here. */

import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { framedCheck } from './framed-check.js'
import { leaving } from './party.js'
import { DIRECT, ERROR, LEAVE, LIST, MAX_PAYLOAD, MESSAGE, shown } from './wire.js'

const NOT_TEXT: readonly [what: string, text: string][] = [
  ['a NUL inside', 'a\0b'],
  ['BEL', 'a\x07'],
  ['an escape sequence', '\x1b[2J'],
  ['a line feed inside', 'a\nb'],
  ['a carriage return inside', 'a\rb'],
  ['DEL', 'a\x7f'],
  ['UTF-8', 'caf\xc3\xa9'],
  ['the byte 0x9B', '\x9b2J'],
  ['the byte 0xFF', '\xff'],
]

const PADDINGS: readonly [what: string, padding: string][] = [
  ['a line feed', '\n'],
  ['CR LF', '\r\n'],
  ['NULs', '\0\0\0\0'],
  ['a line feed and a NUL', '\n\0'],
]

/** In front of the text, in the form that the page counts with (F6). */
function roomFor(name: string): number {
  return MAX_PAYLOAD - name.length - '[] '.length
}

export const TALKING: readonly Check[] = [
  framedCheck('F4', 'everybody else gets what somebody says, with the name in front', async (party) => {
    const [amy, bob, carl] = await party.three()
    bob.send(MESSAGE, 'Hi')
    for (const other of [amy, carl]) await other.expectSaid(MESSAGE, bob.name, 'Hi')
  }),
  framedCheck('F4', 'nobody gets their own', async (party) => {
    const [amy, bob] = await party.pair()
    bob.send(MESSAGE, 'Hi')
    await amy.expectSaid(MESSAGE, bob.name, 'Hi')
    await bob.expectNothing('nothing of their own')
  }),
  framedCheck('F4', 'a text is passed on as it is', async (party) => {
    const [amy, bob] = await party.pair()
    for (const text of [
      '  spaces  in  it  ',
      '[Bob] Hi',
      'Bob: Hi',
      '@all',
      '/quit',
      '%s %n',
      '"\\',
      '~!#$',
    ]) {
      bob.send(MESSAGE, text)
      await amy.expectSaid(MESSAGE, bob.name, text)
    }
  }),
  framedCheck('F5', 'a MESSAGE of length 0 says nothing', async (party) => {
    const [amy, bob] = await party.pair()
    bob.send(MESSAGE)
    await bob.expectNothing('nothing for an empty MESSAGE')
    await bob.expectStays()
    bob.send(MESSAGE, 'after')
    await amy.expectSaid(MESSAGE, bob.name, 'after')
  }),
  framedCheck('F6', 'the longest text that fits a frame is passed on', async (party) => {
    const [amy, bob] = await party.pair()
    const text = 'x'.repeat(roomFor(bob.name))
    bob.send(MESSAGE, text)
    await amy.expectSaid(MESSAGE, bob.name, text)
  }),
  framedCheck(
    'F6',
    'a text that does not fit gets an ERROR that names the limit, and is not passed on',
    async (party) => {
      const [amy, bob] = await party.pair()
      bob.send(DIRECT, `${bob.name} note`)
      await bob.expectSaid(DIRECT, bob.name, 'note')
      // With a colon, less stands in front: how much is too much there, the page leaves open.
      const tooLong = party.style === 'brackets' ? [roomFor(bob.name) + 1, MAX_PAYLOAD] : [MAX_PAYLOAD]
      for (const length of tooLong) {
        bob.send(MESSAGE, 'x'.repeat(length))
        const words = 'ERROR "Message too long…" with the limit in it'
        await bob.expectLike(ERROR, /^Message too long.*\d/, words)
      }
      await bob.expectStays()
      bob.send(MESSAGE, 'after')
      await amy.expectSaid(MESSAGE, bob.name, 'after')
    },
  ),
  ...NOT_TEXT.map(([what, text]) =>
    framedCheck(
      'F7',
      `${what} gets an ERROR, in a MESSAGE and in a DIRECT, and is not passed on`,
      async (party) => {
        const [amy, bob] = await party.pair()
        for (const [command, payload] of [
          [MESSAGE, text],
          [DIRECT, `${amy.name} ${text}`],
        ] as const) {
          // One more sign, so that nothing at the end passes as padding (M3).
          bob.send(command, `${payload}.`)
          await bob.expectLike(ERROR, /./, 'ERROR in words')
        }
        await bob.expectStays()
        bob.send(MESSAGE, 'after')
        await amy.expectSaid(MESSAGE, bob.name, 'after')
      },
    ),
  ),
  ...PADDINGS.map(([what, padding]) =>
    framedCheck('M3', `${what} at the end of a name or a text is taken off`, async (party) => {
      const amy = await party.join()
      const name = party.name()
      const bob = await party.connect(name)
      await bob.expectStatus(name + padding, 0, 'accepted')
      bob.send(MESSAGE, `Hi${padding}`)
      bob.send(DIRECT, `${amy.name} Hi${padding}`)
      await amy.expectLike(MESSAGE, /joining/, `MESSAGE "**${name} is joining the chat**"`)
      await amy.expectSaid(MESSAGE, name, 'Hi')
      await amy.expectSaid(DIRECT, name, 'Hi')
    }),
  ),
  framedCheck('M3', 'a tab is text', async (party) => {
    const [amy, bob] = await party.pair()
    bob.send(MESSAGE, 'a\tb')
    await amy.expectSaid(MESSAGE, bob.name, 'a\tb')
  }),
  framedCheck('F8', 'LIST has everybody, sorted by byte value, with single spaces', async (party) => {
    const amy = await party.join()
    const upper = party.name().toUpperCase()
    party.names.push(upper)
    await party.join(upper)
    await party.join(`${party.name()}~`)
    await party.join(`~${party.name()}`)
    await party.join(`!${party.name()}`)
    await amy.expectLike(MESSAGE, /joining/, 'four announcements')
    for (let more = 0; more < 3; more++) await amy.expectLike(MESSAGE, /joining/, 'four announcements')
    const names = await amy.list()
    const sorted = [...names].sort((a, b) => (a < b ? -1 : 1))
    const shownNames = `LIST "${names.join(' ')}"`
    if (names.includes('')) throw new CheckFailure('LIST with single spaces', shownNames)
    if (sorted.some((name, at) => name !== names[at])) {
      throw new CheckFailure(`LIST "${sorted.join(' ')}"`, shownNames)
    }
    const ours = names.filter((name) => party.names.some((known) => name.includes(known)))
    if (ours.length !== 5) throw new CheckFailure('LIST with all five of the check', shownNames)
  }),
  framedCheck('F8', 'who has gone is no longer listed, and who has no name is not', async (party) => {
    const [amy, bob] = await party.pair()
    const nameless = await party.connect()
    bob.send(LEAVE)
    await amy.expect(MESSAGE, leaving(bob.name))
    const gone = (await amy.list()).find((name) => name === bob.name || name === nameless.name)
    if (gone !== undefined) throw new CheckFailure(`LIST without ${gone}`, `LIST with ${gone}`)
  }),
  framedCheck('F8', 'a payload of LIST is ignored', async (party) => {
    const amy = await party.join()
    amy.send(LIST, 'everybody\x1b\xff')
    if (!(await amy.listed()).includes(amy.name)) throw new CheckFailure('LIST with names', 'LIST without')
  }),
  framedCheck('F8', 'bare=on: LIST may come as a lone byte', async (party) => {
    const amy = await party.join()
    if (amy.peer.isCarried) throw new NotApplicable('over WebSocket every frame comes whole')
    amy.peer.write(Buffer.of(LIST))
    const quiet = await amy.expectNothing().then(
      () => true,
      () => false,
    )
    if (quiet) throw new NotApplicable('the server waits for the rest of the header')
    amy.peer.write(Buffer.of(LIST))
    await amy.listed()
    await amy.expectStays()
  }),
  framedCheck('F9', 'DIRECT goes to one person alone, with or without @', async (party) => {
    const [amy, bob, carl] = await party.three()
    for (const at of ['', '@']) {
      bob.send(DIRECT, `${at}${amy.name} a word`)
      await amy.expectSaid(DIRECT, bob.name, 'a word')
    }
    await bob.expectNothing('nothing for the sender')
    await carl.expectNothing('nothing for others')
  }),
  framedCheck('F9', 'DIRECT to nobody gets the ERROR "No such user: NAME"', async (party) => {
    const [amy, bob] = await party.pair()
    for (const nobody of [party.name(), amy.name.toUpperCase()]) {
      bob.send(DIRECT, `${nobody} Hi`)
      await bob.expect(ERROR, `No such user: ${nobody}`)
    }
    await bob.expectStays()
  }),
  framedCheck('F9', 'DIRECT without a name or without a text gets an ERROR', async (party) => {
    const [amy, bob] = await party.pair()
    for (const payload of ['', ' ', amy.name, `${amy.name} `, `@${amy.name}`, '@ Hi', ' Hi']) {
      bob.send(DIRECT, payload)
      await bob.expectLike(ERROR, /./, `ERROR for ${shown({ command: DIRECT, text: payload })}`)
    }
    await bob.expectStays()
    bob.send(DIRECT, `${amy.name} after`)
    await amy.expectSaid(DIRECT, bob.name, 'after')
  }),
  framedCheck('F9', 'DIRECT to oneself is delivered', async (party) => {
    const bob = await party.join()
    bob.send(DIRECT, `${bob.name} note`)
    await bob.expectSaid(DIRECT, bob.name, 'note')
  }),
  framedCheck(
    'F11',
    'an unknown command gets an ERROR with its number, and its payload is skipped',
    async (party) => {
      const [amy, bob] = await party.pair()
      for (const command of [6, 7, 0x7f, 0xff]) {
        bob.send(command, `\x02\0\x02Hi${'x'.repeat(2000)}`)
        await bob.expect(ERROR, `Unsupported command ${command}`)
      }
      bob.send(7)
      await bob.expect(ERROR, 'Unsupported command 7')
      await bob.expectStays()
      bob.send(MESSAGE, 'after')
      await amy.expectSaid(MESSAGE, bob.name, 'after')
    },
  ),
  framedCheck('F11', 'ERROR from a client is unsupported', async (party) => {
    const bob = await party.join()
    bob.send(ERROR, 'Hi')
    await bob.expect(ERROR, 'Unsupported command 5')
    await bob.expectStays()
  }),
]
