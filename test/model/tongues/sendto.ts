/** sendto: four bytes of header, a name and a text; in no room, and reached directly. Rules S1–S7. */

import { type Action, cleanText, isName, type Told } from '../actions.js'
import type { World } from '../reference-model.js'
import type { Decoder, Tongue } from '../tongue.js'

const [LOGIN, LIST, SENDTO, LOGOUT, RESPONSE] = [1, 2, 3, 4, 5]
/** S6. */
const NO_TYPE = 9
const [OK, FAILURE, MALFORMED] = ['\0', '\x01', '\x02']
const MAX_NAME_BYTES = 20

const DEEDS: readonly string[] = ['come', 'tell', 'names', 'probe', 'leave']

function unit(type: number, name: string, text: string): string {
  return `${type} ${name}: ${text}`
}

function message(type: number, name = '', words = ''): Buffer {
  const text = Buffer.from(words)
  const header = Buffer.of(type, name.length, text.length >> 8, text.length & 255)
  return Buffer.concat([header, Buffer.from(name), text])
}

function encode(action: Action): Buffer {
  switch (action.do) {
    case 'come':
      return message(LOGIN, action.name)
    case 'tell':
      return message(SENDTO, action.to[0], action.text)
    case 'leave':
      return message(LOGOUT)
    case 'probe':
      return message(NO_TYPE)
    default:
      return message(LIST)
  }
}

function decoder(): Decoder {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const units: string[] = []
    while (rest.length >= 4) {
      const textAt = 4 + (rest[1] as number)
      const end = textAt + rest.readUInt16BE(2)
      if (rest.length < end) break
      units.push(
        unit(rest[0] as number, rest.toString('latin1', 4, textAt), rest.toString('utf8', textAt, end)),
      )
      rest = rest.subarray(end)
    }
    return units
  }
}

function act(world: World, client: string, action: Action) {
  const respond = (outcome: string) => world.answer(client, unit(RESPONSE, '', outcome)) // S1
  const session = world.sessionOf(client)
  if (action.do === 'probe') return respond(MALFORMED) // S6
  if (action.do === 'names') return world.answer(client, unit(LIST, '', world.names().join('\n'))) // S3
  if (action.do === 'come') {
    if (!isName(action.name) || action.name.length > MAX_NAME_BYTES) return respond(MALFORMED) // S2
    if (session !== null) return respond(FAILURE) // S2
    return respond(typeof world.claim(client, 'sendto', action.name) === 'string' ? FAILURE : OK) // S2
  }
  if (action.do === 'leave') {
    world.end(client) // S5
    return respond(session === null ? FAILURE : OK)
  }
  if (action.do !== 'tell') return
  const [to = ''] = action.to
  if (to.length > MAX_NAME_BYTES) return respond(MALFORMED) // S6
  if (session === null) return respond(FAILURE) // S4
  const text = cleanText(action.text)
  if (text === null || text === '') return respond(MALFORMED) // S4, M3
  respond(world.tell(session, [to], text, action.symbol, null) === 'sent' ? OK : FAILURE) // S4, C11
}

/** S7: longer names are cut. */
function shown(told: Told): string[] {
  const from = (text: string) => [unit(SENDTO, told.kind === 'visibility' ? '' : cut(told), text)]
  switch (told.kind) {
    case 'direct':
      return from(told.text)
    case 'edited':
      return from(`(edited) ${told.text}`)
    case 'blocked':
      return from(`${told.name} has blocked you`)
    default:
      return []
  }
}

function cut({ name }: { readonly name?: string }): string {
  return (name ?? '').slice(0, MAX_NAME_BYTES)
}

export const sendto: Tongue = {
  dialect: 'sendto',
  greeting: 0,
  can: (action) => DEEDS.includes(action.do),
  encode,
  answersTo: () => 1,
  isAnswer: (one) => one.startsWith(`${RESPONSE} `) || one.startsWith(`${LIST} `),
  decoder,
  act,
  shown,
}
