/** Rooms: listing, joining, leaving, dropping out. Rules J3, J4, J6, J7, J10, R2, R3. */

import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { jsonIrcCheck, type Party } from './party.js'
import type { Person } from './person.js'
import { object, sorted } from './wire.js'

/** J6. */
const MOST_ROOMS = 100

const NOT_ROOMS: readonly [what: string, room: string][] = [
  ['nothing at all', ''],
  ['a space inside', 'two words'],
  ['65 characters', 'r'.repeat(65)],
  ['a tab inside', 'a\tb'],
]

function expectSorted(names: readonly string[], ...there: readonly string[]): void {
  if (names.join('\n') !== sorted(names).join('\n')) {
    throw new CheckFailure('names sorted by byte', names.join(' '))
  }
  for (const name of there) {
    if (names.filter((one) => one === name).length !== 1) {
      throw new CheckFailure(`${name} in the list, once`, names.join(' '))
    }
  }
}

/** Leaves in one of three ways. */
const DROPS: readonly [how: string, drop: (person: Person) => void][] = [
  ['is closed', (person) => person.peer.close()],
  ['is reset', (person) => person.peer.reset()],
  ['ends', (person) => person.peer.end()],
]

async function otherRooms(party: Party, person: Person): Promise<[string, string]> {
  const rooms: [string, string] = [party.room(), party.room()]
  for (const room of rooms) await person.join(room)
  return rooms
}

export const ROOMING: readonly Check[] = [
  jsonIrcCheck('J3', '/listRooms is answered with the rooms, sorted, one a line', async (party) => {
    const amy = await party.named()
    const rooms = await otherRooms(party, amy)
    expectSorted(await amy.rooms(), ...rooms)
  }),
  jsonIrcCheck('J4', '/roomMembers is answered with those in the room, sorted, one a line', async (party) => {
    const [amy, bob, room] = await party.pair()
    const names = await amy.members(room)
    const expected = sorted([amy.name, bob.name])
    if (names.join('\n') !== expected.join('\n')) throw new CheckFailure(expected.join(' '), names.join(' '))
  }),
  jsonIrcCheck('J4', '/roomMembers without a room is everyone on the server', async (party) => {
    const amy = await party.named()
    const bob = await party.named(party.room())
    expectSorted(await amy.members(), amy.name, bob.name)
  }),
  jsonIrcCheck('J4', 'members of a room that is not there: an error reply', async (party) => {
    const amy = await party.named()
    const room = party.room()
    amy.send('/roomMembers', { room })
    await amy.expectError('/roomMembers', room)
  }),
  jsonIrcCheck('J6', '/join gets /joinSuccess, and the others /join', async (party) => {
    await party.pair()
  }),
  jsonIrcCheck('J6', '/leaveRoom is confirmed, and the others get it', async (party) => {
    const [amy, bob, room] = await party.pair()
    bob.send('/leaveRoom', { room })
    await bob.expect({ command: '/leaveRoom', room })
    await amy.expectLeft(bob.name, room)
    amy.say(room, 'alone')
    await bob.expectStays()
  }),
  jsonIrcCheck('J6', '/leaveRoom of a room that one is not in gets an error reply', async (party) => {
    const [amy, , room] = await party.pair()
    const cyd = await party.named()
    cyd.send('/leaveRoom', { room })
    await cyd.expectError('/leaveRoom', room)
    await amy.expectStays()
  }),
  jsonIrcCheck('J6', 'a session is in several rooms, and hears each', async (party) => {
    const amy = await party.named()
    const rooms = await otherRooms(party, amy)
    for (const room of rooms) {
      const bob = await party.named(room)
      await amy.expectJoined(bob.name, room)
      bob.say(room, 'Hi')
      await amy.expectSaid(bob, room, 'Hi')
    }
  }),
  jsonIrcCheck('J6', `more than ${MOST_ROOMS} rooms get an error reply`, async (party) => {
    const amy = await party.named()
    for (let count = 0; count <= MOST_ROOMS; count++) {
      const room = party.room()
      amy.send('/join', { room })
      const { command, message } = await amy.expect({ room })
      if (command === '/joinSuccess') continue
      if (count < MOST_ROOMS) throw new NotApplicable(`the limit is ${count} rooms here`)
      if (command !== '/join' || !message.startsWith('Error: ')) {
        throw new CheckFailure('an error reply to /join', `${command} ${message}`)
      }
      await amy.expectStays()
      return
    }
    throw new NotApplicable(`the limit is more than ${MOST_ROOMS} rooms here`)
  }),
  ...DROPS.map(([how, drop]) =>
    jsonIrcCheck('J7', `a connection that ${how} leaves its rooms, and frees its name`, async (party) => {
      const [amy, bob, room] = await party.pair()
      const more = party.room()
      await amy.join(more)
      await bob.join(more)
      await amy.expectJoined(bob.name, more)
      drop(bob)
      const first = await amy.expect({ command: '/leaveRoom', nickname: bob.name })
      const second = await amy.expect({ command: '/leaveRoom', nickname: bob.name })
      if (sorted([first.room, second.room]).join() !== sorted([room, more]).join()) {
        throw new CheckFailure(`/leaveRoom for ${room} and ${more}`, `for ${first.room} and ${second.room}`)
      }
      await party.namedAs(bob.name)
    }),
  ),
  jsonIrcCheck('J7', '/close sends what is queued, then closes', async (party) => {
    const [amy, bob, room] = await party.pair()
    bob.peer.write(object('/roomMembers', { room }) + object('/close') + object('/roomMembers', { room }))
    await bob.expect({ command: /^(listMembers|\/roomMembers)$/, room })
    await bob.peer.closed()
    if (bob.peer.received.toString().trim() !== '') {
      throw new CheckFailure('nothing after /close', bob.peer.received.toString().slice(0, 200))
    }
    await amy.expectLeft(bob.name, room)
  }),
  jsonIrcCheck('J10', 'channel is accepted for room', async (party) => {
    const amy = await party.named()
    const room = party.room()
    amy.peer.write(`{"command":"/join","nickname":"","channel":"${room}","message":""}`)
    await amy.expect({ command: '/joinSuccess', room })
    amy.peer.write(`{"command":"/leaveRoom","nickname":"","Channel":"${room}","message":""}`)
    await amy.expect({ command: '/leaveRoom', room })
  }),
  jsonIrcCheck('R2', 'a room goes with its last member', async (party) => {
    const amy = await party.named()
    const room = party.room()
    await amy.join(room)
    amy.send('/leaveRoom', { room })
    await amy.expect({ command: '/leaveRoom', room })
    const rooms = await amy.rooms()
    if (rooms.includes(room)) throw new CheckFailure(`no ${room} among the rooms`, rooms.join(' '))
  }),
  jsonIrcCheck(
    'R3',
    'a room name of 64 characters, and one with any printable sign, are rooms',
    async (party) => {
      await party.named(
        party.room().padEnd(64, 'x'),
        `${party.room()}!"#$%&'()*+,-./:;<=>?`,
        `${party.room()}@[\\]^_\`{|}~`,
      )
    },
  ),
  ...NOT_ROOMS.map(([what, room]) =>
    jsonIrcCheck('R3', `${what} is no room and gets an error reply`, async (party) => {
      const amy = await party.named()
      amy.send('/join', { room })
      await amy.expectError('/join', room)
      await amy.expectStays()
    }),
  ),
]
