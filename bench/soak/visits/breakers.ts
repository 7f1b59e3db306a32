/** Visits of those who break something: their connection in the middle of a message, a deadline, a rule of the dialect or of WebSocket. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BINARY, TEXT, frame as webSocketFrame } from '../../../src/conform/websocket/frames.js'
import { Guest, type House } from '../guest.js'
import { pick } from '../pick.js'
import { dialectNamed, SOAK_DIALECTS, type SoakDialect } from '../speech.js'

const OVER_WEB_SOCKET_SHARE = 0.25
/** A header of framed that announces more than anybody without a name may send. */
const TOO_LONG = Buffer.from([0, 0x07, 0xd0])
/** The beginning of a message of framed, whose end never comes. */
const BEGUN = Buffer.from([2, 0x00, 0x40, 0x48])
const TRICKLE_MS = 1000
/** Fewer than any login has. */
const FEW_BYTES = 6

/** A member is gone in the middle of what they say. */
export async function resetMidFrame(house: House): Promise<void> {
  const dialect = pick(SOAK_DIALECTS, house.random)
  const guest = await Guest.enter(house, dialect, house.random() < OVER_WEB_SOCKET_SHARE)
  guest.peer.discard()
  guest.peer.write(partOf(dialect, guest, house.random))
  await sleep(house.random() * 50)
  guest.reset()
}

/** The same before there is a name. */
export async function resetAsStranger(house: House): Promise<void> {
  const dialect = pick(SOAK_DIALECTS, house.random)
  const guest = await Guest.come(house, dialect)
  const login = dialect.wire.login(guest.name)
  guest.peer.write(login.subarray(0, 1 + Math.floor(house.random() * FEW_BYTES)))
  await sleep(house.random() * 50)
  guest.reset()
}

/** Says nothing at all until the relay has had enough. */
export async function neverLogin(house: House): Promise<void> {
  const asking = SOAK_DIALECTS.filter(({ wire }) => wire.name !== 'sendto')
  const guest = await Guest.come(house, pick(asking, house.random))
  await guest.endedFor('login-deadline')
}

/** Begins a message and sends a byte a second of it. */
export async function neverEnd(house: House): Promise<void> {
  const guest = await Guest.enter(house, dialectNamed('framed'))
  guest.peer.write(BEGUN)
  const trickle = setInterval(() => guest.peer.write('x'), TRICKLE_MS)
  try {
    await guest.endedFor('frame-deadline')
  } finally {
    clearInterval(trickle)
  }
}

/** Announces too much, or sends what nobody can read. */
export async function badInput(house: House): Promise<void> {
  const [name, bytes, reason] = pick(
    [
      ['framed', TOO_LONG, 'oversize'],
      ['json-irc', Buffer.from('(dp0\nVcommand\np1\n'), 'malformed'],
      ['json-irc', Buffer.from('{"command":{}}'), 'malformed'],
      ['chatmaster', Buffer.from('{"type":"message"}'), 'malformed'],
      ['chatmaster', Buffer.from('nonsense\n'), 'malformed'],
      ['chatroom', Buffer.from(`${'x'.repeat(9000)}\n`), 'oversize'],
    ] as const,
    house.random,
  )
  const guest = await Guest.come(house, dialectNamed(name))
  guest.peer.write(bytes)
  await guest.endedFor(reason)
}

/** Breaks what holds over WebSocket. */
export async function badWebSocket(house: House): Promise<void> {
  const [bytes, reason] = pick(
    [
      [webSocketFrame(TEXT, 'Hi'), 'wrong-kind'],
      [webSocketFrame(BINARY, 'Hi', { masked: false }), 'protocol'],
      [webSocketFrame(BINARY, 'Hi', { rsv: 4 }), 'protocol'],
    ] as const,
    house.random,
  )
  const guest = await Guest.come(house, dialectNamed('framed'), true)
  guest.peer.socket.write(bytes)
  await guest.endedFor(reason)
}

/** Asks for names that somebody has or that cannot be one, and then goes. */
export async function refusedNames(house: House): Promise<void> {
  const { deeds, senders, random } = house
  const dialect = pick(SOAK_DIALECTS, random)
  const guest = await Guest.come(house, dialect)
  const taken = pick(senders.members, random).name
  if ((await guest.login(taken)) !== 'refused') throw new Error(`${taken} was given away twice`)
  deeds.reject('taken')
  if (dialect.wire.name === 'framed') {
    if ((await guest.login('no name')) !== 'refused') throw new Error('a name with a space was accepted')
    deeds.reject('invalid')
  }
  await guest.end()
}

/** Some of what it could say next, at least a byte and never all of it. */
function partOf(dialect: SoakDialect, guest: Guest, random: () => number): Uint8Array {
  const whole = dialect.wire.say(guest.name, 'what is never said to anybody', guest.name)
  return whole.subarray(0, 1 + Math.floor(random() * (whole.length - 2)))
}
