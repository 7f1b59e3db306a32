/** chatmaster: packages of a type and data, plain or compressed; in one room at a time. Rules X1–X12, X14, X15. */

import { deflateSync, inflateSync } from 'node:zlib'
import { type Action, cleanText, GENERAL, sorted, type Told } from '../actions.js'
import type { Session, World } from '../reference-model.js'
import { canonical, type Decoder, lines, REST, type Tongue } from '../tongue.js'

const DEEDS: readonly string[] = [
  ...['come', 'join', 'part', 'say', 'tell', 'rename', 'hide', 'names', 'members', 'rooms', 'probe'],
]

/** X2, X6. */
const REFUSALS = { taken: 'Username is already taken.', invalid: 'Username is not valid.' }
/** What the data of a session package begin with, the keys sorted. */
const SESSION = '"type":"session"}'
/** A login that has to be refused is answered as every login is, and changes nothing. */
const NO_NAME = ''

function unit(type: string, data: object): string {
  return canonical({ type, data })
}

/** @param words `null` where the page does not say them */
function error(error_type: string, words: string | null): string {
  if (words !== null) return unit('error', { error_type, message: words })
  return `${unit('error', { error_type, message: '' }).split('"message":"')[0]}"message":"${REST}`
}

function notification(event_type: string, data: object): string {
  return unit('notification', { event_type, ...data })
}

function packageOf(action: Action): object {
  const command = (name: string, parameters: object | null = null) => {
    return { type: 'command', data: { command: name, parameters } }
  }
  switch (action.do) {
    case 'come':
      return command('login', { username: action.name })
    case 'probe':
      return command('login', { username: NO_NAME })
    case 'rename':
      return command('rename', { username: action.name })
    case 'join':
      return command('join', { channel: action.room })
    case 'part':
      return command('leave')
    case 'hide':
      return command(action.isPrivate ? 'private' : 'public')
    case 'say':
      return { type: 'message', data: { message: action.text, username: action.as } }
    case 'tell':
      return command('direct', { username: action.to[0], message: action.text })
    case 'rooms':
      return command('channels')
    default:
      return command('members')
  }
}

function plainDecoder(): Decoder {
  const whole = lines()
  return (bytes) => whole(bytes).map((one) => canonical(JSON.parse(one)))
}

/** X12: the greeting is plain, and what comes behind it is one stream for each package. */
function zlibDecoder(): Decoder {
  const plain = plainDecoder()
  let isGreeted = false
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const units: string[] = []
    if (!isGreeted) {
      const end = rest.indexOf(0x0a) + 1
      isGreeted = end > 0
      units.push(...plain(rest.subarray(0, end)))
      rest = rest.subarray(end)
    }
    while (isGreeted && rest.length > 0) {
      const stream = inflated(rest)
      if (stream === null) break
      units.push(...plain(stream.buffer))
      rest = rest.subarray(stream.bytes)
    }
    return units
  }
}

function inflated(bytes: Buffer): { readonly buffer: Buffer; readonly bytes: number } | null {
  try {
    const { buffer, engine } = inflateSync(bytes, { info: true }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    return { buffer, bytes: engine.bytesWritten }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') return null
    throw thrown
  }
}

function act(world: World, client: string, action: Action) {
  const session = world.sessionOf(client)
  if (action.do === 'come' || action.do === 'probe') {
    const name = action.do === 'come' ? action.name : NO_NAME
    if (session !== null) return world.answer(client, error('login', 'You are already logged in.'))
    const claimed = world.claim(client, 'chatmaster', name)
    if (typeof claimed === 'string')
      return world.answer(client, unit('session', { status: 0, reason: REFUSALS[claimed] })) // X2
    world.answer(client, unit('session', { status: 1, channels: world.roomNames() })) // X2, R4
    return world.join(claimed, GENERAL) // X3
  }
  if (session === null) return world.answer(client, error('login', 'Log in first.')) // X11
  actAsMember(world, session, action)
}

function actAsMember(world: World, session: Session, action: Action) {
  const { client } = session
  const [room = ''] = session.rooms
  const answer = (one: string) => world.answer(client, one)
  const move = (to: string) => {
    world.leave(session, room)
    world.join(session, to)
  }
  switch (action.do) {
    case 'rename': {
      const refusal = world.rename(session, action.name) // X6
      if (refusal !== null) answer(error('rename', REFUSALS[refusal]))
      return
    }
    case 'join':
      if (action.room === room) return answer(error('join', 'You have already joined the channel.'))
      return move(action.room) // X7
    case 'part':
      if (room === GENERAL) return answer(error('leave', 'You are not in a channel.'))
      return move(GENERAL) // X8
    case 'hide': {
      const word = action.isPrivate ? 'private' : 'public'
      if (!world.hide(session, room, action.isPrivate))
        answer(error(word, `Channel cannot be set to ${word}.`)) // X9
      return
    }
    case 'rooms':
      return answer(notification('channel_list', { channels: world.roomNames(room) })) // X10
    case 'names':
    case 'members': {
      const members = (world.members(room, session) ?? []).map(({ name }) => name)
      return answer(notification('member_list', { members: sorted(members) })) // X15
    }
    case 'say': {
      const text = cleanText(action.text)
      if (text === null || text === '')
        answer(error('message', null)) // X4, M3
      else world.say(session, room, text, action.symbol, null) // X4
      return
    }
    case 'tell': {
      const text = cleanText(action.text)
      if (text === null || text === '') return answer(error('direct', null))
      const outcome = world.tell(session, action.to.slice(0, 1), text, action.symbol, null) // X14
      if (outcome !== 'sent') answer(error('direct', 'missing' in outcome ? 'No such user.' : null))
    }
  }
}

function message(username: string, text: string, more: object = {}): string {
  return unit('message', { message: text, username, ...more })
}

function shown(told: Told): string[] {
  switch (told.kind) {
    case 'message':
      return [message(told.name, told.text)]
    case 'direct':
      return [message(told.name, told.text, { private: true })]
    case 'edited':
      return [
        message(told.name, told.text, { ...(told.room === null ? { private: true } : {}), edited: true }),
      ]
    case 'joined':
      return [notification('user_joined', { username: told.name, channel: told.room })]
    case 'left':
      return [notification('user_left', { username: told.name, channel: told.room })]
    case 'renamed':
      return [notification('user_rename', { old_username: told.formerName, new_username: told.name })]
    case 'visibility':
      return [notification(told.isPrivate ? 'channel_private' : 'channel_public', { channel: told.room })]
    case 'blocked':
      return [message(told.name, `${told.name} has blocked you`, { private: true })]
    default:
      return []
  }
}

const ALREADY = error('login', 'You are already logged in.')

export const chatmaster: Tongue = {
  dialect: 'chatmaster',
  greeting: 1,
  can: (action) => DEEDS.includes(action.do),
  encode: (action) => Buffer.from(JSON.stringify(packageOf(action))),
  answersTo: (action) => (action.do === 'come' || action.do === 'probe' ? 1 : 0),
  isAnswer: (one) => one === ALREADY || one.endsWith(SESSION),
  decoder: plainDecoder,
  act,
  shown,
}

export const chatmasterZlib: Tongue = {
  ...chatmaster,
  decoder: zlibDecoder,
  encode: (action) => deflateSync(Buffer.from(JSON.stringify(packageOf(action)))),
}
