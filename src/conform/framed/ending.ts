/** How connections end, and what a server takes before it ends them itself. Rules F10, F15 and F17. */

import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { framedCheck, slowCheck } from './framed-check.js'
import { leaving } from './party.js'
import type { Person } from './person.js'
import { ACCEPTED, ERROR, frame, INVALID, JOIN, LEAVE, MESSAGE, shown } from './wire.js'

/** F15: the deadlines of the page, with time for the server to notice. */
const DEADLINE_MS = 10_000
const AT_LATEST_MS = DEADLINE_MS + 3000
/** A clock may differ a little; a client that is cut off early by much has no time to type a name. */
const AT_EARLIEST_MS = DEADLINE_MS - 1000
const TRICKLE_MS = 500

export const ENDING: readonly Check[] = [
  framedCheck('F10', 'after LEAVE the others are told and the connection is closed', async (party) => {
    const [amy, bob] = await party.pair()
    bob.send(LEAVE)
    await amy.expect(MESSAGE, leaving(bob.name))
    await bob.peer.closed('the connection to be closed after LEAVE')
  }),
  framedCheck('F10', 'a payload of LEAVE is ignored', async (party) => {
    const [amy, bob] = await party.pair()
    bob.send(LEAVE, `${bob.name}\x1b\xff`)
    await amy.expect(MESSAGE, leaving(bob.name))
  }),
  framedCheck(
    'F10',
    'the others are told when a client ends the connection without a word',
    async (party) => {
      const [amy, bob] = await party.pair()
      bob.peer.end()
      await amy.expect(MESSAGE, leaving(bob.name))
      await bob.peer.closed()
    },
  ),
  framedCheck('F10', 'the others are told, once, when a connection is reset', async (party) => {
    const [amy, bob] = await party.pair()
    bob.peer.reset()
    await amy.expect(MESSAGE, leaving(bob.name))
    await amy.expectNothing('one announcement')
  }),
  framedCheck('F10', 'the others are told when a connection ends in the middle of a frame', async (party) => {
    const [amy, bob] = await party.pair()
    bob.peer.write(frame(MESSAGE, 'never complete').subarray(0, 7))
    bob.peer.end()
    await amy.expect(MESSAGE, leaving(bob.name))
    await amy.expectNothing('one announcement, and nothing of the message')
  }),
  framedCheck('F10', 'what was said before LEAVE is heard before the announcement', async (party) => {
    const [amy, bob] = await party.pair()
    bob.peer.write(Buffer.concat([frame(MESSAGE, 'last words'), frame(LEAVE), frame(MESSAGE, 'too late')]))
    await amy.expectSaid(MESSAGE, bob.name, 'last words')
    await amy.expect(MESSAGE, leaving(bob.name))
    await amy.expectNothing('nothing after LEAVE')
  }),
  framedCheck('F10', 'bare=on: LEAVE may come as a lone byte', async (party) => {
    const [amy, bob] = await party.pair()
    if (bob.peer.isCarried) throw new NotApplicable('over WebSocket every frame comes whole')
    bob.peer.write(Buffer.of(LEAVE))
    const quiet = await amy.expectNothing().then(
      () => true,
      () => false,
    )
    if (quiet) throw new NotApplicable('the server waits for the rest of the header')
    await bob.peer.closed()
  }),
  framedCheck('F15', 'before JOIN a frame of 1 KiB is a frame like any other', async (party) => {
    const person = await party.connect()
    await person.expectStatus('x'.repeat(1021), INVALID, 'not valid')
    await person.expectStatus(person.name, ACCEPTED, 'accepted')
  }),
  framedCheck(
    'F15',
    'before JOIN a longer frame gets ERROR and LEAVE, and the connection is closed',
    async (party) => {
      const person = await party.connect()
      person.send(JOIN, 'x'.repeat(2000))
      await person.peer.closed('ERROR, LEAVE and the end of the connection')
      await expectLastWords(person)
    },
  ),
  framedCheck('F15', 'after JOIN a long frame is taken', async (party) => {
    const bob = await party.join()
    bob.send(7, 'x'.repeat(65_535))
    await bob.expect(ERROR, 'Unsupported command 7')
  }),
  framedCheck(
    'F17',
    'when the server closes on its own account, the last frame is LEAVE with the reason',
    async (party) => {
      const person = await party.connect()
      person.send(JOIN, 'x'.repeat(2000))
      await person.peer.closed('LEAVE and the end of the connection')
      const last = (await person.rest()).at(-1)
      if (last === undefined || last.command !== LEAVE || last.text.trim() === '') {
        throw new CheckFailure('LEAVE with a reason', last === undefined ? 'nothing' : shown(last))
      }
    },
  ),
  slowCheck('F15', 'who asks for no name is sent away at the login deadline', async (party) => {
    const begun = performance.now()
    const person = await party.connect()
    await expectSentAway(person, begun)
  }),
  slowCheck('F15', 'the login deadline is not moved by bytes that trickle in', async (party) => {
    const begun = performance.now()
    const person = await party.connect()
    await trickling(person, JOIN, () => expectSentAway(person, begun))
  }),
  slowCheck(
    'F15',
    'a frame that is not complete at the frame deadline ends the connection',
    async (party) => {
      const [amy, bob] = await party.pair()
      const begun = performance.now()
      bob.peer.write(frame(MESSAGE, 'never complete').subarray(0, 7))
      await expectSentAway(bob, begun)
      await amy.expect(MESSAGE, leaving(bob.name))
    },
  ),
  slowCheck('F15', 'the frame deadline is not moved by bytes that trickle in', async (party) => {
    const bob = await party.join()
    const begun = performance.now()
    await trickling(bob, MESSAGE, () => expectSentAway(bob, begun))
  }),
  slowCheck('F15', 'who is silent between frames stays', async (party) => {
    const bob = await party.join()
    await bob.peer.closed('', AT_LATEST_MS).catch(() => {})
    await bob.expectStays()
  }),
]

/** ERROR in words and LEAVE with the reason come last, and everything before them is whole. */
async function expectLastWords(person: Person): Promise<void> {
  const frames = await person.rest()
  const [error, leave] = frames.slice(-2)
  const good =
    error?.command === ERROR && error.text !== '' && leave?.command === LEAVE && leave.text.trim() !== ''
  if (good) return
  const came = frames.length === 0 ? 'nothing' : frames.slice(-2).map(shown).join(' and ')
  throw new CheckFailure('ERROR in words and LEAVE with the reason', came)
}

async function expectSentAway(person: Person, begun: number): Promise<void> {
  await person.peer.closed(`the connection to be closed after ${DEADLINE_MS / 1000} s`, AT_LATEST_MS)
  const elapsed = Math.round(performance.now() - begun)
  await expectLastWords(person)
  if (elapsed < AT_EARLIEST_MS) {
    throw new CheckFailure(`the end after ${DEADLINE_MS / 1000} s`, `the end after ${elapsed} ms`)
  }
}

/** A byte now and then of a frame that would be complete only long after the deadline. */
async function trickling(person: Person, command: number, run: () => Promise<void>): Promise<void> {
  person.sendHeader(command, 1000)
  const timer = setInterval(() => person.peer.write('x'), TRICKLE_MS)
  try {
    await run()
  } finally {
    clearInterval(timer)
  }
}
