/** How people come in, and under which names. Rules X1–X3, X6, X11, and N1, N3, N4 and M3 as they show here. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { chatmasterCheck as check } from './chatmaster-check.js'
import { expectRefusal, INVALID, login, type Party, TAKEN } from './party.js'
import type { Person } from './person.js'
import { command, errorOf, joined, left, message, notification, said } from './wire.js'

/** What cannot be a name. */
const NO_NAMES: readonly [what: string, name: unknown][] = [
  ['nothing', ''],
  ['a blank', ' '],
  ['a name with a blank', 'a b'],
  ['33 letters', 'x'.repeat(33)],
  ['a letter that is not ASCII', 'é'],
  ['an escape sequence', '\x1b[2J'],
  ['a line feed inside', 'a\nb'],
  ['DEL', 'a\x7f'],
  ['C1', 'a\x9b'],
  ['a number', 5],
  ['null', null],
  ['an array', ['a']],
]

const renamed = (from: string, to: string) =>
  notification('user_rename', { old_username: from, new_username: to })

async function refused(person: Person, name: unknown, reason: string): Promise<void> {
  person.send(login(name))
  expectRefusal(await person.next('an answer to login'), reason)
}

async function inPrivateRoom(party: Party, person: Person, others: readonly Person[]): Promise<string> {
  const channel = party.name()
  await person.ask(command('join', { channel }), joined(person.name, channel))
  for (const other of others) await other.expect(left(person.name))
  return channel
}

export const JOINING: readonly Check[] = [
  check('X1', 'whoever connects is asked to log in', async (party) => {
    await party.connect()
  }),
  check('X2', 'login gives the public channels, sorted, with general among them', async (party) => {
    const channels = await party.enter(await party.connect())
    const sorted = [...channels].sort((a, b) => (String(a) < String(b) ? -1 : 1))
    if (channels.join(' ') !== sorted.join(' ') || !channels.includes('general'))
      throw new CheckFailure('channels in order, with general among them', JSON.stringify(channels))
  }),
  check('X2', 'a channel that was made is in the next one’s list', async (party) => {
    const [amy] = await party.people(2)
    const channel = await inPrivateRoom(party, amy, [])
    const channels = await party.enter(await party.connect())
    if (!channels.includes(channel))
      throw new CheckFailure(`channels with ${channel} among them`, JSON.stringify(channels))
  }),
  check('X2', 'a name that is taken is refused, and another one can be tried', async (party) => {
    const amy = await party.join()
    const bob = await party.connect()
    await refused(bob, amy.name, TAKEN)
    await refused(bob, `${amy.name}\r\n`, TAKEN)
    await party.enter(bob)
    await amy.expect(joined(bob.name))
  }),
  ...NO_NAMES.map(([what, name]) =>
    check('X2', `${what} is not a valid name, and another one can be tried`, async (party) => {
      const bob = await party.connect()
      await refused(bob, name, INVALID)
      await party.enter(bob)
    }),
  ),
  check('X2', 'a login without parameters is refused, and can be tried again', async (party) => {
    const bob = await party.connect()
    for (const parameters of [undefined, null, {}]) {
      bob.send(command('login', parameters))
      expectRefusal(await bob.next('an answer to login'), INVALID)
    }
    await party.enter(bob)
  }),
  check('X3', 'everyone in general hears who came, the newcomer after the session', async (party) => {
    const [amy, bob] = await party.people(2)
    const carl = await party.join()
    for (const other of [amy, bob]) await other.expect(joined(carl.name))
    for (const one of [amy, bob, carl]) await one.expectStays()
  }),
  check('N1', 'of several who ask for one name at once exactly one gets it', async (party) => {
    const people = [
      await party.connect(),
      await party.connect(),
      await party.connect(),
      await party.connect(),
    ]
    const name = party.name()
    for (const person of people) person.send(login(name))
    let accepted = 0
    for (const person of people) {
      const { data } = await person.next('an answer to login')
      if (data.status === 1) accepted++
    }
    if (accepted !== 1) throw new CheckFailure('exactly one status 1', `${accepted} of them`)
  }),
  check(
    'N3',
    'the others hear user_left when a connection ends, and the name is free then',
    async (party) => {
      const [amy, bob] = await party.people(2)
      bob.peer.close()
      await amy.expect(left(bob.name))
      await party.enter(await party.connect(bob.name))
      await amy.expect(joined(bob.name))
    },
  ),
  check('N4', '__proto__ and constructor are ordinary names', async (party) => {
    for (const name of ['__proto__', 'constructor']) {
      const first = await party.connect()
      first.send(login(name))
      const came = await first.next('an answer to login')
      // Somebody else may have it.
      if (came.data.status !== 1) expectRefusal(came, TAKEN)
      await refused(await party.connect(), name, TAKEN)
    }
  }),
  check(
    'X6',
    'a rename is told to everyone in the room, the renamed too, and used from then on',
    async (party) => {
      const [amy, bob] = await party.people(2)
      const name = party.name()
      await bob.ask(command('rename', { username: name }), renamed(bob.name, name))
      await amy.expect(renamed(bob.name, name))
      bob.send(message('Hi'))
      await amy.expect(said(name, 'Hi'))
    },
  ),
  check('X6', 'a rename frees the former name and takes the new one', async (party) => {
    const [amy, bob] = await party.people(2)
    const name = party.name()
    await bob.ask(command('rename', { username: name }), renamed(bob.name, name))
    await amy.expect(renamed(bob.name, name))
    const carl = await party.connect()
    await refused(carl, name, TAKEN)
    await party.enter(carl, bob.name)
  }),
  check(
    'X6',
    'a rename to a name that is taken or not valid is an error, and the name stays',
    async (party) => {
      const [amy, bob] = await party.people(2)
      await bob.ask(command('rename', { username: amy.name }), errorOf('rename', TAKEN))
      for (const username of ['', 'a b', 'x'.repeat(33), '\x1b', 5])
        await bob.ask(command('rename', { username }), errorOf('rename', INVALID))
      bob.send(message('Hi'))
      await amy.expect(said(bob.name, 'Hi'))
    },
  ),
  check('X11', 'before login everything but login is refused, and the connection stays', async (party) => {
    const bob = await party.connect()
    const first = errorOf('login', 'Log in first.')
    for (const name of [
      'rename',
      'join',
      'leave',
      'private',
      'public',
      'channels',
      'channel_list',
      'direct',
      'x',
    ])
      await bob.ask(command(name, { username: 'x', channel: 'x', message: 'x' }), first)
    await bob.ask(message('Hi'), first)
    await bob.ask({ type: 'x', data: {} }, first)
    await party.enter(bob)
  }),
]
