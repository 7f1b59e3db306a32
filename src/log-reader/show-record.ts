/** A record as one line for people. Whatever is in it from outside is escaped; of a direct message there is what the log has of it. */

import { oneLine, quoted, shown } from '../relay/streams/printable.js'
import type { LogRecord } from './record.js'
import type { TimeZone } from './time-zone.js'

type Fields = Readonly<Record<string, unknown>>

/** What each kind of record says, behind its time. Kinds that are not here are shown field by field. */
const WORDS: Readonly<Record<string, (fields: Fields) => string>> = {
  connected: (of) => `${peer(of)} connects`,
  accepted: (of) => `${peer(of)} is ${value(of.name)}`,
  rejected: (of) => {
    const times = of.count === undefined ? '' : `, ${value(of.count)} more times`
    const asked = of.name === undefined ? '' : ` as ${value(of.name)}`
    return `${peer(of)} is refused${asked}: ${value(of.reason)}${times}`
  },
  closed: (of) =>
    `${peer(of)} ends${of.name === undefined ? '' : `, who was ${value(of.name)}`}: ${value(of.reason)}`,
  joined: (of) => `${inRoom(of)}${value(of.name)} joins (${value(of.dialect)})`,
  left: (of) => `${inRoom(of)}${value(of.name)} leaves: ${value(of.reason)}`,
  message: (of) => `${inRoom(of)}${value(of.name)}: ${text(of.text)}`,
  direct: (of) => `${value(of.name)} to ${value(of.to)} alone${said(of)}`,
  edited: (of) =>
    `${inRoom(of)}${value(of.name)} edits ${of.room === undefined ? 'a direct message' : value(of.id)}${said(of)}`,
  receipt: (of) => `${inRoom(of)}${value(of.name)} has received ${value(of.id)}`,
  renamed: (of) => `${inRoom(of)}${value(of.formerName)} is ${value(of.name)} from now on`,
  status: (of) => `${inRoom(of)}${value(of.name)} is ${value(of.status)}`,
  visibility: (of) =>
    `${inRoom(of)}${value(of.name)} makes the room ${of.isPrivate === true ? 'private' : 'public'}`,
  blocked: (of) => `${value(of.name)} blocks ${value(of.to)}`,
}

export function showRecord({ time, event, fields }: LogRecord, zone: TimeZone): string {
  const words = Object.hasOwn(WORDS, event)
    ? (WORDS[event] as (fields: Fields) => string)(fields)
    : others(event, fields)
  return `${zone.show(Date.parse(time))}  ${words}`
}

function others(event: string, { time, event: _, ...rest }: Fields): string {
  const pairs = Object.entries(rest).map(([key, one]) => `${shown(key)}=${value(one)}`)
  return [shown(event), ...pairs].join(' ')
}

function inRoom({ room }: Fields): string {
  return room === undefined ? '' : `[${value(room)}] `
}

function peer({ ip, port, dialect }: Fields): string {
  if (ip === undefined) return `somebody (${value(dialect)})`
  const host = typeof ip === 'string' ? shown(ip) : quoted(ip)
  const at = port === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${value(port)}`
  return `${at} (${value(dialect)})`
}

/** What it says, where that is in the log; otherwise how long it is. */
function said(fields: Fields): string {
  if (fields.text !== undefined) return `: ${text(fields.text)}`
  return fields.textBytes === undefined ? '' : ` (${value(fields.textBytes)} bytes)`
}

/** A name, a room, a word: in quotes where it is not plain, so that it cannot be taken for something else. */
function value(one: unknown): string {
  if (one === undefined) return '?'
  if (typeof one !== 'string') return quoted(one)
  return /[ ,:()[\]]/.test(one) ? quoted(one) : shown(one)
}

/** What was said stands at the end of its line, and needs no quotes. */
function text(one: unknown): string {
  return typeof one === 'string' ? oneLine(one) : value(one)
}
