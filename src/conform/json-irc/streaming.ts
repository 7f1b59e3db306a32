/** The stream of objects: how they stand in it, and what ends it. Rule J9. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { shownBytes } from '../shown-bytes.js'
import { jsonIrcCheck } from './party.js'
import { MAX_BYTES, object } from './wire.js'

const NOT_OBJECTS: readonly [what: string, bytes: string | Uint8Array][] = [
  ['an array', '[{"command":"/listRooms"}]'],
  ['a string', '"/listRooms"'],
  ['a number', '1025'],
  ['a line of text', 'hello everybody\n'],
  ['a pickle', '(dp0\nVcommand\np1\nV/nick\np2\ns.'],
  ['an object without quotes', '{command:"/listRooms"}'],
  ['an object in an object', '{"command":{"command":"/listRooms"}}'],
  ['an array in an object', '{"command":"/listRooms","more":[]}'],
  ['a number for a command', '{"command":5,"nickname":"","room":"","message":""}'],
  ['bytes that are not UTF-8', Buffer.from('{"command":"\xff"}', 'latin1')],
  ['60 KB of brackets', '['.repeat(60_000)],
  ['an object of more than 64 KiB', object('/broadcast', { message: 'x'.repeat(MAX_BYTES) })],
]

export const STREAMING: readonly Check[] = [
  jsonIrcCheck('J9', 'an unknown command gets an error reply, and the connection stays', async (party) => {
    const amy = await party.named()
    for (const command of ['/no-such-command', 'join', '/JOIN', '']) {
      const room = party.room()
      amy.send(command, { room })
      await amy.expectError(command, room)
    }
    await amy.expectStays()
  }),
  ...NOT_OBJECTS.map(([what, bytes]) =>
    jsonIrcCheck('J9', `${what}: an error reply, and the end`, async (party) => {
      const [amy, bob, room] = await party.pair()
      bob.peer.write(bytes)
      await bob.expectErrorAndEnd()
      await amy.expectLeft(bob.name, room)
    }),
  ),
  jsonIrcCheck('J9', 'an object of 64 KiB is taken', async (party) => {
    const [amy, bob, room] = await party.pair()
    const around = object('/broadcast', { nickname: bob.name, room }).length
    const text = 'x'.repeat(MAX_BYTES - around)
    bob.say(room, text)
    await amy.expectSaid(bob, room, text)
  }),
  jsonIrcCheck('J9', 'objects stand back to back, or with any white space between', async (party) => {
    const amy = await party.named()
    for (const between of ['', ' ', '\n', '\r\n', ' \t\r\n\n ']) {
      amy.peer.write(`${object('/a')}${between}${object('/b')}${between}${object('/c')}${between}`)
      for (const command of ['/a', '/b', '/c']) await amy.expectError(command, '')
    }
  }),
  jsonIrcCheck('J9', 'objects that arrive a byte at a time get the same answers', async (party) => {
    const amy = await party.connect()
    const room = `${party.room()}{"\\}`
    for (const byte of Buffer.from(object('/nick', { nickname: amy.name }) + object('/join', { room }))) {
      amy.peer.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    await amy.expect({ command: '/nicknameSet', nickname: amy.name })
    await amy.expect({ command: '/joinSuccess', room })
  }),
  jsonIrcCheck('J9', 'keys are matched without regard to case, in any order', async (party) => {
    const amy = await party.named()
    const room = party.room()
    amy.peer.write(`{"Room":"${room}","MESSAGE":"","nickName":"","Command":"/join"}`)
    await amy.expect({ command: '/joinSuccess', room })
  }),
  jsonIrcCheck('J9', 'each object of the server’s ends with a line feed', async (party) => {
    const amy = await party.named()
    amy.send('/listRooms')
    amy.send('/no-such-command')
    for (let count = 0; count < 2; count++) {
      // Of what /nick was answered the line feed may be here still.
      const line = await amy.peer.takeUnit((received) => received.indexOf('\n', 1) + 1, 'a line feed')
      if (!/^\n?\{.*\}\n$/.test(line.toString('latin1'))) {
        throw new CheckFailure('an object and a line feed', shownBytes(line))
      }
    }
  }),
  jsonIrcCheck('J9', 'a text in an answer is no second object, whatever is in it', async (party) => {
    const [amy, bob, room] = await party.pair()
    const text = '"}\\n{"command":"/nicknameSet","nickname":"\\'
    bob.say(room, text)
    await amy.expectSaid(bob, room, text)
    bob.say(room, 'after')
    await amy.expectSaid(bob, room, 'after')
  }),
]
