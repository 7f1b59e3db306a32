/** The stream of frames itself: whole ones, in order, however they are cut up and glued. Rules F13, F14, F16, M5. */

import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { shownBytes } from '../shown-bytes.js'
import { framedCheck, slowCheck } from './framed-check.js'
import { joining, leaving } from './party.js'
import type { Person } from './person.js'
import { DIRECT, ERROR, frame, JOIN, LEAVE, LIST, MESSAGE, shown, wholeFrame } from './wire.js'

const ROUNDS = 20
const MESSAGES = 100
/** More than this may come in several pieces for reasons of the network. */
const ONE_PACKET = 1200

export const STREAMING: readonly Check[] = [
  framedCheck('F13', 'a frame arrives in one piece', async (party) => {
    const [amy, bob] = await party.pair()
    const torn: Buffer[] = []
    const inspect = (chunk: Buffer) => {
      if (chunk.length <= ONE_PACKET && !isWhole(chunk)) torn.push(chunk)
    }
    amy.peer.onPiece = inspect
    for (let round = 0; round < ROUNDS; round++) {
      bob.send(MESSAGE, `round ${round}`)
      await amy.expectSaid(MESSAGE, bob.name, `round ${round}`)
    }
    amy.peer.onPiece = null
    const first = torn[0]
    if (first !== undefined) {
      throw new CheckFailure('each frame in one piece', `${shownBytes(first)} and the rest later`)
    }
  }),
  framedCheck('F13', 'frames of several people are not mixed up, and keep their order', async (party) => {
    const [amy, bob, carl] = await party.three()
    for (let round = 0; round < MESSAGES; round++) {
      bob.send(MESSAGE, `${round} ${'b'.repeat((round * 37) % 1000)}`)
      carl.send(MESSAGE, `${round} ${'c'.repeat((round * 53) % 1000)}`)
    }
    const sofar = new Map([bob, carl].map((one) => [one.name, 0]))
    for (let count = 0; count < 2 * MESSAGES; count++) {
      const came = await amy.next('a MESSAGE of either')
      const who = came.text.startsWith('[')
        ? came.text.slice(1, came.text.indexOf(']'))
        : came.text.split(':')[0]
      const speaker = [bob, carl].find((one) => one.name === who)
      const round = sofar.get(who ?? '') ?? 0
      const letter = speaker === bob ? 'b' : 'c'
      const times = (round * (speaker === bob ? 37 : 53)) % 1000
      if (came.command !== MESSAGE || !came.text.endsWith(` ${round} ${letter.repeat(times)}`)) {
        throw new CheckFailure(`number ${round} of ${who}`, shown(came))
      }
      sofar.set(who ?? '', round + 1)
    }
  }),
  framedCheck('F14', 'frames that arrive a byte at a time get the same answers', async (party) => {
    const person = await party.connect()
    const requests = Buffer.concat([
      frame(JOIN, person.name),
      frame(7, 'skipped'),
      frame(DIRECT, `${person.name} Hi`),
      frame(LIST),
    ])
    for (const byte of requests) {
      person.peer.write(Buffer.of(byte))
      await delay(1)
    }
    await expectAnswers(person)
  }),
  framedCheck('F14', 'frames glued into one write get the same answers', async (party) => {
    const person = await party.connect()
    person.peer.write(
      Buffer.concat([
        frame(JOIN, person.name),
        frame(7, 'skipped'),
        frame(DIRECT, `${person.name} Hi`),
        frame(LIST),
      ]),
    )
    await expectAnswers(person)
  }),
  framedCheck('F14', 'a frame that is cut in two anywhere is the same frame', async (party) => {
    const bob = await party.join()
    const whole = frame(DIRECT, `${bob.name} Hi`)
    for (let cut = 1; cut < whole.length; cut++) {
      bob.peer.write(whole.subarray(0, cut))
      await delay(2)
      bob.peer.write(whole.subarray(cut))
      await bob.expectSaid(DIRECT, bob.name, 'Hi')
    }
  }),
  framedCheck(
    'M5',
    'what one person says arrives in its order, direct or not, and LEAVE last',
    async (party) => {
      const [amy, bob] = await party.pair()
      const said: Buffer[] = []
      for (let round = 0; round < MESSAGES; round++) {
        said.push(round % 3 === 0 ? frame(DIRECT, `${amy.name} ${round}`) : frame(MESSAGE, `${round}`))
      }
      bob.peer.write(Buffer.concat([...said, frame(LEAVE)]))
      for (let round = 0; round < MESSAGES; round++) {
        await amy.expectSaid(round % 3 === 0 ? DIRECT : MESSAGE, bob.name, `${round}`)
      }
      await amy.expect(MESSAGE, leaving(bob.name))
    },
  ),
  slowCheck('F16', 'a reader that missed messages is told how many, and the rest is whole', async (party) => {
    const [amy, bob] = await party.pair()
    amy.peer.socket.pause()
    const sent = await flood(bob)
    amy.peer.socket.resume()
    let received = 0
    let missed = 0
    while (received + missed < sent) {
      const came = await amy.next(`${sent} messages, got or told to be missed`).catch((error: unknown) => {
        if (amy.peer.ended) throw new NotApplicable('the server cuts slow readers off')
        throw error
      })
      const told = /^Missed (\d+) messages?$/.exec(came.text)
      if (came.command === ERROR && told !== null) missed += Number(told[1])
      else if (came.command === MESSAGE) received++
      else throw new CheckFailure('MESSAGE, or ERROR "Missed N messages"', shown(came))
    }
    if (missed === 0) throw new NotApplicable('the server makes those who send wait')
    if (received + missed > sent) {
      throw new CheckFailure(
        `${sent} messages in all`,
        `${received} and ${missed} that are told to be missed`,
      )
    }
  }),
]

async function expectAnswers(person: Person): Promise<void> {
  const status = await person.status('JOIN 00 (accepted)')
  if (status !== 0) throw new CheckFailure('JOIN 00 (accepted)', `JOIN 0${status}`)
  await person.expect(MESSAGE, joining(person.name))
  await person.expect(ERROR, 'Unsupported command 7')
  await person.expectSaid(DIRECT, person.name, 'Hi')
  const names = await person.listed()
  if (!names.includes(person.name)) throw new CheckFailure(`LIST with ${person.name}`, names.join(' '))
}

function isWhole(chunk: Buffer): boolean {
  let at = 0
  while (at < chunk.length) {
    const length = wholeFrame(chunk.subarray(at))
    if (length === 0) return false
    at += length
  }
  return true
}

const FLOOD_BYTES = 48 * 1024 * 1024
const FLOOD_TEXT = 'x'.repeat(32_000)
/** A server that takes nothing for so long makes the sender wait. */
const STALLED_MS = 2000

/** Says so much that no reader's buffers hold it, or as much as is taken. @returns how many messages */
async function flood(person: Person): Promise<number> {
  const { socket } = person.peer
  let sent = 0
  while (sent * FLOOD_TEXT.length < FLOOD_BYTES) {
    sent++
    if (person.peer.write(frame(MESSAGE, FLOOD_TEXT))) continue
    const drained = once(socket, 'drain').then(() => true)
    if (!(await Promise.race([drained, delay(STALLED_MS, false)]))) break
  }
  return sent
}
