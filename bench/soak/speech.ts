/**
 * What is said and heard here in each dialect beyond what the bench of many clients needs: words for one person alone, last words,
 * and a question with its answer. Like those it is read anew, and shares nothing with the relay.
 */

import { messages as chatmasterMessages } from '../../src/conform/chatmaster/messages.js'
import { messages as chatroomMessages } from '../../src/conform/chatroom/messages.js'
import type { Messages } from '../../src/conform/check.js'
import { messages as framedMessages } from '../../src/conform/framed/messages.js'
import { messages as jsonIrcMessages } from '../../src/conform/json-irc/messages.js'
import { messages as sendtoMessages } from '../../src/conform/sendto/messages.js'
import { ascii, DEFAULT_ROOM } from '../load/targets/ascii.js'
import type { FrameOf } from '../load/targets/parlance-ws.js'
import { binaryFrame, textFrame } from '../load/targets/websocket-stream.js'
import { frame, packet, SCALE_DIALECTS, type ScaleDialect } from '../scale/dialects.js'
import { ANYTHING, ExpectedUnit } from '../scale/expected-unit.js'

export interface SoakDialect {
  readonly wire: ScaleDialect
  /** How its bytes go into messages of WebSocket. */
  readonly messages: Messages
  /** The same for a load client. */
  readonly frameOf: FrameOf
  /** Says `text` to `to` alone. */
  direct(name: string, to: string, text: string): Uint8Array
  /** How `to` gets it. */
  heardDirectly(sender: string, to: string, text: string): ExpectedUnit
  /** What has the relay end the connection, and record that its client has left; null where there is no word for it. */
  readonly farewell: Uint8Array | null
  /** Asks who is here. */
  readonly question: Uint8Array
  /** Whether this unit is the answer, or the end of it. */
  isAnswer(unit: Buffer): boolean
}

const FRAMED = { leave: 1, list: 3, direct: 4 } as const
const SENDTO_LIST = 2
const SPACE = 0x20

const framed: SoakDialect = {
  wire: wireOf('framed'),
  messages: framedMessages,
  frameOf: binaryFrame,
  direct: (_name, to, text) => frame(FRAMED.direct, `${to} ${text}`),
  heardDirectly: (sender, _to, text) => new ExpectedUnit(frame(FRAMED.direct, `[${sender}] ${text}`)),
  farewell: frame(FRAMED.leave, ''),
  question: frame(FRAMED.list, ''),
  isAnswer: (unit) => unit[0] === FRAMED.list && unit.at(-1) !== SPACE,
}

const chatroom: SoakDialect = {
  wire: wireOf('chatroom'),
  messages: chatroomMessages,
  frameOf: textFrame,
  direct: (name, to, text) =>
    ascii(
      `SEND ${JSON.stringify({ sender: name, header: `@${to}`, timestamp: '1:00 pm', message: text })}\n`,
    ),
  heardDirectly: (sender, to, text) =>
    new ExpectedUnit(
      `SEND {"sender":"${sender}","header":"@${to}","timestamp":"`,
      ANYTHING,
      '","messageId":"',
      ANYTHING,
      `","message":"${text}"}\n`,
    ),
  farewell: ascii('LEAVE\n'),
  question: ascii('USERBOARD\n'),
  isAnswer: (unit) => begins(unit, 'USERBOARD {'),
}

const jsonIrc: SoakDialect = {
  wire: wireOf('json-irc'),
  messages: jsonIrcMessages,
  frameOf: textFrame,
  direct: (_name, to, text) => jsonIrcRequest('/direct', to, text),
  heardDirectly: (sender, to, text) =>
    new ExpectedUnit(`{"command":"/direct","nickname":"${sender}","room":"${to}","message":"${text}"}\n`),
  farewell: jsonIrcRequest('/close', '', ''),
  question: jsonIrcRequest('/roomMembers', DEFAULT_ROOM, ''),
  isAnswer: (unit) => begins(unit, '{"command":"listMembers"'),
}

const chatmaster: SoakDialect = {
  wire: wireOf('chatmaster'),
  messages: chatmasterMessages,
  frameOf: textFrame,
  direct: (_name, to, text) => chatmasterCommand('direct', { username: to, message: text }),
  heardDirectly: (sender, _to, text) =>
    new ExpectedUnit(
      `{"type":"message","data":{"message":"${text}","username":"${sender}","private":true}}\n`,
    ),
  farewell: null,
  question: chatmasterCommand('members', {}),
  isAnswer: (unit) => begins(unit, '{"type":"notification","data":{"event_type":"member_list"'),
}

const sendto: SoakDialect = {
  wire: wireOf('sendto'),
  messages: sendtoMessages,
  frameOf: binaryFrame,
  direct: (name, to, text) => wireOf('sendto').say(name, text, to),
  heardDirectly: (sender, _to, text) => wireOf('sendto').heard(sender, text),
  farewell: null,
  question: packet(SENDTO_LIST, '', ''),
  isAnswer: (unit) => unit[0] === SENDTO_LIST && unit.at(-1) !== '\n'.charCodeAt(0),
}

/** Clients are divided among them in this order. */
export const SOAK_DIALECTS: readonly SoakDialect[] = [framed, chatroom, jsonIrc, chatmaster, sendto]

/** @throws RangeError for a name that is none */
export function dialectNamed(name: string): SoakDialect {
  const found = SOAK_DIALECTS.find(({ wire }) => wire.name === name)
  if (found === undefined) throw new RangeError(`there is no dialect ${name}`)
  return found
}

export function jsonIrcRequest(command: string, room: string, message: string): Uint8Array {
  return ascii(`${JSON.stringify({ command, nickname: '', room, message })}\n`)
}

export function chatmasterCommand(command: string, parameters: object): Uint8Array {
  return ascii(`${JSON.stringify({ type: 'command', data: { command, parameters } })}\n`)
}

function wireOf(name: string): ScaleDialect {
  const found = SCALE_DIALECTS.find((dialect) => dialect.name === name)
  if (found === undefined) throw new RangeError(`there is no dialect ${name}`)
  return found
}

function begins(unit: Buffer, start: string): boolean {
  return unit.length >= start.length && unit.toString('latin1', 0, start.length) === start
}
