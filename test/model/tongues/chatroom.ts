/** chatroom: a verb and JSON a line, after status lines that answer; in one room at a time. Rules C1–C12, C17. */

import { type Action, cleanText, GENERAL, sorted, type Told } from '../actions.js'
import type { MessageIds } from '../message-ids.js'
import type { Session, World } from '../reference-model.js'
import { canonical, type Decoder, lines, type Tongue } from '../tongue.js'

const NAME = /^[A-Za-z0-9]{3,30}$/
/** What the relay writes where the sender has not said when. */
const TIME_OF_DAY = /^\d{1,2}:\d\d [ap]m$/

const DEEDS: readonly string[] = [
  ...['come', 'hold', 'join', 'say', 'tell', 'edit', 'acknowledge', 'block', 'unblock'],
  ...['status', 'names', 'members', 'rooms', 'probe', 'leave'],
]

/** Anything else: it is answered as broken, whoever asks. */
const NO_VERB = 'PROBE'
const OK = '200 OK'
const BROKEN = '500 SERVER ERROR'
const FAILED = '400 MESSAGE FAILED'
const NOBODY = '400 CANNOT FIND USER'

function line(verb: string, json: object = {}): string {
  return `${verb} ${canonical(json)}`
}

function saidAt(symbol: string): string {
  return `t${symbol}`
}

function headerOf(action: Action): string {
  return action.do === 'tell' ? action.to.map((name) => `@${name}`).join(' ') : '@everyone'
}

function request(action: Action): string {
  switch (action.do) {
    case 'come':
      return `JOIN ${action.name}`
    case 'hold':
      return `USERNAME ${action.name}`
    case 'join':
      return `ENTER ${action.room}`
    case 'say':
    case 'tell': {
      const fields = { sender: action.as, header: headerOf(action), timestamp: saidAt(action.symbol) }
      return `SEND ${JSON.stringify({ ...fields, message: action.text })}`
    }
    case 'edit':
      return `EDIT ${JSON.stringify({ message_id: action.id, message: action.text })}`
    case 'acknowledge':
      return `RECEIVED ${JSON.stringify({ sender: '', timestamp: '', message: '', message_id: action.id })}`
    case 'block':
      return `BLOCK ${action.name}`
    case 'unblock':
      return `UNBLOCK ${action.name}`
    case 'status':
      return `USERSTATUS ${action.status}`
    case 'members':
      return `USERBOARD ${action.room}`
    case 'rooms':
      return 'ROOMS'
    case 'leave':
      return 'LEAVE'
    case 'probe':
      return NO_VERB
    default:
      return 'USERBOARD'
  }
}

/** Ids become messages, and times of day one time, which the model does not know. */
function decoder(ids: MessageIds): Decoder {
  const whole = lines()
  return (bytes) =>
    whole(bytes).map((one) => {
      const brace = one.indexOf(' {')
      if (brace < 0) return one
      const json = JSON.parse(one.slice(brace + 1)) as Record<string, unknown>
      const { messageId, message_id, timestamp, message } = json
      if (typeof messageId === 'string') {
        const isOwnTime = typeof timestamp === 'string' && !TIME_OF_DAY.test(timestamp)
        json.messageId = ids.learn(messageId, String(isOwnTime ? timestamp : message))
      }
      if (typeof message_id === 'string') json.message_id = ids.named(message_id)
      if (typeof timestamp === 'string' && TIME_OF_DAY.test(timestamp)) json.timestamp = 'time'
      return line(one.slice(0, brace), json)
    })
}

function act(world: World, client: string, action: Action) {
  const session = world.sessionOf(client)
  // Every request gets its status line, and only then what it made come to whoever has asked.
  const at = world.out.length
  const answer = (...units: string[]) => world.answerAt(at, client, ...units)
  switch (action.do) {
    case 'come': {
      if (session !== null) return answer(BROKEN) // C2
      const claimed = NAME.test(action.name) ? world.claim(client, 'chatroom', action.name) : 'invalid' // C1
      if (typeof claimed === 'string') return answer('400 INVALID USERNAME')
      world.join(claimed, GENERAL) // R1, C3
      return answer(OK)
    }
    case 'hold': {
      const refused = !NAME.test(action.name) || world.refusal(action.name, client) !== null
      if (session !== null || refused) return answer(BROKEN) // C1, C2
      world.hold(client, action.name)
      return answer(OK)
    }
    case 'leave':
      world.end(client)
      return answer('200 BYE')
    case 'probe':
      return answer(BROKEN)
    case 'names':
    case 'members': {
      const own = session?.rooms[0] ?? GENERAL
      const board = world.members(action.do === 'members' ? action.room : own, session)
      if (board === null) return answer(BROKEN) // C9, R4
      const statuses = new Map(board.map(({ name, status }) => [name, status]))
      const json = sorted(statuses.keys()).map((name) => `${JSON.stringify(name)}:"${statuses.get(name)}"`)
      return answer(OK, `USERBOARD {${json.join()}}`)
    }
  }
  if (session === null) return answer(BROKEN) // C2
  answer(...actAsMember(world, session, action))
}

function actAsMember(world: World, session: Session, action: Action): string[] {
  const [room = ''] = session.rooms
  switch (action.do) {
    case 'rooms':
      return [OK, line('ROOMS', { rooms: world.roomNames(room) })] // C17
    case 'join':
      if (action.room === room) return [BROKEN] // C17
      world.leave(session, room)
      world.join(session, action.room)
      return [OK]
    case 'say':
    case 'tell':
      return send(world, session, action)
    case 'edit': {
      const text = readText(action.text)
      const may = text !== null && world.edit(session, action.of, text)
      return [may ? '200 MESSAGE UPDATED' : '400 EDIT FAILED'] // C8
    }
    case 'acknowledge':
      return [world.acknowledge(session, action.of) ? OK : BROKEN] // C7
    case 'block':
      return [world.block(session, action.name) ? OK : NOBODY] // C11
    case 'unblock': {
      const found = world.unblock(session, action.name) || world.named(action.name) !== null
      return [found ? OK : NOBODY] // C11
    }
    case 'status':
      world.setStatus(session, action.status) // C10
      return ['200 USERSTATUS UPDATED']
    default:
      return [BROKEN]
  }
}

function send(world: World, session: Session, action: Action & { do: 'say' | 'tell' }): string[] {
  const { symbol } = action
  const text = readText(action.text)
  if (text === null || action.as !== session.name) return [FAILED] // C5, N5
  const timestamp = saidAt(symbol)
  const sent = ['200 SENT', line('SENT', { messageId: symbol, timestamp, header: headerOf(action) })] // C6
  if (action.do === 'say') {
    world.say(session, session.rooms[0] as string, text, symbol, timestamp)
    return sent
  }
  const outcome = world.tell(session, action.to, text, symbol, timestamp) // C4
  if (outcome === 'sent') return sent
  if ('missing' in outcome) return [BROKEN] // C4
  return [...outcome.blockedBy.map(blocked), FAILED] // C11
}

/** C5. */
function readText(text: string): string | null {
  const clean = cleanText(text)
  return clean === null || !/\S/u.test(clean) || [...clean].length > 500 ? null : clean
}

function blocked(username: string): string {
  return line('BLOCKED', { username, message: `${username} has blocked you.` })
}

function entered(username: string): string {
  return line('JOIN', { username, message: `${username} has entered the chat` })
}

function left(username: string): string {
  return line('LEFT', { username, message: `${username} has left the chat` })
}

function shown(told: Told): string[] {
  switch (told.kind) {
    case 'message':
    case 'direct': {
      const header = told.kind === 'message' ? '@everyone' : `@${told.to}`
      const { name: sender, symbol: messageId, text: message } = told
      return [line('SEND', { sender, header, timestamp: told.saidAt ?? 'time', messageId, message })] // C6
    }
    case 'edited': {
      const { name: sender, symbol: message_id, text: message } = told
      return [line('EDIT', { message_id, message, sender, edited: true })] // C8
    }
    case 'receipt':
      return [line('RECEIVED', { message_id: told.symbol, receiver: told.name, timestamp: 'time' })] // C7
    case 'joined':
      return [entered(told.name)]
    case 'left':
      return [left(told.name)]
    case 'renamed':
      return [left(told.formerName), entered(told.name)]
    case 'status':
      return [line('USERSTATUS', { username: told.name, status: told.status })] // C10
    case 'blocked':
      return [blocked(told.name)]
    case 'visibility':
      return []
  }
}

export const chatroom: Tongue = {
  dialect: 'chatroom',
  greeting: 0,
  can: (action) => DEEDS.includes(action.do),
  encode: (action) => Buffer.from(`${request(action)}\n`),
  answersTo: () => 1,
  isAnswer: (one) => /^\d/.test(one),
  decoder,
  act,
  shown,
}
