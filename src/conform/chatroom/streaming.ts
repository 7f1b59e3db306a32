/** Lines: their ends, their length, and verbs that are none. Not numbered on the page; told by what they belong to. */

import type { Check } from '../check.js'
import { chatroomCheck } from './party.js'
import { BYE, MAX_LINE_BYTES, OK, SENT, SERVER_ERROR } from './wire.js'

export const STREAMING: readonly Check[] = [
  chatroomCheck('C2', 'an unknown verb, or one in other letters, is a server error', async (party) => {
    const bob = await party.join()
    for (const request of ['WHO', 'send {}', ' USERBOARD', 'USERBOARDS', '', '200 OK', 'SENT {}'])
      await bob.ask(request, SERVER_ERROR)
    await bob.expectStays()
  }),
  chatroomCheck('C1', 'a line may end in CRLF', async (party) => {
    const bob = await party.connect()
    await bob.ask(`USERNAME ${bob.name}\r`, OK)
    await bob.ask('JOIN\r', OK)
    await bob.ask('LEAVE\r', BYE)
  }),
  chatroomCheck('C6', 'requests may come byte by byte, and many in one write', async (party) => {
    const [amy, bob] = await party.pair()
    const request = Buffer.from(`SEND ${bob.said({ message: 'é 汉' })}\n`)
    for (const byte of request) {
      bob.peer.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    await bob.expect(SENT)
    await amy.expectSaid(bob, await bob.sentId(), { message: 'é 汉' })
    bob.peer.write(Buffer.concat(Array.from({ length: 20 }, () => request)))
    for (let more = 0; more < 20; more++) {
      await bob.expect(SENT)
      await amy.expectSaid(bob, await bob.sentId(), { message: 'é 汉' })
    }
  }),
  chatroomCheck('C2', 'a request of 8 KiB is taken', async (party) => {
    const bob = await party.join()
    await bob.ask('X'.padEnd(MAX_LINE_BYTES, 'x'), SERVER_ERROR)
    await bob.expectStays()
  }),
  chatroomCheck('C2', 'a longer one is a server error and the end', async (party) => {
    const [amy, bob] = await party.pair()
    await bob.ask('X'.padEnd(MAX_LINE_BYTES + 1, 'x'), SERVER_ERROR)
    await bob.expectClosed()
    await amy.push('LEFT')
  }),
  chatroomCheck('C2', 'so is one that does not end', async (party) => {
    const bob = await party.connect()
    bob.peer.write('x'.repeat(3 * MAX_LINE_BYTES))
    await bob.expect(SERVER_ERROR)
    await bob.expectClosed()
  }),
]
