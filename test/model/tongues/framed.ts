/** framed: three bytes of header, then ASCII. Rules F1–F12. */

import { type Action, cleanText, GENERAL, inAscii, isAscii, type Told } from '../actions.js'
import type { World } from '../reference-model.js'
import { type Decoder, REST, type Tongue } from '../tongue.js'

const [JOIN, LEAVE, MESSAGE, LIST, DIRECT, ERROR] = [0, 1, 2, 3, 4, 5]
/** F11. */
const NO_COMMAND = 77
const PROBED = unit(ERROR, `Unsupported command ${NO_COMMAND}`)

const DEEDS: readonly string[] = ['come', 'say', 'tell', 'names', 'probe', 'leave']

function unit(command: number, text: string): string {
  return `${command} ${text}`
}

function frame(command: number, text = ''): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.of(command, payload.length >> 8, payload.length & 255), payload])
}

function encode(action: Action): Buffer {
  switch (action.do) {
    case 'come':
      return frame(JOIN, action.name)
    case 'say':
      return frame(MESSAGE, action.text)
    case 'tell':
      return frame(DIRECT, `${action.to[0]} ${action.text}`)
    case 'names':
      return frame(LIST)
    case 'probe':
      return frame(NO_COMMAND)
    default:
      return frame(LEAVE)
  }
}

function decoder(): Decoder {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const units: string[] = []
    while (rest.length >= 3) {
      const end = 3 + rest.readUInt16BE(1)
      if (rest.length < end) break
      units.push(unit(rest[0] as number, rest.toString('latin1', 3, end)))
      rest = rest.subarray(end)
    }
    return units
  }
}

/** F7: `null` for what is no text here. */
function readText(text: string): string | null {
  const clean = cleanText(text)
  return clean === null || !isAscii(clean) ? null : clean
}

function act(world: World, client: string, action: Action) {
  const answer = (command: number, text: string) => world.answer(client, unit(command, text))
  const session = world.sessionOf(client)
  if (action.do === 'probe') return answer(ERROR, `Unsupported command ${NO_COMMAND}`) // F11
  if (action.do === 'leave') return world.end(client) // F10
  if (action.do === 'come') {
    if (session !== null) return answer(ERROR, `Already joined as ${session.name}`) // F12
    const claimed = world.claim(client, 'framed', action.name)
    if (claimed === 'taken') return answer(JOIN, '\x01') // F2
    if (claimed === 'invalid') return answer(JOIN, '\x02') // F2
    answer(JOIN, '\0') // F2: then it is announced
    return world.join(claimed, GENERAL) // R1
  }
  if (session === null) return answer(ERROR, 'Join first') // F12
  if (action.do === 'names') return answer(LIST, world.names().join(' ')) // F8
  if (action.do === 'say') {
    const text = readText(action.text)
    if (text === null) return answer(ERROR, REST) // F7
    if (text !== '') world.say(session, GENERAL, text, action.symbol, null) // F4, F5
  }
  if (action.do === 'tell') {
    const text = readText(action.text)
    if (text === null || text === '') return answer(ERROR, REST) // F7, F9
    const outcome = world.tell(session, action.to.slice(0, 1), text, action.symbol, null) // F9
    if (outcome === 'sent') return
    answer(ERROR, 'missing' in outcome ? `No such user: ${outcome.missing}` : REST) // F9, C11
  }
}

function shown(told: Told): string[] {
  switch (told.kind) {
    case 'message':
      return [unit(MESSAGE, `[${told.name}] ${inAscii(told.text)}`)]
    case 'direct':
      return [unit(DIRECT, `[${told.name}] ${inAscii(told.text)}`)]
    case 'edited':
      return [unit(told.room === null ? DIRECT : MESSAGE, `[${told.name}] (edited) ${inAscii(told.text)}`)]
    case 'joined':
      return [unit(MESSAGE, `**${told.name} is joining the chat**`)]
    case 'left':
      return [unit(MESSAGE, `**${told.name} is leaving the chat**`)]
    case 'renamed':
      return [unit(MESSAGE, `**${told.formerName} is now known as ${told.name}**`)]
    case 'blocked':
      return [unit(MESSAGE, `**${told.name} has blocked you**`)]
    default:
      return []
  }
}

export const framed: Tongue = {
  dialect: 'framed',
  greeting: 1,
  can: (action) => DEEDS.includes(action.do),
  encode,
  answersTo: (action) => (action.do === 'probe' ? 1 : 0),
  isAnswer: (one) => one === PROBED,
  decoder,
  act,
  shown,
}
