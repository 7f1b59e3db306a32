/** What people say. Rules X4 and X14, and M3–M5, N5 as they show here. */

import type { Check } from '../check.js'
import { chatmasterCheck as check } from './chatmaster-check.js'
import { command, errorOf, joined, left, message, said } from './wire.js'

const NOT_TEXT: readonly [what: string, text: string][] = [
  ['a NUL inside', 'a\0b'],
  ['BEL', 'a\x07b'],
  ['an escape sequence', '\x1b[2J!'],
  ['a line feed inside', 'a\nb'],
  ['DEL', 'a\x7fb'],
  ['C1', 'a\x9bb'],
]

const direct = (username: string, text: string) => command('direct', { username, message: text })
const NO_SUCH_USER = errorOf('direct', 'No such user.')

export const TALKING: readonly Check[] = [
  check('X4', 'everybody else in the room gets what somebody says', async (party) => {
    const [amy, bob, carl] = await party.people(3)
    bob.send(message('Hi', bob.name))
    for (const other of [amy, carl]) await other.expect(said(bob.name, 'Hi'))
  }),
  check('M4', 'nobody gets their own', async (party) => {
    const [amy, bob] = await party.people(2)
    bob.send(message('Hi', bob.name))
    await amy.expect(said(bob.name, 'Hi'))
    await bob.expectNothing('nothing of their own')
  }),
  check('N5', 'the username is the session’s, whatever the message says', async (party) => {
    const [amy, bob] = await party.people(2)
    bob.send(message('one', amy.name), message('two'))
    await amy.expect(said(bob.name, 'one'), said(bob.name, 'two'))
  }),
  check('X4', 'an empty message is an error of type message, and reaches nobody', async (party) => {
    const [amy, bob] = await party.people(2)
    for (const text of ['', '\r\n']) {
      bob.send(message(text))
      await bob.expectError('message')
    }
    bob.send(message('after'))
    await amy.expect(said(bob.name, 'after'))
  }),
  check('X4', 'a text is passed on as it is, whatever letters it has', async (party) => {
    const [amy, bob] = await party.people(2)
    for (const text of [
      '  spaces  ',
      'a\tb',
      '"\\/',
      '{"type":"x"}',
      'Grüße, 漢字, \u{1f44d}',
      '\u2028',
      '%s',
    ]) {
      bob.send(message(text))
      await amy.expect(said(bob.name, text))
    }
  }),
  ...NOT_TEXT.map(([what, text]) =>
    check('M3', `a text with ${what} is an error of type message, and reaches nobody`, async (party) => {
      const [amy, bob] = await party.people(2)
      bob.send(message(text))
      await bob.expectError('message')
      bob.send(message('after'))
      await amy.expect(said(bob.name, 'after'))
    }),
  ),
  check('M3', 'a line feed or NULs at the end of a text are taken off', async (party) => {
    const [amy, bob] = await party.people(2)
    for (const padding of ['\n', '\r\n', '\0\0']) {
      bob.send(message(`Hi${padding}`))
      await amy.expect(said(bob.name, 'Hi'))
    }
  }),
  check('M5', 'what one says arrives in order, direct or not', async (party) => {
    const [amy, bob] = await party.people(2)
    const numbers = Array.from({ length: 60 }, (_, index) => index)
    bob.send(...numbers.map((n) => (n % 3 === 0 ? direct(amy.name, `#${n}`) : message(`#${n}`))))
    for (const n of numbers) await amy.expect(said(bob.name, `#${n}`, n % 3 === 0 ? { private: true } : {}))
  }),
  check('X14', 'a direct message reaches one person alone, and is marked as private', async (party) => {
    const [amy, bob, carl] = await party.people(3)
    bob.send(direct(amy.name, 'psst'))
    await amy.expect(said(bob.name, 'psst', { private: true }))
    for (const other of [bob, carl]) await other.expectNothing('nothing of a direct message')
  }),
  check('X14', 'a direct message reaches somebody in another room', async (party) => {
    const [amy, bob] = await party.people(2)
    const channel = party.name()
    await amy.ask(command('join', { channel }), joined(amy.name, channel))
    await bob.expect(left(amy.name))
    bob.send(direct(amy.name, 'psst'))
    await amy.expect(said(bob.name, 'psst', { private: true }))
  }),
  check('X14', 'a direct message to nobody is an error', async (party) => {
    const bob = await party.join()
    for (const name of [party.name(), bob.name.toUpperCase(), ''])
      await bob.ask(direct(name, 'psst'), NO_SUCH_USER)
    await bob.expectStays()
  }),
]
