/** Visits of those who mean well: they come, say something, ask, change their names and rooms, correct themselves, and go. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Guest, type House } from '../guest.js'
import { pick } from '../pick.js'
import {
  chatmasterCommand,
  dialectNamed,
  jsonIrcRequest,
  SOAK_DIALECTS,
  type SoakDialect,
} from '../speech.js'

const MOST_STAY_MS = 1500
const MOST_SAID = 3
const BURST_MESSAGES = 300
const QUESTIONS = 20
const OVER_WEB_SOCKET_SHARE = 0.25

/** Comes, says one to three numbered messages, stays a moment and goes, in any dialect. */
export async function comeAndGo(house: House): Promise<void> {
  const { random, senders } = house
  const dialect = pick(SOAK_DIALECTS, random)
  const guest = await Guest.enter(house, dialect, random() < OVER_WEB_SOCKET_SHARE)
  const slot = dialect.wire.isInRoom ? senders.takeSlot(guest.name) : null
  if (slot !== null) guest.sayNumbered(slot, 1 + Math.floor(random() * MOST_SAID))
  guest.peer.discard()
  await sleep(random() * MOST_STAY_MS)
  await (random() < 0.5 ? guest.leave() : guest.end())
  if (slot !== null) senders.giveBack(slot)
}

/** Says very much in one write, and goes when it is carried out. */
export async function burst(house: House): Promise<void> {
  const guest = await Guest.enter(house, pick(inRooms(), house.random))
  const slot = house.senders.takeSlot(guest.name)
  if (slot !== null) guest.sayNumbered(slot, BURST_MESSAGES)
  await guest.end()
  if (slot !== null) house.senders.giveBack(slot)
}

/** Asks very often who is here, all at once. */
export async function questions(house: House): Promise<void> {
  const guest = await Guest.enter(house, pick(SOAK_DIALECTS, house.random))
  // Whoever speaks json-irc is in no room until they join one, which its login here does.
  await guest.ask(QUESTIONS)
  await guest.leave()
}

/** Takes another name, and a third one. */
export async function rename(house: House): Promise<void> {
  const guest = await Guest.enter(house, dialectNamed('chatmaster'))
  for (let times = 0; times < 2; times++) {
    const name = house.freshName()
    guest.peer.write(chatmasterCommand('rename', { username: name }))
    await guest.untilSaid(`"new_username":"${name}"`)
    house.deeds.renamed.times++
  }
  await guest.end()
}

/** Makes a room, says something there, and leaves it, so that it is gone. */
export async function makeRoom(house: House): Promise<void> {
  const room = `room-${house.freshName()}`
  const host = await Guest.enter(house, dialectNamed('json-irc'))
  host.peer.write(jsonIrcRequest('/join', room, ''))
  await host.untilSaid(`successfully joined room ${room}`)
  const visitor = await Guest.enter(house, dialectNamed('json-irc'))
  visitor.peer.write(jsonIrcRequest('/join', room, ''))
  await visitor.untilSaid(`successfully joined room ${room}`)
  await host.untilSaid(`${visitor.name} has joined room ${room}`)
  visitor.peer.write(jsonIrcRequest('/broadcast', room, `only in ${room}`))
  house.deeds.said.message++
  await host.untilSaid(`only in ${room}`)
  host.peer.write(jsonIrcRequest('/leaveRoom', room, ''))
  await visitor.untilSaid(`${host.name} has left room ${room}`)
  await Promise.all([host.leave(), visitor.leave()])
}

/** Goes to a channel of its own and hides it, and comes back. */
export async function hideChannel(house: House): Promise<void> {
  const guest = await Guest.enter(house, dialectNamed('chatmaster'))
  const channel = `den-${guest.name}`
  guest.peer.write(chatmasterCommand('join', { channel }))
  await guest.untilSaid(`"username":"${guest.name}","channel":"${channel}"`)
  guest.peer.write(chatmasterCommand('private', {}))
  await guest.untilSaid('"channel_private"')
  guest.peer.write(chatmasterCommand('leave', {}))
  await guest.untilSaid(`"username":"${guest.name}","channel":"general"`)
  await guest.end()
}

// What is said ends in a full stop: what guest1 says would be found in what guest12 does.

/** Says something and corrects it; another one is told both and says that they have it. */
export async function edit(house: House): Promise<void> {
  const chatroom = dialectNamed('chatroom')
  const [author, reader] = await Promise.all([Guest.enter(house, chatroom), Guest.enter(house, chatroom)])
  author.say(`draft of ${author.name}.`)
  const sent = await author.untilSaid('SENT {"messageId"')
  const id = /"messageId":"([^"]+)"/.exec(sent.toString('latin1'))?.[1] ?? ''
  await reader.untilSaid(`draft of ${author.name}.`)
  const receipt = { sender: author.name, timestamp: '1:00 pm', message: '', message_id: id }
  reader.peer.write(`RECEIVED ${JSON.stringify(receipt)}\n`)
  await author.untilSaid('RECEIVED {')
  author.peer.write(`EDIT ${JSON.stringify({ message_id: id, message: `final word of ${author.name}.` })}\n`)
  house.deeds.edited.times++
  await author.untilSaid('200 MESSAGE UPDATED')
  await reader.untilSaid(`final word of ${author.name}.`)
  await Promise.all([author.leave(), reader.leave()])
}

/** Blocks somebody, is not told what they say, and ends that again. */
export async function block(house: House): Promise<void> {
  const chatroom = dialectNamed('chatroom')
  const [blocker, blocked] = await Promise.all([Guest.enter(house, chatroom), Guest.enter(house, chatroom)])
  blocker.peer.write(`BLOCK ${blocked.name}\n`)
  house.deeds.blocked.times++
  await blocked.untilSaid(`BLOCKED {"username":"${blocker.name}"`)
  blocked.say(`unheard of ${blocked.name}.`)
  await blocked.untilSaid('SENT {"messageId"')
  blocker.peer.write(`UNBLOCK ${blocked.name}\nUSERBOARD\n`)
  const unheard = await untilBoard(blocker, `unheard of ${blocked.name}.`)
  if (!unheard) throw new Error('somebody who was blocked was heard')
  blocked.say(`heard of ${blocked.name}.`)
  await blocker.untilSaid(` of ${blocked.name}.`)
  await Promise.all([blocker.leave(), blocked.leave()])
}

/** @returns whether nothing with these words has come before the board, which comes last */
async function untilBoard(guest: Guest, words: string): Promise<boolean> {
  let isUnheard = true
  await guest.until((unit) => {
    if (unit.includes(words)) isUnheard = false
    return guest.dialect.isAnswer(unit)
  }, 'the board')
  return isUnheard
}

function inRooms(): SoakDialect[] {
  return SOAK_DIALECTS.filter(({ wire }) => wire.isInRoom)
}
