/** Channels. Rules X5 and X7–X11, and R2, R4 as they show here. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { chatmasterCheck as check } from './chatmaster-check.js'
import type { Party } from './party.js'
import type { Person } from './person.js'
import { command, errorOf, joined, left, message, notification, said } from './wire.js'

const join = (channel: string) => command('join', { channel })

/** `person` makes a channel; `others` are in general and hear that they left it. */
async function made(party: Party, person: Person, others: readonly Person[]): Promise<string> {
  const channel = party.name()
  await person.ask(join(channel), joined(person.name, channel))
  for (const other of others) await other.expect(left(person.name))
  return channel
}

async function expectListed(
  person: Person,
  channel: string,
  listed: boolean,
  name = 'channels',
): Promise<void> {
  const channels = await person.channels(command(name))
  if (channels.includes(channel) !== listed)
    throw new CheckFailure(`a channel_list with${listed ? '' : 'out'} ${channel}`, JSON.stringify(channels))
}

export const ROOMS: readonly Check[] = [
  check('X5', 'parameters may be left out or null where there are none', async (party) => {
    const [amy, bob] = await party.people(2)
    await made(party, bob, [amy])
    for (const parameters of [undefined, null, {}]) await bob.channels(command('channels', parameters))
    await bob.ask(command('leave', null), joined(bob.name))
  }),
  check('X7', 'who joins a channel leaves the former one, and both hear of it', async (party) => {
    const [amy, bob, carl] = await party.people(3)
    const channel = await made(party, bob, [amy, carl])
    await carl.ask(join(channel), joined(carl.name, channel))
    await amy.expect(left(carl.name))
    await bob.expect(joined(carl.name, channel))
  }),
  check('X7', 'what is said in a channel stays in it', async (party) => {
    const [amy, bob, carl] = await party.people(3)
    const channel = await made(party, bob, [amy, carl])
    await carl.ask(join(channel), joined(carl.name, channel))
    await amy.expect(left(carl.name))
    await bob.expect(joined(carl.name, channel))
    bob.send(message('Hi'))
    await carl.expect(said(bob.name, 'Hi'))
    await amy.expectNothing('nothing of another channel')
  }),
  check('X7', 'joining the channel that one is in is an error', async (party) => {
    const [amy, bob] = await party.people(2)
    const already = errorOf('join', 'You have already joined the channel.')
    await amy.ask(join('general'), already)
    const channel = await made(party, bob, [amy])
    await bob.ask(join(channel), already)
    await amy.expectNothing('nothing of a join that was refused')
  }),
  check('X7', 'what is no channel name is an error of type join, and nobody moves', async (party) => {
    const [amy, bob] = await party.people(2)
    for (const channel of ['', 'a b', 'x'.repeat(65), '\x1b', 5, null]) {
      bob.send(command('join', { channel }))
      await bob.expectError('join')
    }
    bob.send(command('join'))
    await bob.expectError('join')
    bob.send(message('Hi'))
    await amy.expect(said(bob.name, 'Hi'))
  }),
  check('X8', 'leave goes back to general', async (party) => {
    const [amy, bob] = await party.people(2)
    const channel = await made(party, bob, [amy])
    await amy.ask(join(channel), joined(amy.name, channel))
    await bob.expect(joined(amy.name, channel))
    await bob.ask(command('leave'), joined(bob.name))
    await amy.expect(left(bob.name, channel))
  }),
  check('X8', 'there is no leaving general', async (party) => {
    const bob = await party.join()
    await bob.ask(command('leave'), errorOf('leave', 'You are not in a channel.'))
    await bob.expectStays()
  }),
  check('X9', 'the creator sets a channel private and public, and everyone in it is told', async (party) => {
    const [amy, bob] = await party.people(2)
    const channel = await made(party, bob, [amy])
    await amy.ask(join(channel), joined(amy.name, channel))
    await bob.expect(joined(amy.name, channel))
    for (const word of ['private', 'public']) {
      const told = notification(`channel_${word}`, { channel })
      await bob.ask(command(word), told)
      await amy.expect(told)
    }
  }),
  check('X9', 'nobody else sets a channel private or public, and nobody general', async (party) => {
    const [amy, bob] = await party.people(2)
    for (const word of ['private', 'public'])
      await amy.ask(command(word), errorOf(word, `Channel cannot be set to ${word}.`))
    const channel = await made(party, bob, [amy])
    await amy.ask(join(channel), joined(amy.name, channel))
    await bob.expect(joined(amy.name, channel))
    for (const word of ['private', 'public'])
      await amy.ask(command(word), errorOf(word, `Channel cannot be set to ${word}.`))
    await bob.expectNothing('nothing of what was refused')
  }),
  check(
    'R4',
    'a private channel is in no list but that of its members, and can be joined by name',
    async (party) => {
      const [amy, bob] = await party.people(2)
      const channel = await made(party, bob, [amy])
      await expectListed(amy, channel, true)
      await bob.ask(command('private'), notification('channel_private', { channel }))
      await expectListed(amy, channel, false)
      await expectListed(bob, channel, true)
      const carl = await party.connect()
      if ((await party.enter(carl)).includes(channel))
        throw new CheckFailure('a session without the private channel', 'it is there')
      await carl.ask(join(channel), joined(carl.name, channel))
      await bob.expect(joined(carl.name, channel))
    },
  ),
  check(
    'X10',
    'channels and channel_list give the public channels, sorted, and the own one',
    async (party) => {
      const [amy, bob] = await party.people(2)
      const channel = await made(party, bob, [amy])
      for (const name of ['channels', 'channel_list']) {
        await expectListed(amy, channel, true, name)
        await expectListed(bob, 'general', true, name)
      }
      const channels = await bob.channels()
      const sorted = [...channels].sort((a, b) => (a < b ? -1 : 1))
      if (channels.join(' ') !== sorted.join(' '))
        throw new CheckFailure('a channel_list in order', JSON.stringify(channels))
    },
  ),
  check('R2', 'a channel that everybody left is gone', async (party) => {
    const [amy, bob] = await party.people(2)
    const channel = await made(party, bob, [amy])
    await bob.ask(command('leave'), joined(bob.name))
    await amy.expect(joined(bob.name))
    await expectListed(amy, channel, false)
  }),
  check('X11', 'an unknown command is refused by its name, and the connection stays', async (party) => {
    const bob = await party.join()
    for (const name of ['dance', 'JOIN', '__proto__', 'constructor'])
      await bob.ask(command(name), errorOf(name, 'Unknown command.'))
    await bob.expectStays()
  }),
  check('X11', 'an unknown type is refused by its name, and the connection stays', async (party) => {
    const bob = await party.join()
    for (const type of ['dance', 'notification', '__proto__'])
      await bob.ask({ type, data: {} }, errorOf(type, 'Unknown command.'))
    await bob.expectStays()
  }),
  check('X13', 'all notifications have one shape', async (party) => {
    // The party sees to that, whatever comes.
    const [amy, bob] = await party.people(2)
    const channel = await made(party, bob, [amy])
    await bob.ask(command('private'), notification('channel_private', { channel }))
    await bob.channels()
    const name = party.name()
    await bob.ask(
      command('rename', { username: name }),
      notification('user_rename', { old_username: bob.name, new_username: name }),
    )
  }),
]
