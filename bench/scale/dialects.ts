/**
 * The five dialects as the clients of this bench speak them: how to come in, how to say something, and what somebody
 * else's words must look like to the last byte. They are read here anew on purpose: a check of the relay should not share
 * the code that it checks.
 */

import { ascii, DEFAULT_ROOM, lineEnd, words } from '../load/targets/ascii.js'
import { ANYTHING, ExpectedUnit } from './expected-unit.js'

/** What a line, package or frame is to somebody who has come in. `crowd` tells of several people at once. */
export type UnitKind = 'message' | 'person' | 'crowd' | 'other'

export interface ScaleDialect {
  readonly name: string
  /** Whether whoever speaks it is in the room; all others are told directly. */
  readonly isInRoom: boolean
  login(name: string): Uint8Array
  /** What answers a login: null for what is neither yes nor no. */
  loginAnswer(bytes: Uint8Array, at: number, end: number): 'in' | 'refused' | null
  /** To the room; with a `to`, to that person alone. */
  say(name: string, text: string, to: string): Uint8Array
  /** How the others get it who speak this dialect. */
  heard(sender: string, text: string): ExpectedUnit
  /** The end of the unit that begins at `bytes[at]`, as `UnitReader` wants it. */
  unitEnd(bytes: Uint8Array, at: number, end: number): number
  kindOf(bytes: Uint8Array, at: number, end: number): UnitKind
}

const ZERO = 0x30
const NINE = 0x39
const QUOTE = 0x22
const STAR = 0x2a
const BRACKET = 0x5b

const FRAMED = { join: 0x00, message: 0x02, direct: 0x04, error: 0x05, headerBytes: 3 } as const

const framed: ScaleDialect = {
  name: 'framed',
  isInRoom: true,
  login: (name) => frame(FRAMED.join, name),
  loginAnswer: (bytes, at, end) => {
    // The answer, or why there is none yet.
    if (bytes[at] === FRAMED.error) return 'refused'
    if (bytes[at] !== FRAMED.join) return null
    return end - at === FRAMED.headerBytes + 1 && bytes[at + FRAMED.headerBytes] === 0 ? 'in' : 'refused'
  },
  say: (_name, text) => frame(FRAMED.message, text),
  heard: (sender, text) => new ExpectedUnit(frame(FRAMED.message, `[${sender}] ${text}`)),
  unitEnd: (bytes, at, end) =>
    end - at < FRAMED.headerBytes
      ? 0
      : at + FRAMED.headerBytes + (((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)),
  kindOf: (bytes, at) => {
    const command = bytes[at]
    const first = bytes[at + FRAMED.headerBytes]
    if (command === FRAMED.direct) return 'message'
    if (command !== FRAMED.message) return 'other'
    if (first === BRACKET) return 'message'
    if (first !== STAR) return 'other'
    // `**212 people are …` where a person's name would be; no name of this bench begins with a digit.
    return isDigit(bytes[at + FRAMED.headerBytes + 2] as number) ? 'crowd' : 'person'
  },
}

/** A frame of framed. */
export function frame(command: number, payload: string): Uint8Array {
  const bytes = Buffer.from(payload, 'latin1')
  return Buffer.concat([Buffer.from([command, bytes.length >> 8, bytes.length & 0xff]), bytes])
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

/** What begins a line of each kind, behind which a crowd has something else than a person's name. */
interface LineKinds {
  readonly message: readonly string[]
  readonly presence: readonly string[]
  readonly isCrowd: (byte: number) => boolean
}

/** Half the square of the first ten thousand come this way: looked at byte by byte, without a string. */
function lineKind({ message, presence, isCrowd }: LineKinds): ScaleDialect['kindOf'] {
  const messages = message.map(ascii)
  const presences = presence.map(ascii)
  return (bytes, at, end) => {
    for (const start of presences) {
      if (isStart(bytes, start, at, end))
        return isCrowd(bytes[at + start.length] as number) ? 'crowd' : 'person'
    }
    for (const start of messages) if (isStart(bytes, start, at, end)) return 'message'
    return 'other'
  }
}

function isStart(bytes: Uint8Array, start: Uint8Array, at: number, end: number): boolean {
  if (end - at < start.length) return false
  for (let index = 0; index < start.length; index++) if (bytes[at + index] !== start[index]) return false
  return true
}

const chatroom: ScaleDialect = {
  name: 'chatroom',
  isInRoom: true,
  login: (name) => ascii(`JOIN ${name}\n`),
  loginAnswer: answerIn(/^200 OK/, /^[45]/),
  say: (name, text) =>
    ascii(
      `SEND ${JSON.stringify({ sender: name, header: '@everyone', timestamp: '1:00 pm', message: text })}\n`,
    ),
  heard: (sender, text) =>
    new ExpectedUnit(
      `SEND {"sender":"${sender}","header":"@everyone","timestamp":"`,
      ANYTHING,
      '","messageId":"',
      ANYTHING,
      `","message":"${text}"}\n`,
    ),
  unitEnd: lineEnd,
  // A crowd has no name.
  kindOf: lineKind({
    message: ['SEND {'],
    presence: ['JOIN {"username":"', 'LEFT {"username":"'],
    isCrowd: (byte) => byte === QUOTE,
  }),
}

const jsonIrc: ScaleDialect = {
  name: 'json-irc',
  isInRoom: true,
  login: (name) =>
    ascii(
      `${JSON.stringify({ command: '/nick', nickname: name, room: '', message: '' })}\n` +
        `${JSON.stringify({ command: '/join', nickname: '', room: DEFAULT_ROOM, message: '' })}\n`,
    ),
  loginAnswer: answerIn(/"\/joinSuccess"/, /"\/nickFail"|"Error: /),
  say: (_name, text) =>
    ascii(`${JSON.stringify({ command: '/broadcast', nickname: '', room: DEFAULT_ROOM, message: text })}\n`),
  heard: (sender, text) =>
    new ExpectedUnit(
      `{"command":"/broadcast","nickname":"${sender}","room":"${DEFAULT_ROOM}","message":"${text}"}\n`,
    ),
  unitEnd: lineEnd,
  kindOf: lineKind({
    message: ['{"command":"/broadcast"', '{"command":"/direct"'],
    presence: ['{"command":"/join","nickname":"', '{"command":"/leaveRoom","nickname":"'],
    isCrowd: (byte) => byte === QUOTE,
  }),
}

const chatmaster: ScaleDialect = {
  name: 'chatmaster',
  isInRoom: true,
  login: (name) =>
    ascii(
      `${JSON.stringify({ type: 'command', data: { command: 'login', parameters: { username: name } } })}\n`,
    ),
  loginAnswer: answerIn(/"status":1/, /"status":0|"type":"error"/),
  say: (_name, text) =>
    ascii(`${JSON.stringify({ type: 'message', data: { username: '', message: text } })}\n`),
  heard: (sender, text) =>
    new ExpectedUnit(`{"type":"message","data":{"message":"${text}","username":"${sender}"}}\n`),
  unitEnd: lineEnd,
  kindOf: lineKind({
    message: ['{"type":"message"'],
    presence: [
      '{"type":"notification","data":{"event_type":"user_joined","username":"',
      '{"type":"notification","data":{"event_type":"user_left","username":"',
    ],
    isCrowd: isDigit,
  }),
}

/** @returns what a line says about a login, by how it looks */
function answerIn(yes: RegExp, no: RegExp): ScaleDialect['loginAnswer'] {
  return (bytes, at, end) => {
    const line = words(bytes, at, end)
    return yes.test(line) ? 'in' : no.test(line) ? 'refused' : null
  }
}

const SENDTO = { login: 1, sendto: 3, response: 5, headerBytes: 4 } as const

const sendto: ScaleDialect = {
  name: 'sendto',
  isInRoom: false,
  login: (name) => packet(SENDTO.login, name, ''),
  loginAnswer: (bytes, at, end) => {
    if (bytes[at] !== SENDTO.response) return null
    return bytes[end - 1] === 0 ? 'in' : 'refused'
  },
  say: (_name, text, to) => packet(SENDTO.sendto, to, text),
  heard: (sender, text) => new ExpectedUnit(packet(SENDTO.sendto, sender, text)),
  unitEnd: (bytes, at, end) =>
    end - at < SENDTO.headerBytes
      ? 0
      : at +
        SENDTO.headerBytes +
        (bytes[at + 1] as number) +
        (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)),
  kindOf: (bytes, at) => (bytes[at] === SENDTO.sendto ? 'message' : 'other'),
}

/** A message of sendto. */
export function packet(type: number, name: string, text: string): Uint8Array {
  const [nameBytes, textBytes] = [ascii(name), ascii(text)]
  const header = [type, nameBytes.length, textBytes.length >> 8, textBytes.length & 0xff]
  return Buffer.concat([Buffer.from(header), nameBytes, textBytes])
}

/** In the order in which clients are divided among them. */
export const SCALE_DIALECTS: readonly ScaleDialect[] = [framed, chatroom, jsonIrc, chatmaster, sendto]
