/** json-irc: objects of four strings; in any number of rooms. Rules J1–J9. */

import { type Action, cleanText, inAscii, isAscii, sorted, type Told } from '../actions.js'
import type { World } from '../reference-model.js'
import { type Decoder, lines, REST, type Tongue } from '../tongue.js'

const COMMANDS: Readonly<Record<string, string>> = {
  come: '/nick',
  join: '/join',
  part: '/leaveRoom',
  say: '/broadcast',
  tell: '/direct',
  names: '/roomMembers',
  members: '/roomMembers',
  rooms: '/listRooms',
  probe: '/probe',
  leave: '/close',
}

const FIELDS = '["command","message","nickname","room"]'
const PROBED = '["/probe",'

function unit(command: string, nickname: string, room: string, message: string): string {
  return JSON.stringify([command, nickname, room, message])
}

/** The page does not say what comes behind `words`. */
function begun(command: string, nickname: string, room: string, words: string): string {
  return `${unit(command, nickname, room, words).slice(0, -2)}${REST}`
}

function read(line: string): string {
  const { command, nickname, room, message, ...more } = JSON.parse(line) as Record<string, string>
  const fields = [command, nickname, room, message]
  if (Object.keys(more).length > 0 || fields.some((field) => typeof field !== 'string'))
    throw new Error(`not an object of ${FIELDS}: ${line}`)
  return JSON.stringify(fields)
}

/** What the request names as its room. */
function roomOf(action: Action): string {
  if (action.do === 'tell') return action.to[0] as string
  return 'room' in action ? action.room : ''
}

function encode(action: Action): Buffer {
  const command = COMMANDS[action.do]
  const nickname = action.do === 'come' ? action.name : 'whoever' // J8
  const message = 'text' in action ? action.text : ''
  return Buffer.from(JSON.stringify({ command, nickname, room: roomOf(action), message }))
}

function decoder(): Decoder {
  const whole = lines()
  return (bytes) => whole(bytes).map(read)
}

function act(world: World, client: string, action: Action) {
  const command = COMMANDS[action.do] as string
  const room = roomOf(action)
  const session = world.sessionOf(client)
  const answer = (one: string) => world.answer(client, one)
  const error = begun(command, '', room, 'Error: ') // J9
  if (action.do === 'leave') return world.end(client) // J7
  if (action.do === 'come') {
    if (session !== null) return // further /nick are ignored
    const claimed = world.claim(client, 'json-irc', action.name)
    if (typeof claimed === 'string') return answer(begun('/nickFail', action.name, '', '')) // J2
    return answer(unit('/nicknameSet', action.name, '', `nickname set to ${action.name}`))
  }
  if (session === null) return answer(error) // J1
  const { name } = session
  const list = (names: readonly string[]) => names.join('\n')
  switch (action.do) {
    case 'probe':
      return answer(error) // J9
    case 'rooms':
      return answer(unit('/listRooms', name, '', list(world.roomNames()))) // J3, R4
    case 'names':
      return answer(unit('listMembers', name, '', list(world.names()))) // J4
    case 'members': {
      const members = world.members(room, session)
      if (members === null) return answer(error) // R4
      return answer(unit('listMembers', name, room, list(sorted(members.map((one) => one.name)))))
    }
    case 'join':
      world.join(session, room) // J6
      return answer(unit('/joinSuccess', name, room, `successfully joined room ${room}`))
    case 'part':
      if (!session.rooms.includes(room)) return answer(error)
      world.leave(session, room)
      return answer(left(name, room))
    case 'say': {
      const text = readText(action.text)
      if (text === null || !world.say(session, room, text, action.symbol, null)) answer(error)
      return
    }
    case 'tell': {
      const text = readText(action.text)
      const sent = text !== null && world.tell(session, [room], text, action.symbol, null) === 'sent'
      if (!sent) answer(error) // C11
    }
  }
}

/** J5. */
function readText(text: string): string | null {
  const clean = cleanText(text)
  return clean === null || clean === '' || !isAscii(clean) ? null : clean
}

function left(name: string, room: string): string {
  return unit('/leaveRoom', name, room, `${name} has left room ${room}`)
}

function entered(name: string, room: string): string {
  return unit('/join', name, room, `${name} has joined room ${room}`)
}

function shown(told: Told): string[] {
  switch (told.kind) {
    case 'message':
      return [unit('/broadcast', told.name, told.room, inAscii(told.text))]
    case 'direct':
      return [unit('/direct', told.name, told.to, inAscii(told.text))]
    case 'edited':
      return told.room === null
        ? [unit('/direct', told.name, told.to, `(edited) ${inAscii(told.text)}`)]
        : [unit('/broadcast', told.name, told.room, `(edited) ${inAscii(told.text)}`)]
    case 'joined':
      return [entered(told.name, told.room)]
    case 'left':
      return [left(told.name, told.room)]
    case 'renamed':
      return [left(told.formerName, told.room), entered(told.name, told.room)]
    case 'blocked':
      return [unit('/direct', told.name, told.to, `${told.name} has blocked you`)]
    default:
      return []
  }
}

export const jsonIrc: Tongue = {
  dialect: 'json-irc',
  greeting: 0,
  can: (action) => COMMANDS[action.do] !== undefined,
  encode,
  answersTo: (action) => (action.do === 'probe' ? 1 : 0),
  isAnswer: (one) => one.startsWith(PROBED),
  decoder,
  act,
  shown,
}
